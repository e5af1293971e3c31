// SPDX-License-Identifier: Apache-2.0
#include "config/secret_ref.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace plimsoll::config {

namespace {

constexpr std::string_view kForms = "{ file = \"/path\" }, { credential = \"name\" } or { fd = N }";

bool is_credential(std::string_view name) {
    return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

}  // namespace

tl::expected<std::string, Wrong> full_path(std::string_view text, const std::string& folder) {
    constexpr std::size_t kLongest = 4'096;
    const auto wrong = [](std::string why) {
        return tl::unexpected(Wrong{Code::Malformed, std::move(why), "/etc/plimsoll/name"});
    };
    if (text.empty()) return wrong("a path cannot be empty");
    if (text.size() >= kLongest) return wrong("a path has less than 4096 bytes");
    if (text.find('\0') != std::string_view::npos) return wrong("a path has no zero bytes");
    if (text.starts_with('~')) return wrong("~ is not expanded here: write the whole path");
    return (std::filesystem::path(folder) / std::filesystem::path(text)).lexically_normal().string();
}

std::optional<Value> read_secret_ref(const Rule& rule, const Node& node, const Where& where, Report& report) {
    const auto error = [&](Code code, const Place& place, std::string why, std::string mend) {
        report.error(code, place, where.key, fmt::format("{} is no reference to a secret", said(rule, where)),
                     std::move(why), std::move(mend));
        return std::nullopt;
    };
    const std::string mend = fmt::format("write {} = {}", rule.key, kForms);
    if (node.type == Node::Type::Text || node.type == Node::Type::Integer)
        return error(Code::LiteralSecret, node.place, "a secret is never written in this file",
                     fmt::format("put it into a file of mode 0600 and write {} = {}", rule.key, rule.example));
    if (node.type != Node::Type::Table)
        return error(Code::BadSecretRef, node.place, fmt::format("this is {}", to_string(node.type)), mend);
    if (node.entries.size() != 1)
        return error(Code::BadSecretRef, node.place,
                     node.entries.empty() ? "it names no source" : "it names more than one source", mend);
    const Entry& entry = node.entries.front();
    SecretRef out;
    if (entry.key == "file" && entry.value.type == Node::Type::Text) {
        const auto path = full_path(entry.value.text, where.folder);
        if (!path) return error(Code::BadSecretRef, entry.value.place, path.error().why, mend);
        out.kind = SecretRef::Kind::File;
        out.name = *path;
    } else if (entry.key == "credential" && entry.value.type == Node::Type::Text) {
        if (!is_credential(entry.value.text))
            return error(Code::BadSecretRef, entry.value.place, "a credential is a file name without /", mend);
        out.kind = SecretRef::Kind::Credential;
        out.name = entry.value.text;
    } else if (entry.key == "fd" && entry.value.type == Node::Type::Integer) {
        constexpr std::int64_t kFirst = 3;  // below are the standard streams
        constexpr std::int64_t kMost = 1'023;
        if (entry.value.integer < kFirst || entry.value.integer > kMost)
            return error(Code::BadSecretRef, entry.value.place, "a descriptor is 3 to 1023", mend);
        out.kind = SecretRef::Kind::Fd;
        out.name = std::to_string(entry.value.integer);
    } else if (entry.key == "file" || entry.key == "credential" || entry.key == "fd") {
        return error(Code::BadSecretRef, entry.value.place,
                     entry.key == "fd" ? "a descriptor is a number without quotes" : "this must be a string", mend);
    } else {
        const std::vector<std::string> known = {"file", "credential", "fd"};
        const std::string close = nearest(entry.key, known);
        return error(Code::UnknownKey, entry.place,
                     close.empty() ? "a source is file, credential or fd" : fmt::format("did you mean `{}`?", close),
                     mend);
    }
    return out;
}

std::string write_secret_ref(const SecretRef& ref) {
    switch (ref.kind) {
        case SecretRef::Kind::File:
            return fmt::format("{{ file = {} }}", toml_string(ref.name));
        case SecretRef::Kind::Credential:
            return fmt::format("{{ credential = {} }}", toml_string(ref.name));
        case SecretRef::Kind::Fd:
            return fmt::format("{{ fd = {} }}", ref.name);
    }
    return "";
}

}  // namespace plimsoll::config
