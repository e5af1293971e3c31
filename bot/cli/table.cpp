// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/table.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

namespace plimsoll::bot::cli {

Style Style::of(ColorMode mode, int fd) {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);  // NOLINT: read before threads start
        return std::string_view(value == nullptr ? "" : value);
    };
    switch (mode) {
        case ColorMode::Always:
            return Style(true);
        case ColorMode::Never:
            return Style(false);
        case ColorMode::Auto:
            break;
    }
    return Style(variable("NO_COLOR").empty() && variable("TERM") != "dumb" && ::isatty(fd) == 1);
}

std::string Style::paint(std::string_view code, std::string_view text) const {
    return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string counted(std::size_t number, std::string_view thing) {
    return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::size_t width(std::string_view text) {
    std::size_t out = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') {
            const auto end = text.find('m', i);
            if (end == std::string_view::npos) break;
            i = end;
        } else if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) {
            ++out;
        }
    }
    return out;
}

void Table::add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::string Table::render(const Style& style) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t widest = width(columns_[i].heading);
        for (const auto& row : rows_) widest = std::max(widest, width(row[i]));
        widths.push_back(widest);
    }
    const auto line = [&](auto&& cell) {
        std::string out;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const std::string text = cell(i);
            const std::string blanks(widths[i] - width(text), ' ');
            const bool right = columns_[i].align == Align::Right;
            out += (i == 0 ? "" : "  ") + (right ? blanks + text : text + blanks);
        }
        out.erase(out.find_last_not_of(' ') + 1);
        return out + '\n';
    };
    std::string out = line([&](std::size_t i) { return style.dim(columns_[i].heading); });
    for (const auto& row : rows_) out += line([&](std::size_t i) { return row[i]; });
    return out;
}

}  // namespace plimsoll::bot::cli
