// SPDX-License-Identifier: Apache-2.0
#include "config/loader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include "config/context.hpp"
#include "config/document.hpp"
#include "config/value.hpp"

namespace plimsoll::config {

namespace {

struct Section {
    std::string key;    // "wallet.treasury"; empty for the top
    std::string title;  // "[wallet.treasury]"

    std::string sub(std::string_view name) const {
        return key.empty() ? std::string(name) : fmt::format("{}.{}", key, name);
    }
};

std::string in(const Section& section) {
    return section.title.empty() ? "at the top of the file" : "in " + section.title;
}

void unknown_key(const Entry& entry, const Section& section, const std::vector<std::string>& known, Context& context) {
    const std::string close = nearest(entry.key, known);
    const bool table = entry.value.type == Node::Type::Table || entry.value.type == Node::Type::Array;
    const bool heading = section.key.empty() && table;
    context.report.error(heading ? Code::UnknownSection : Code::UnknownKey, entry.place, section.sub(entry.key),
                         fmt::format("unknown {} `{}` {}", heading ? "section" : "key", entry.key, in(section)),
                         close.empty() ? "not a setting" : fmt::format("did you mean `{}`?", close),
                         close.empty() ? fmt::format("remove it; known here: {}", fmt::join(known, ", "))
                                       : fmt::format("write `{}`", close));
}

/// Reads the settings of one table; `children` are keys that the caller reads itself.
template <class Owner>
void read_section(const Node& table, const Section& section, const std::vector<std::string>& children, Owner& owner,
                  Context& context) {
    const auto settings = settings_of<Owner>();
    std::vector<std::string> known = children;
    for (const auto& setting : settings) known.emplace_back(setting.rule.key);
    for (const auto& entry : table.entries) {
        const auto setting = std::find_if(settings.begin(), settings.end(),
                                          [&](const Setting<Owner>& s) { return s.rule.key == entry.key; });
        if (setting == settings.end()) {
            const bool child = std::find(children.begin(), children.end(), entry.key) != children.end();
            if (!child && !entry.broken) unknown_key(entry, section, known, context);
            // A misspelt key is one error, not also a missing one.
            const std::string close = nearest(entry.key, known);
            if (!child && !close.empty() && table.find(close) == nullptr) context.failed.insert(section.sub(close));
            continue;
        }
        const Where where{section.sub(entry.key), section.title, context.folder};
        const auto value = entry.broken ? std::nullopt : read_value(setting->rule, entry.value, where, context.report);
        if (!value) {
            context.failed.insert(where.key);
            continue;
        }
        setting->set(owner, *value);
        if (setting->get(owner) != *value) {
            context.report.error(
                Code::Malformed, entry.value.place, where.key,
                fmt::format("{} is too fine", said(setting->rule, where)), "only whole seconds",
                fmt::format("write {} = {}", entry.key, write_value(setting->rule, setting->get(owner))));
            context.failed.insert(where.key);
            continue;
        }
        const auto kind = entry.value.place.variable ? Origin::Kind::Environment : Origin::Kind::File;
        context.origins[where.key] = Origin{kind, entry.value.place};
    }
    for (const auto& setting : settings) {
        const std::string key = section.sub(setting.rule.key);
        if (setting.rule.need != Need::Required || context.origins.contains(key) || !context.good(key)) continue;
        context.failed.insert(key);
        context.report.error(
            Code::MissingKey, table.place, key, fmt::format("`{}` is missing {}", setting.rule.key, in(section)),
            std::string(setting.rule.text), fmt::format("add {} = {}", setting.rule.key, setting.rule.example));
    }
}

bool is_table(const Node& node, const Section& section, std::string_view mend, Context& context) {
    if (node.type == Node::Type::Table) return true;
    context.report.error(Code::WrongType, node.place, section.key, fmt::format("{} must be a table", section.title),
                         fmt::format("this is {}", to_string(node.type)), std::string(mend));
    context.failed.insert(section.key);
    return false;
}

/// The named tables of [kind.NAME]; calls `one` for each good one.
template <class One>
void read_named(const Node& root, std::string_view kind, std::size_t most, Context& context, One one) {
    const Node* group = root.find(kind);
    if (group == nullptr) return;
    const std::string mend = fmt::format("write [{}.NAME] above its settings", kind);
    if (!is_table(*group, {std::string(kind), fmt::format("[{}]", kind)}, mend, context)) return;
    if (group->entries.size() > most)
        context.report.error(Code::TooMany, group->place, std::string(kind), fmt::format("too many [{}.NAME]", kind),
                             fmt::format("{} of at most {}", group->entries.size(), most), "remove some");
    const auto stray = std::find_if(group->entries.begin(), group->entries.end(),
                                    [](const Entry& entry) { return entry.value.type != Node::Type::Table; });
    const bool nameless = stray != group->entries.end();
    if (nameless) {
        const bool list = stray->value.type == Node::Type::Array && stray->key == "position";
        context.failed.insert(std::string(kind));
        context.report.error(Code::WrongType, stray->place, fmt::format("{}.{}", kind, stray->key),
                             fmt::format("`{}` stands in [{}], which needs a name", stray->key, kind),
                             "it belongs to no section", list ? fmt::format("write [[{}.NAME.position]]", kind) : mend);
    }
    std::map<std::string, std::string> seen;
    for (const auto& entry : group->entries) {
        const Section section{fmt::format("{}.{}", kind, entry.key), fmt::format("[{}.{}]", kind, entry.key)};
        if (nameless && !entry.value.heading) continue;
        if (const auto why = not_a_name(entry.key)) {
            context.report.error(Code::BadName, entry.place, section.key,
                                 fmt::format("{} has a bad name", section.title), *why,
                                 fmt::format("rename it, as in [{}.main]", kind));
            continue;
        }
        const auto [other, fresh] = seen.emplace(folded(entry.key), entry.key);
        if (!fresh)
            context.report.error(Code::NameClash, entry.place, section.key,
                                 fmt::format("{} has nearly the name of [{}.{}]", section.title, kind, other->second),
                                 "they differ only in case or - and _", "give one of them another name");
        one(entry, section);
    }
}

/// A section that there is once.
template <class T>
void read_single(const Node& root, const std::string& kind, T& into, Context& context) {
    const Section section{kind, fmt::format("[{}]", kind)};
    const Node* node = root.find(kind);
    if (node != nullptr && is_table(*node, section, fmt::format("write [{}] above its settings", kind), context))
        read_section(*node, section, {}, into, context);
}

/// Sections that are a name and its settings.
template <class T>
void read_plain(const Node& root, std::string_view kind, std::size_t most, std::vector<T>& into, Context& context) {
    read_named(root, kind, most, context, [&](const Entry& entry, const Section& section) {
        T item;
        item.name = entry.key;
        read_section(entry.value, section, {}, item, context);
        into.push_back(std::move(item));
    });
}

void read_wallet(const Entry& entry, const Section& section, Settings& settings, Context& context) {
    Wallet wallet;
    wallet.name = entry.key;
    read_section(entry.value, section, {"signer", "position"}, wallet, context);
    if (const Node* node = entry.value.find("signer")) {
        const Section at{section.sub("signer"), fmt::format("[{}.signer]", section.key)};
        Signer signer;
        if (is_table(*node, at, "write signer = { keystore = \"...\", passphrase = { file = \"...\" } }", context)) {
            read_section(*node, at, {}, signer, context);
            context.origins[at.key] =
                Origin{node->place.variable ? Origin::Kind::Environment : Origin::Kind::File, node->place};
        }
        wallet.signer = std::move(signer);
    }
    const std::string title = fmt::format("[[{}.position]]", section.key);
    const Node* positions = entry.value.find("position");
    if (positions != nullptr && positions->type != Node::Type::Array) {
        context.report.error(Code::WrongType, positions->place, section.sub("position"),
                             fmt::format("{} must be a list", title),
                             fmt::format("this is {}", to_string(positions->type)),
                             fmt::format("write {} with two brackets above each position", title));
        positions = nullptr;
    }
    for (std::size_t i = 0; positions != nullptr && i < positions->items.size(); ++i) {
        const Section at{fmt::format("{}.position.{}", section.key, i), title};
        if (!is_table(positions->items[i], at, fmt::format("write {} above its settings", title), context)) continue;
        Position position;
        position.wallet = wallet.name;
        read_section(positions->items[i], at, {"limits"}, position, context);
        const Section limits{at.sub("limits"), fmt::format("limits of {}", title)};
        const Node* node = positions->items[i].find("limits");
        if (node != nullptr && is_table(*node, limits, "write limits = { cooldown = \"2m\" }", context))
            read_section(*node, limits, {}, position.limits, context);
        context.origins[at.key] = Origin{Origin::Kind::File, positions->items[i].place};
        wallet.positions.push_back(std::move(position));
    }
    context.origins[section.key] = Origin{Origin::Kind::File, entry.value.place};
    settings.wallets.push_back(std::move(wallet));
}

void read_version(const Node& root, Context& context) {
    const std::string mend = "write version = 1 at the top of the file";
    const auto entry =
        std::find_if(root.entries.begin(), root.entries.end(), [](const Entry& e) { return e.key == "version"; });
    if (entry == root.entries.end())
        context.report.error(Code::Version, {}, "version", "`version` is missing", "the form of this file is not named",
                             mend);
    else if (!entry->broken && (entry->value.type != Node::Type::Integer || entry->value.integer != 1))
        context.report.error(Code::Version, entry->value.place, "version", "this version of the file is not known",
                             "this program reads version 1", mend);
}

LoadResult load(std::string_view text, const std::string& path, const Environment& environment) {
    Report report(path, text);
    std::optional<Node> root = read_toml(text, report);
    if (!root) return tl::unexpected(report.take());
    Context context{report, {}, {}, std::filesystem::absolute(path).parent_path().string()};
    apply_environment(environment, *root, report);

    Settings settings;
    settings.source = path;
    read_version(*root, context);
    read_section(*root, {},
                 {"version", "daemon", "heartbeat", "console", "chain", "market", "lender", "pool", "router", "feed",
                  "aggregator", "relay", "alert", "wallet"},
                 settings, context);
    read_single(*root, "daemon", settings.daemon, context);
    read_single(*root, "heartbeat", settings.heartbeat, context);
    read_single(*root, "console", settings.console, context);
    read_plain(*root, "chain", kChainsMost, settings.chains, context);
    read_plain(*root, "market", kMarketsMost, settings.markets, context);
    read_plain(*root, "lender", kLendersMost, settings.lenders, context);
    read_plain(*root, "pool", kPoolsMost, settings.pools, context);
    read_plain(*root, "router", kRoutersMost, settings.routers, context);
    read_plain(*root, "feed", kFeedsMost, settings.feeds, context);
    read_plain(*root, "aggregator", kAggregatorsMost, settings.aggregators, context);
    read_plain(*root, "relay", kRelaysMost, settings.relays, context);
    read_plain(*root, "alert", kAlertsMost, settings.alerts, context);
    read_named(*root, "wallet", kWalletsMost, context,
               [&](const Entry& entry, const Section& section) { read_wallet(entry, section, settings, context); });
    check_cross_rules(settings, context);
    if (report.failed()) return tl::unexpected(report.take());
    return Loaded{std::move(settings), std::move(context.origins), report.take()};
}

LoadResult unreadable(const std::string& path, Code code, std::string what, std::string why, std::string mend) {
    Report report(path, "");
    report.error(code, {}, "", std::move(what), std::move(why), std::move(mend));
    return tl::unexpected(report.take());
}

LoadResult too_big(const std::string& path) {
    return unreadable(path, Code::FileTooBig, "the configuration is larger than 1 MiB", "", "name the right file");
}

}  // namespace

LoadResult load_text(std::string_view text, const std::string& path, const Environment& environment) {
    if (text.size() > kFileBytesMost) return too_big(path);
    return load(text, path, environment);
}

LoadResult load_file(const std::string& path, const Environment& environment) {
    std::error_code error;
    const std::string mend = "name it with --config FILE; config/example.toml is one to start from";
    const auto status = std::filesystem::status(path, error);
    if (error || status.type() == std::filesystem::file_type::directory) {
        const std::string why = error ? error.message() : "it is a folder";
        return unreadable(path, Code::FileUnreadable, "the configuration cannot be read", why, mend);
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(kFileBytesMost + 1, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad())
        return unreadable(path, Code::FileUnreadable, "the configuration cannot be read", std::strerror(errno), mend);
    text.resize(static_cast<std::size_t>(file.gcount()));
    return load_text(text, path, environment);
}

Result<Settings> load_settings(const std::string& path, const Environment& environment) {
    auto loaded = load_file(path, environment);
    if (!loaded) return fail(Errc::Range, render(loaded.error()));
    return std::move(loaded->settings);
}

Environment process_environment() {
    Environment out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos || !text.starts_with("PLIMSOLL__")) continue;
        out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

}  // namespace plimsoll::config
