// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "config/context.hpp"
#include "config/document.hpp"

namespace plimsoll::config {

namespace {

constexpr std::string_view kPrefix = "PLIMSOLL__";

std::vector<std::string> segments_of(std::string_view name) {
    std::vector<std::string> out;
    name.remove_prefix(kPrefix.size());
    while (true) {
        const auto end = name.find("__");
        out.push_back(folded(name.substr(0, end)));
        if (end == std::string_view::npos) return out;
        name.remove_prefix(end + 2);
    }
}

struct Found {
    const Rule* rule = nullptr;
    std::vector<std::string> known;  // keys of that section
};

template <class Owner>
Found rule_in(std::string_view key) {
    Found out;
    for (const auto& setting : settings_of<Owner>()) {
        out.known.emplace_back(setting.rule.key);
        if (setting.rule.key == key) out.rule = &setting.rule;
    }
    return out;
}

/// The rule that a path of segments ends at.
Found rule_at(const std::vector<std::string>& path) {
    const std::string& key = path.back();
    if (path.size() == 1) return rule_in<Settings>(key);
    if (path[0] == "daemon" && path.size() == 2) return rule_in<Daemon>(key);
    if (path[0] == "heartbeat" && path.size() == 2) return rule_in<Heartbeat>(key);
    if (path[0] == "console" && path.size() == 2) return rule_in<Console>(key);
    if (path[0] == "chain" && path.size() == 3) return rule_in<Chain>(key);
    if (path[0] == "market" && path.size() == 3) return rule_in<Market>(key);
    if (path[0] == "lender" && path.size() == 3) return rule_in<Lender>(key);
    if (path[0] == "pool" && path.size() == 3) return rule_in<Pool>(key);
    if (path[0] == "router" && path.size() == 3) return rule_in<Router>(key);
    if (path[0] == "feed" && path.size() == 3) return rule_in<Feed>(key);
    if (path[0] == "aggregator" && path.size() == 3) return rule_in<Aggregator>(key);
    if (path[0] == "relay" && path.size() == 3) return rule_in<Relay>(key);
    if (path[0] == "alert" && path.size() == 3) return rule_in<AlertChannel>(key);
    if (path[0] == "wallet" && path.size() == 3) return rule_in<Wallet>(key);
    if (path[0] == "wallet" && path.size() == 4 && path[2] == "signer") return rule_in<Signer>(key);
    if (path[0] == "wallet" && path.size() == 5 && path[2] == "position") return rule_in<Position>(key);
    if (path[0] == "wallet" && path.size() == 6 && path[2] == "position" && path[4] == "limits")
        return rule_in<Limits>(key);
    return {};
}

void set_place(Node& node, const Place& place) {
    node.place = place;
    for (auto& item : node.items) set_place(item, place);
    for (auto& entry : node.entries) {
        entry.place = place;
        set_place(entry.value, place);
    }
}

Node text_node(std::string_view text) {
    Node out;
    out.type = Node::Type::Text;
    out.text = text;
    return out;
}

/// What the variable's text means under its rule. A text that does not fit stays a text, and reading it says what is
/// wrong.
Node value_node(const Rule& rule, std::string_view text) {
    if (rule.kind == Kind::Bool && (text == "true" || text == "false")) {
        Node out;
        out.type = Node::Type::Boolean;
        out.boolean = text == "true";
        return out;
    }
    if (rule.kind == Kind::Count) {
        Node out;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.integer);
        if (error != std::errc() || end != text.data() + text.size()) return text_node(text);
        out.type = Node::Type::Integer;
        return out;
    }
    if (rule.kind == Kind::Nodes || rule.kind == Kind::Choices || rule.kind == Kind::Texts ||
        rule.kind == Kind::Addresses) {
        Node out;
        out.type = Node::Type::Array;
        while (!text.empty()) {
            const std::string_view item = text.substr(0, text.find(','));
            const auto from = item.find_first_not_of(' ');
            const auto until = item.find_last_not_of(' ');
            out.items.push_back(text_node(from == std::string_view::npos ? "" : item.substr(from, until - from + 1)));
            text.remove_prefix(std::min(text.size(), item.size() + 1));
        }
        return out;
    }
    const bool table = rule.kind == Kind::Secret || rule.kind == Kind::Prices;
    if (table && text.starts_with('{') && text.find('\n') == std::string_view::npos) {
        const std::string line = fmt::format("value = {}", text);
        Report ignored("", line);
        std::optional<Node> root = read_toml(line, ignored);
        if (root && !ignored.failed() && root->find("value") != nullptr) return *root->find("value");
    }
    return text_node(text);
}

Entry* entry_of(Node& table, std::string_view segment) {
    for (auto& entry : table.entries) {
        if (folded(entry.key) == segment) return &entry;
    }
    return nullptr;
}

/// A position by its name, or by its number from 0.
Node* position_of(Node& list, const std::string& segment) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const Node* name = list.items[i].find("name");
        if ((name != nullptr && folded(name->text) == segment) || std::to_string(i) == segment) return &list.items[i];
    }
    return nullptr;
}

