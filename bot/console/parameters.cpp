// SPDX-License-Identifier: Apache-2.0
#include "bot/console/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace plimsoll::console {

namespace {

std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// The part before the next `mark`, which is taken off.
std::string_view cut(std::string_view& text, char mark) {
    const auto at = text.find(mark);
    const std::string_view part = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    return part;
}

}  // namespace

std::map<std::string, std::string> parse_query(std::string_view query) {
    constexpr std::size_t kMost = 16;
    std::map<std::string, std::string> out;
    while (!query.empty() && out.size() < kMost) {
        std::string_view value = cut(query, '&');
        const auto name = decoded(cut(value, '='));
        auto text = decoded(value);
        if (name && text && !name->empty()) out.emplace(*name, *std::move(text));
    }
    return out;
}

std::size_t limit_of(const std::map<std::string, std::string>& parameters, std::size_t usual, std::size_t most) {
    const auto found = parameters.find("limit");
    if (found == parameters.end()) return usual;
    std::size_t limit = 0;
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit == 0) return usual;
    return std::min(limit, most);
}

Result<std::vector<lending::SupposedPrice>> parse_prices(std::string_view text) {
    constexpr std::size_t kMost = 32;
    std::vector<lending::SupposedPrice> out;
    while (!text.empty()) {
        if (out.size() == kMost) return fail(Errc::Range, "too many prices");
        std::string_view value = cut(text, ',');
        TRY(const auto asset, parse_address(cut(value, ':')));
        const auto price = U256::from_decimal(value);
        // Beyond any price that is, and far from where accounting would overflow.
        if (!price || *price > shift_left(U256{1}, 128)) return fail(Errc::Range, "a price is a decimal integer");
        out.push_back({asset, Price{*price}});
    }
    return out;
}

}  // namespace plimsoll::console
