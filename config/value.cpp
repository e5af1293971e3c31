// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "config/secret_ref.hpp"

namespace plimsoll::config {

namespace {

struct Reader {
    const Rule& rule;
    const Where& where;
    Report& report;

    std::nullopt_t error(Code code, const Node& node, const std::string& what, std::string why,
                         std::string mend) const {
        report.error(code, node.place, where.key, what, std::move(why), std::move(mend));
        return std::nullopt;
    }
    std::nullopt_t error(const Node& node, const Wrong& wrong) const {
        return error(wrong.code, node, fmt::format("{} cannot be used", said(rule, where)), wrong.why,
                     fmt::format("write {}", assign(toml_string(wrong.mend))));
    }
    std::string assign(std::string_view value) const { return fmt::format("{} = {}", rule.key, value); }
    std::string example() const { return fmt::format("write it as in {}", assign(rule.example)); }

    std::nullopt_t wrong_type(const Node& node, std::string_view wanted) const {
        return error(Code::WrongType, node, fmt::format("{} must be {}", said(rule, where), wanted),
                     fmt::format("this is {}", to_string(node.type)), example());
    }
    bool is_text(const Node& node) const {
        if (node.type == Node::Type::Text) return true;
        wrong_type(node, "a string in quotes");
        return false;
    }

    std::optional<Value> amount(const Node& node) const {
        if (node.type == Node::Type::Integer || node.type == Node::Type::Float) {
            std::string number(report.spelled(node.place));
            std::erase(number, '_');
            const auto tried = parse_amount(rule.unit, with_unit(rule.unit, number));
            const std::string mend = tried ? "write " + assign(toml_string(with_unit(rule.unit, number))) : example();
            if (rule.unit == Unit::Factor)
                return error(Code::HealthFactorNotText, node,
                             fmt::format("{} must be a decimal in quotes", said(rule, where)),
                             "a bare number would be rounded", mend);
            return error(Code::MissingUnit, node, fmt::format("{} needs a unit", said(rule, where)),
                         "a bare number; units are " + unit_names(rule.unit), mend);
        }
        if (!is_text(node)) return std::nullopt;
        const auto value = parse_amount(rule.unit, node.text);
        if (!value) return error(node, value.error());
        return in_bounds(node, *value);
    }

    std::optional<Value> in_bounds(const Node& node, const U256& value) const {
        const auto show = [&](const U256& v) {
            return rule.kind == Kind::Amount ? toml_string(format_amount(rule.unit, v)) : to_string(v);
        };
        if (value < rule.least)
            return error(Code::OutOfBounds, node, fmt::format("{} is too small", said(rule, where)),
                         fmt::format("the least is {}", show(rule.least)),
                         "write " + assign(show(rule.least)) + " or more");
        if (value > rule.most)
            return error(Code::OutOfBounds, node, fmt::format("{} is too large", said(rule, where)),
                         fmt::format("the most is {}", show(rule.most)),
                         "write " + assign(show(rule.most)) + " or less");
        return value;
    }

    std::optional<Value> count(const Node& node) const {
        if (node.type != Node::Type::Integer) return wrong_type(node, "a whole number without quotes");
        if (node.integer < 0)
            return error(Code::OutOfBounds, node, fmt::format("{} is too small", said(rule, where)),
                         fmt::format("the least is {}", to_string(rule.least)), example());
        return in_bounds(node, U256{static_cast<std::uint64_t>(node.integer)});
    }

    std::optional<Value> name(const Node& node) const {
        if (!is_text(node)) return std::nullopt;
        if (const auto why = not_a_name(node.text))
            return error(Code::BadName, node, fmt::format("{} is no name", said(rule, where)), *why, example());
        return node.text;
    }

    std::optional<Value> path(const Node& node) const {
        if (!is_text(node)) return std::nullopt;
        const auto full = full_path(node.text, where.folder);
        if (!full) return error(node, full.error());
        return *full;
    }

    std::optional<std::string> choice(const Node& node) const {
        if (!is_text(node)) return std::nullopt;
        const auto known = choices_of(rule);
        if (std::find(known.begin(), known.end(), node.text) != known.end()) return node.text;
        const std::string close = nearest(node.text, known);
        return error(Code::UnknownChoice, node,
                     fmt::format("{} has no choice {}", said(rule, where), toml_string(node.text)),
                     close.empty() ? "not one of the choices" : fmt::format("did you mean `{}`?", close),
                     fmt::format("write one of: {}", fmt::join(known, ", ")));
    }

