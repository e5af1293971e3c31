// SPDX-License-Identifier: Apache-2.0
#include "config/mask.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace plimsoll::config {

namespace {

using Range = std::pair<std::size_t, std::size_t>;  // bytes [first, second)

constexpr std::array<std::string_view, 8> kSecretWords = {"passphrase", "password", "secret", "token",
                                                          "private",    "mnemonic", "seed",   "api_key"};

std::uint32_t columns(std::string_view text) {
    return static_cast<std::uint32_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// The value after "word =": a string, or a bare word. References ("{ ... }") are no secrets.
void find_values(std::string_view line, std::string_view lower, std::vector<Range>& out) {
    for (const auto word : kSecretWords) {
        for (auto at = lower.find(word); at != std::string_view::npos; at = lower.find(word, at + 1)) {
            auto from = line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-\"' \t", at);
            if (from == std::string_view::npos || line[from] != '=') continue;
            from = line.find_first_not_of(" \t", from + 1);
            if (from == std::string_view::npos || line[from] == '{' || line[from] == '#') continue;
            const char quote = line[from];
            if (quote == '"' || quote == '\'') {
                const auto end = line.find(quote, from + 1);
                out.emplace_back(from + 1, end == std::string_view::npos ? line.size() : end);
            } else {
                out.emplace_back(from, std::min(line.find_first_of(",}# \t", from), line.size()));
            }
        }
    }
}

void find_urls(std::string_view line, std::vector<Range>& out) {
    constexpr std::string_view kEnds = "\"' \t,]}";
    for (auto at = line.find("://"); at != std::string_view::npos; at = line.find("://", at + 3)) {
        const std::size_t from = at + 3;
        const std::size_t end = std::min(line.find_first_of(kEnds, from), line.size());
        const std::string_view rest = line.substr(from, end - from);
        const auto sign = rest.rfind('@');
        if (sign != std::string_view::npos) out.emplace_back(from, from + sign);
        const std::size_t host = sign == std::string_view::npos ? 0 : sign + 1;
        const auto path = rest.find_first_of("/?", host);
        const std::string_view tail = path == std::string_view::npos ? std::string_view() : rest.substr(path + 1);
        if (!tail.empty() && tail != "{secret}") out.emplace_back(from + path + 1, end);
    }
}

/// Replaces the range by "***" and moves the caret so that it covers the same thing.
void hide(Diagnostic& d, Range range) {
    constexpr std::string_view kMask = "***";
    const std::uint32_t from = columns(std::string_view(d.line).substr(0, range.first)) + 1;
    const std::uint32_t until = columns(std::string_view(d.line).substr(0, range.second)) + 1;
    const auto moved = [&](std::uint32_t column) {
        if (column <= from) return column;
        if (column >= until) return column - (until - from) + static_cast<std::uint32_t>(kMask.size());
        return from;
    };
    const std::uint32_t end = moved(d.caret + d.caret_length);
    d.caret = moved(d.caret);
    d.caret_length = end > d.caret ? end - d.caret : 1;
    d.line.replace(range.first, range.second - range.first, kMask);
}

void cut(Diagnostic& d) {
    constexpr std::uint32_t kWidest = 160;
    constexpr std::uint32_t kBefore = 40;
    if (columns(d.line) > kWidest) {
        const std::uint32_t skip = d.caret > kBefore + 1 ? d.caret - kBefore - 1 : 0;
        const std::size_t from = byte_of_column(d.line, skip + 1);
        const std::size_t until = byte_of_column(d.line, skip + 1 + kWidest);
        d.line = d.line.substr(from, until - from);
        d.caret -= skip;
    }
    d.caret_length = std::min(d.caret_length, columns(d.line) + 2 - std::min(d.caret, columns(d.line) + 1));
}

}  // namespace

std::size_t byte_of_column(std::string_view text, std::uint32_t column) {
    std::size_t at = 0;
    for (std::uint32_t seen = 1; seen < column && at < text.size(); ++seen) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) ++at;
    }
    return at;
}

bool mentions_secret(std::string_view name) {
    const std::string plain = folded(name);
    return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                       [&](std::string_view word) { return plain.find(word) != std::string::npos; });
}

void mask(Diagnostic& d) {
    std::vector<Range> ranges;
    find_values(d.line, folded(d.line), ranges);
    find_urls(d.line, ranges);
    std::sort(ranges.begin(), ranges.end());
    std::size_t last = d.line.size() + 1;
    for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {  // from the right: offsets stay true
        if (range->first >= range->second || range->second > last) continue;
        hide(d, *range);
        last = range->first;
    }
    cut(d);
    for (char& c : d.line) {
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t') c = '?';
    }
}

}  // namespace plimsoll::config
