// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bot/cli/commands.hpp"

/// How commands look on a terminal.
namespace plimsoll::bot::cli {

/// Colours, or none. Colour never says anything that the text does not.
class Style {
  public:
    explicit Style(bool color = false) : color_(color) {}
    /// Auto: only if `fd` is a terminal, NO_COLOR is unset or empty, and TERM is not "dumb".
    static Style of(ColorMode mode, int fd);

    bool color() const { return color_; }
    std::string bold(std::string_view text) const { return paint("1", text); }
    std::string good(std::string_view text) const { return paint("32", text); }
    std::string warn(std::string_view text) const { return paint("33", text); }
    std::string bad(std::string_view text) const { return paint("1;31", text); }
    std::string dim(std::string_view text) const { return paint("2", text); }

  private:
    std::string paint(std::string_view code, std::string_view text) const;
    bool color_;
};

/// Columns as wide as their widest cell, two blanks between them, nothing after the last. Cells may hold colours.
class Table {
  public:
    enum class Align : std::uint8_t { Left, Right };
    struct Column {
        std::string heading;
        Align align = Align::Left;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    /// Missing cells are empty; more cells than columns are left out.
    void add(std::vector<std::string> cells);
    bool empty() const { return rows_.empty(); }
    std::string render(const Style& style) const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// "1 chain", "2 chains".
std::string counted(std::size_t number, std::string_view thing);

/// Characters that take a place: escape sequences take none, a UTF-8 character one.
std::size_t width(std::string_view text);

}  // namespace plimsoll::bot::cli