    std::optional<plimsoll::Address> address(const Node& node) const {
        if (!is_text(node)) return std::nullopt;
        const auto value = parse_address(node.text);
        if (!value) {
            const auto plain = plimsoll::Address::parse(node.text);
            return error(
                Code::BadAddress, node, fmt::format("{} is no valid address", said(rule, where)),
                plain ? "the EIP-55 checksum is wrong: a digit or a letter's case was changed" : "0x and 40 hex digits",
                plain ? fmt::format("compare it with its source; its digits would be spelled {}", to_checksum(*plain))
                      : example());
        }
        if (value->is_zero())
            return error(Code::BadAddress, node, fmt::format("{} is the zero address", said(rule, where)),
                         "nobody holds it", example());
        return *value;
    }

    std::optional<std::string> text(const Node& node) const {
        constexpr std::size_t kLongest = 256;
        if (!is_text(node)) return std::nullopt;
        const bool plain = std::all_of(node.text.begin(), node.text.end(),
                                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
        if (plain && !node.text.empty() && node.text.size() <= kLongest) return node.text;
        return error(Code::Malformed, node, fmt::format("{} is no line of text", said(rule, where)),
                     "1 to 256 characters without line ends", example());
    }

    std::optional<std::string> hash(const Node& node) const {
        if (!is_text(node)) return std::nullopt;
        if (const auto value = Hash32::parse(node.text)) return to_string(*value);
        return error(Code::BadAddress, node, fmt::format("{} is no valid hash", said(rule, where)),
                     "0x and 64 hex digits", example());
    }

    /// A list of at most rule.most items, none twice; `one` reads an item.
    template <class Item, class One>
    std::optional<Value> list(const Node& node, std::string_view wanted, One one) const {
        if (node.type != Node::Type::Array) return wrong_type(node, wanted);
        if (U256{node.items.size()} > rule.most)
            return error(Code::TooMany, node, fmt::format("{} has too many items", said(rule, where)),
                         fmt::format("{} of at most {}", node.items.size(), to_string(rule.most)), "remove some");
        if (node.items.empty() && rule.need == Need::Required)
            return error(Code::MissingKey, node, fmt::format("{} is empty", said(rule, where)),
                         "at least one is needed", example());
        std::vector<Item> out;
        bool good = true;
        for (const auto& item : node.items) {
            const std::optional<Item> value = one(item);
            good = good && value.has_value();
            if (!value) continue;
            if (std::find(out.begin(), out.end(), *value) != out.end()) {
                error(Code::NameClash, item, fmt::format("{} has an item twice", said(rule, where)), "the second time",
                      "remove it");
                good = false;
            }
            out.push_back(*value);
        }
        if (!good) return std::nullopt;
        return out;
    }

    std::optional<std::string> url(const Node& node) const {
        if (!is_text(node)) return std::nullopt;
        const auto wrong = wrong_url(node.text);
        if (!wrong) return node.text;
        const bool secret = wrong->code == Code::LiteralSecret;
        return error(wrong->code, node,
                     fmt::format("{} {}", said(rule, where), secret ? "holds a secret" : "has a bad URL"), wrong->why,
                     secret ? fmt::format("write {} and rpc_secret = {{ file = \"...\" }}", toml_string(wrong->mend))
                            : fmt::format("write it as in {}", toml_string(wrong->mend)));
    }

    /// "ws://..." or { url = "ws://...", roles = ["send"], requests_per_second = 25 }
    std::optional<RpcNode> rpc_node(const Node& node) const {
        if (node.type != Node::Type::Table) {
            const auto plain = url(node);
            return plain ? std::optional(RpcNode(*plain)) : std::nullopt;
        }
        RpcNode out;
        bool good = true;
        for (const auto& entry : node.entries) {
            const auto settings = settings_of<RpcNode>();
            const auto known = std::find_if(settings.begin(), settings.end(),
                                            [&](const auto& setting) { return setting.rule.key == entry.key; });
            if (known == settings.end()) {
                report.error(Code::UnknownKey, entry.place, where.key,
                             fmt::format("unknown key `{}` of a node in {}", entry.key, where.section),
                             "not a setting of a node",
                             "remove it; known here: url, roles, requests_per_second, requests_per_day");
                good = false;
            } else if (entry.key == "url") {
                const auto plain = url(entry.value);
                good = good && plain;
                if (plain) out.url = *plain;
            } else {
                const auto value = entry.broken ? std::nullopt : Reader{known->rule, where, report}.read(entry.value);
                good = good && value;
                if (value) known->set(out, *value);
            }
        }
        if (good && out.url.empty())
            return error(Code::MissingKey, node, fmt::format("a node of {} has no url", said(rule, where)),
                         "it is what it is reached by", "add url = \"https://rpc.example.org\"");
        return good ? std::optional(out) : std::nullopt;
    }

    std::optional<Value> service(const Node& node) const {
        if (!is_text(node)) return std::nullopt;
        auto wrong = wrong_url(node.text);
        if (!wrong && !node.text.starts_with("http"))
            wrong = Wrong{Code::BadUrl, "a service is reached by http:// or https://", ""};
        if (!wrong) return node.text;
        const bool secret = wrong->code == Code::LiteralSecret;
        return error(wrong->code, node,
                     fmt::format("{} {}", said(rule, where), secret ? "holds a secret" : "is a bad URL"), wrong->why,
                     secret ? "leave the key out of the URL and write key = { file = \"...\" }" : example());
    }

    /// { "0x..." = "1500 USD" }
    std::optional<Value> prices(const Node& node) const {
        if (node.type != Node::Type::Table) return wrong_type(node, "a table of assets and prices");
        if (U256{node.entries.size()} > rule.most)
            return error(Code::TooMany, node, fmt::format("{} has too many items", said(rule, where)),
                         fmt::format("{} of at most {}", node.entries.size(), to_string(rule.most)), "remove some");
        std::vector<std::pair<plimsoll::Address, U256>> out;
        bool good = true;
        for (const auto& entry : node.entries) {
            Node key;
            key.type = Node::Type::Text;
            key.place = entry.place;
            key.text = entry.key;
            const auto asset = address(key);
            const std::string name = toml_string(entry.key);
            Rule item = rule;
            item.key = name;
            item.kind = Kind::Amount;
            item.most = U256::literal("100'000'000'000'000'000'000");
            item.example = "\"1500 USD\"";
            const auto price = entry.broken ? std::nullopt : Reader{item, where, report}.amount(entry.value);
            good = good && asset && price;
            if (!good) continue;
            const auto same = [&](const auto& other) { return other.first == *asset; };
            if (std::any_of(out.begin(), out.end(), same)) {
                error(Code::NameClash, key, fmt::format("{} has an asset twice", said(rule, where)), "the second time",
                      "remove it");
                good = false;
            }
            out.emplace_back(*asset, std::get<U256>(*price));
        }
        if (!good) return std::nullopt;
        return out;
    }

    std::optional<Value> read(const Node& node) const {
        switch (rule.kind) {
            case Kind::Amount:
                return amount(node);
            case Kind::Count:
                return count(node);
            case Kind::Bool:
                if (node.type != Node::Type::Boolean) return wrong_type(node, "true or false without quotes");
                return node.boolean;
            case Kind::Name:
                return name(node);
            case Kind::Text:
                return text(node);
            case Kind::Texts:
                return list<std::string>(node, "a list of strings", [&](const Node& item) { return text(item); });
            case Kind::Path:
                return path(node);
            case Kind::Choice:
                return choice(node);
            case Kind::Choices:
                return list<std::string>(node, "a list of strings", [&](const Node& item) { return choice(item); });
            case Kind::Listen: {
                if (!is_text(node)) return std::nullopt;
                if (const auto wrong = wrong_listen(node.text)) return error(node, *wrong);
                return node.text;
            }
            case Kind::Nodes:
                return list<RpcNode>(node, "a list of URLs", [&](const Node& item) { return rpc_node(item); });
            case Kind::Address:
                return address(node);
            case Kind::Addresses:
                return list<plimsoll::Address>(node, "a list of addresses",
                                               [&](const Node& item) { return address(item); });
            case Kind::Hash:
                return hash(node);
            case Kind::Url:
                return service(node);
            case Kind::Prices:
                return prices(node);
            case Kind::Secret:
                return read_secret_ref(rule, node, where, report);
        }
        return std::nullopt;
    }
};

}  // namespace

std::string said(const Rule& rule, const Where& where) {
    return where.section.empty() ? fmt::format("`{}`", rule.key) : fmt::format("`{}` in {}", rule.key, where.section);
}

std::optional<Value> read_value(const Rule& rule, const Node& node, const Where& where, Report& report) {
    return Reader{rule, where, report}.read(node);
}

}  // namespace plimsoll::config