Node& child(Node& table, const std::string& key, const Place& place) {
    if (Entry* entry = entry_of(table, key)) return entry->value;
    Entry entry;
    entry.key = key;
    entry.place = place;
    entry.value.place = place;
    table.entries.push_back(std::move(entry));
    return table.entries.back().value;
}

/// The table that the last segment belongs to; nullptr if a name on the way is not in the file.
Node* table_of(Node& root, const std::vector<std::string>& path, const Place& place, std::string& missing) {
    Node* node = &root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const bool named = i == 1 && path[0] != "daemon" && path[0] != "heartbeat" && path[0] != "console";
        if (node->type == Node::Type::Array) {
            node = position_of(*node, path[i]);
        } else if (named || (i == 2 && path[i] == "position")) {
            Entry* entry = node->type == Node::Type::Table ? entry_of(*node, path[i]) : nullptr;
            node = entry == nullptr ? nullptr : &entry->value;
        } else {
            node = &child(*node, path[i], place);
        }
        if (node == nullptr) missing = path[i];
        if (node == nullptr || (node->type != Node::Type::Table && node->type != Node::Type::Array)) return nullptr;
    }
    return node->type == Node::Type::Table ? node : nullptr;
}

}  // namespace

void apply_environment(const Environment& environment, Node& root, Report& report) {
    for (const auto& [variable, text] : environment) {
        if (!variable.starts_with(kPrefix)) continue;
        Place place;
        place.variable = std::make_shared<const std::string>(variable);
        const auto path = segments_of(variable);
        const Found found = rule_at(path);
        const std::string key = fmt::format("{}", fmt::join(path, "."));
        if (found.rule == nullptr) {
            const std::string close = nearest(path.back(), found.known);
            report.error(Code::BadOverride, place, key,
                         fmt::format("the environment sets an unknown setting `{}`", key),
                         close.empty() ? "no setting has this path" : fmt::format("did you mean `{}`?", close),
                         "unset it, or spell it PLIMSOLL__SECTION__KEY as listed by `plimsoll config schema`");
            continue;
        }
        std::string missing;
        Node* table = table_of(root, path, place, missing);
        if (table == nullptr) {
            report.error(Code::BadOverride, place, key, fmt::format("the environment sets `{}`", key),
                         fmt::format("the file has no `{}`", missing.empty() ? path.front() : missing),
                         "add the section to the file, or unset the variable");
            continue;
        }
        Node value = value_node(*found.rule, text);
        set_place(value, place);
        Entry* entry = entry_of(*table, path.back());
        if (entry == nullptr) {
            table->entries.emplace_back();
            entry = &table->entries.back();
            entry->key = path.back();
        }
        entry->place = place;
        entry->value = std::move(value);
        entry->broken = false;
    }
}

}  // namespace plimsoll::config
