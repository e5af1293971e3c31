// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "config/document.hpp"
#include "config/mask.hpp"

namespace plimsoll::config {

namespace {

Place place_of(const toml::source_region& region) {
    Place out;
    out.line = region.begin.line;
    out.column = region.begin.column;
    if (region.end.line == region.begin.line && region.end.column > region.begin.column)
        out.length = region.end.column - region.begin.column;
    return out;
}

Node convert(const toml::node& from) {
    Node out;
    out.place = place_of(from.source());
    if (const auto* table = from.as_table()) {
        out.heading = !table->is_inline();
        for (const auto& [key, value] : *table) {
            Entry entry;
            entry.key = std::string(key.str());
            entry.place = place_of(key.source());
            entry.value = convert(value);
            out.entries.push_back(std::move(entry));
        }
        std::stable_sort(out.entries.begin(), out.entries.end(), [](const Entry& a, const Entry& b) {
            return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
        });
    } else if (const auto* array = from.as_array()) {
        out.type = Node::Type::Array;
        for (const auto& item : *array) out.items.push_back(convert(item));
    } else if (const auto* text = from.as_string()) {
        out.type = Node::Type::Text;
        out.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
        out.type = Node::Type::Integer;
        out.integer = integer->get();
    } else if (const auto* boolean = from.as_boolean()) {
        out.type = Node::Type::Boolean;
        out.boolean = boolean->get();
    } else {
        out.type = from.is_floating_point() ? Node::Type::Float : Node::Type::Date;
    }
    return out;
}

/// "key = value" taken apart by hand, for lines that are no TOML.
struct RawLine {
    std::string key;
    std::uint32_t key_column = 1;
    std::string value;
    std::uint32_t value_column = 1;
};

std::string_view trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(" \t\r");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

RawLine take_apart(std::string_view line) {
    RawLine out;
    const auto equals = line.find('=');
    const std::string_view key = trimmed(line.substr(0, equals));
    const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
    if (equals == std::string_view::npos || !plain) return out;
    out.key = key;
    out.key_column = static_cast<std::uint32_t>(line.find(key) + 1);
    const std::string_view rest = line.substr(equals + 1);
    out.value = trimmed(rest.substr(0, rest.find('#')));
    const auto from = rest.find_first_not_of(" \t");
    out.value_column = static_cast<std::uint32_t>(equals + 2 + (from == std::string_view::npos ? 0 : from));
    return out;
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Drops the parser's own framing: "Error while parsing string: encountered end-of-file" -> what it saw.
std::string reason(std::string_view description) {
    const auto colon = description.find(": ");
    if (description.starts_with("Error while parsing") && colon != std::string_view::npos)
        description.remove_prefix(colon + 2);
    std::string out(description);
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    return out;
}

/// False for the first line of a list or table that goes on below.
bool is_whole(std::string_view value) {
    if (value.starts_with('[')) return value.ends_with(']');
    if (value.starts_with('{')) return value.ends_with('}');
    return !value.starts_with("\"\"\"") && !value.starts_with("'''");
}

/// Reports one place that is no TOML. True if the rest can be read without this line.
bool report_syntax(const toml::parse_error& error, std::string_view line, RawLine& raw, Report& report) {
    const std::string description(error.description());
    Place place = place_of(error.source());
    raw = take_apart(line);
    if (has(description, "cannot redefine")) {
        const std::string_view shown = trimmed(line);
        if (!raw.key.empty()) {
            place.column = raw.key_column;
            place.length = static_cast<std::uint32_t>(raw.key.size());
            report.error(Code::DuplicateKey, place, raw.key, fmt::format("`{}` is set twice in one section", raw.key),
                         "the second time", "keep one of the two lines");
            return is_whole(raw.value);
        }
        place.column = 1;
        place.length = static_cast<std::uint32_t>(shown.size());
        report.error(Code::DuplicateKey, place, std::string(shown), fmt::format("{} appears twice", shown),
                     "the second time", "put the settings of both under one heading");
        return false;
    }
    const bool bare = !raw.value.empty() && !has("\"'[{", raw.value.substr(0, 1));
    if (bare) {
        place.column = raw.value_column;
        place.length = static_cast<std::uint32_t>(raw.value.size());
        const bool hide = !description.empty() && mentions_secret(raw.key);
        report.error(Code::Syntax, place, raw.key, fmt::format("the value of `{}` is not in quotes", raw.key),
                     reason(hide ? "" : description),
                     hide ? "write a reference: { file = \"...\" }, { credential = \"...\" } or { fd = N }"
                          : fmt::format("write {} = \"{}\"", raw.key, raw.value));
        return true;
    }
    if (!raw.key.empty() && raw.value.empty()) {
        place.column = raw.key_column;
        place.length = static_cast<std::uint32_t>(raw.key.size());
        report.error(Code::Syntax, place, raw.key, fmt::format("`{}` has no value", raw.key),
                     "nothing after =", "write a value, or remove the line to keep the default");
        return true;
    }
    const bool open_string = has(description, "string") && (has(description, "end-of-file") || has(description, "\\n"));
    std::string mend = "correct the line; strings stand in quotes, lists in [ ], tables in { } on one line";
    if (open_string || has(description, "parsing string")) mend = "close the string with the quote it began with";
    if (has(description, "utf-8")) mend = "save the file as UTF-8";
    if (has(description, "table header")) mend = "write the heading as [section.name] on a line of its own";
    report.error(Code::Syntax, place, raw.key, "this is not TOML", reason(description), mend);
    return !raw.key.empty() && is_whole(raw.value);
}

/// The parser and its result recurse over dotted keys, which it does not bound itself.
bool bounded(std::string_view text, Report& report) {
    constexpr std::size_t kLineMost = 16'384;
    constexpr int kDotsMost = 8;
    std::uint32_t number = 0;
    while (!text.empty()) {
        ++number;
        const std::string_view line = text.substr(0, text.find('\n'));
        Place place;
        place.line = number;
        if (line.size() > kLineMost) {
            report.error(Code::TooMany, place, "", "a line is longer than 16384 bytes", "this line",
                         "break the list into several lines");
            return false;
        }
        int dots = 0;
        char quote = 0;
        for (const char c : line) {
            if (quote == 0 && c == '#') break;
            if (quote != 0) {
                if (c == quote) quote = 0;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '.') {
                ++dots;
            }
        }
        if (dots > kDotsMost) {
            report.error(Code::Syntax, place, "", "a key has too many parts", "more than 8 dots outside of quotes",
                         "no setting lies that deep: see `plimsoll config schema`");
            return false;
        }
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return true;
}

void mark_broken(Node& root, const RawLine& raw, std::uint32_t line) {
    // The section a line belongs to is the one whose heading stands last above it.
    Node* owner = &root;
    const auto search = [&](auto&& self, Node& node) -> void {
        if (node.heading && node.place.line <= line && node.place.line >= owner->place.line) owner = &node;
        for (auto& entry : node.entries) self(self, entry.value);
        for (auto& item : node.items) self(self, item);
    };
    search(search, root);
    if (owner->find(raw.key) != nullptr) return;
    Entry entry;
    entry.key = raw.key;
    entry.broken = true;
    owner->entries.push_back(std::move(entry));
}

}  // namespace

std::optional<Node> read_toml(std::string_view text, Report& report) {
    constexpr int kSyntaxErrorsMost = 50;
    std::string remaining(text);
    std::vector<std::pair<RawLine, std::uint32_t>> left_out;
    Node root;
    if (!bounded(text, report)) return std::nullopt;
    for (int round = 0; round < kSyntaxErrorsMost; ++round) {
        try {
            root = convert(toml::parse(std::string_view(remaining), std::string_view()));
            break;
        } catch (const toml::parse_error& error) {
            std::size_t from = 0;
            for (std::uint32_t n = 1; n < error.source().begin.line && from != std::string::npos; ++n) {
                const auto end = remaining.find('\n', from);
                from = end == std::string::npos ? std::string::npos : end + 1;
            }
            if (from == std::string::npos) from = remaining.size();
            const std::size_t end = std::min(remaining.find('\n', from), remaining.size());
            RawLine raw;
            if (!report_syntax(error, std::string_view(remaining).substr(from, end - from), raw, report))
                return std::nullopt;
            std::fill(remaining.begin() + static_cast<std::ptrdiff_t>(from),
                      remaining.begin() + static_cast<std::ptrdiff_t>(end), ' ');
            left_out.emplace_back(std::move(raw), error.source().begin.line);
        }
    }
    for (const auto& [raw, line] : left_out) mark_broken(root, raw, line);
    return root;
}

}  // namespace plimsoll::config
