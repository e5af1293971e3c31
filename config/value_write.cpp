// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "config/secret_ref.hpp"
#include "config/value.hpp"

namespace plimsoll::config {

namespace {

struct Writer {
    const Rule& rule;

    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(const U256& v) const {
        return rule.kind == Kind::Amount ? toml_string(format_amount(rule.unit, v)) : to_string(v);
    }
    std::string operator()(const std::string& v) const { return toml_string(v); }
    std::string operator()(const Address& v) const { return toml_string(to_checksum(v)); }
    std::string operator()(const SecretRef& v) const { return write_secret_ref(v); }
    std::string operator()(const std::vector<std::string>& v) const { return list(v); }
    std::string operator()(const std::vector<Address>& v) const { return list(v); }
    std::string operator()(const std::vector<std::pair<Address, U256>>& v) const {
        std::string out;
        for (const auto& [asset, price] : v)
            out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", (*this)(asset),
                               toml_string(format_amount(rule.unit, price)));
        return out.empty() ? "{}" : "{ " + out + " }";
    }

    std::string operator()(const std::vector<RpcNode>& v) const { return list(v); }
    /// A URL alone where nothing else is said of it.
    std::string operator()(const RpcNode& v) const {
        if (v == RpcNode(v.url)) return toml_string(v.url);
        std::string out = fmt::format("{{ url = {}", toml_string(v.url));
        for (const auto& setting : settings_of<RpcNode>()) {
            const auto value = setting.get(v);
            if (value == setting.get(RpcNode()) || setting.rule.key == "url") continue;
            out += fmt::format(", {} = {}", setting.rule.key, write_value(setting.rule, value));
        }
        return out + " }";
    }

    template <class T>
    std::string list(const std::vector<T>& v) const {
        std::string out = "[";
        for (const auto& item : v) out += (out.size() > 1 ? ", " : "") + (*this)(item);
        return out + "]";
    }
};

}  // namespace

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string write_value(const Rule& rule, const Value& value) {
    return std::visit(Writer{rule}, value);
}

}  // namespace plimsoll::config
