// SPDX-License-Identifier: Apache-2.0
#include "config/show.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/schema.hpp"
#include "config/value.hpp"

namespace plimsoll::config {

namespace {

struct Line {
    std::string title;  // heading, on the first line of a section
    std::string path;   // "wallet.treasury.position.0.trigger"; empty for a heading alone
    std::string key;
    std::string value;   // TOML; empty: not set
    bool fresh = false;  // a heading even if the title is that of the line before
};

template <class Owner>
void add(std::vector<Line>& lines, const std::string& title, const std::string& path, const Owner& owner) {
    bool fresh = true;
    for (const auto& setting : settings_of<Owner>()) {
        const std::string key(setting.rule.key);
        lines.push_back({title, path.empty() ? key : fmt::format("{}.{}", path, key), key,
                         write_value(setting.rule, setting.get(owner)), fresh});
        fresh = false;
    }
}

void add_wallet(std::vector<Line>& lines, const Wallet& wallet) {
    const std::string base = "wallet." + wallet.name;
    add(lines, fmt::format("[{}]", base), base, wallet);
    if (wallet.signer) add(lines, fmt::format("[{}.signer]", base), base + ".signer", *wallet.signer);
    for (std::size_t i = 0; i < wallet.positions.size(); ++i) {
        const Position& position = wallet.positions[i];
        const std::string path = fmt::format("{}.position.{}", base, i);
        add(lines, fmt::format("[[{}.position]]", base), path, position);
        add(lines, fmt::format("[{}.position.limits]", base), path + ".limits", position.limits);
    }
}

std::vector<Line> lines_of(const Settings& settings) {
    std::vector<Line> lines;
    lines.push_back({"", "version", "version", "1", true});
    add(lines, "", "", settings);
    lines.back().fresh = false;
    add(lines, "[daemon]", "daemon", settings.daemon);
    add(lines, "[heartbeat]", "heartbeat", settings.heartbeat);
    add(lines, "[console]", "console", settings.console);
    for (const auto& chain : settings.chains)
        add(lines, fmt::format("[chain.{}]", chain.name), "chain." + chain.name, chain);
    for (const auto& market : settings.markets)
        add(lines, fmt::format("[market.{}]", market.name), "market." + market.name, market);
    const auto named = [&lines](std::string_view kind, const auto& items) {
        for (const auto& item : items)
            add(lines, fmt::format("[{}.{}]", kind, item.name), fmt::format("{}.{}", kind, item.name), item);
    };
    named("lender", settings.lenders);
    named("pool", settings.pools);
    named("router", settings.routers);
    named("aggregator", settings.aggregators);
    named("relay", settings.relays);
    named("feed", settings.feeds);
    named("alert", settings.alerts);
    for (const auto& wallet : settings.wallets) add_wallet(lines, wallet);
    return lines;
}

std::string origin_of(const Loaded& loaded, const Line& line) {
    return line.path == "version" ? "the form of this file" : describe_origin(loaded, line.path);
}

}  // namespace

std::string describe_origin(const Loaded& loaded, const std::string& key) {
    const auto found = loaded.origins.find(key);
    if (found == loaded.origins.end()) return "default";
    const Origin& origin = found->second;
    switch (origin.kind) {
        case Origin::Kind::File:
            return fmt::format("{}:{}", std::filesystem::path(loaded.settings.source).filename().string(),
                               origin.place.line);
        case Origin::Kind::Environment:
            return fmt::format("environment {}", origin.place.variable ? *origin.place.variable : "");
        case Origin::Kind::Known:
            return key.starts_with("market.") ? "known market" : "known chain";
    }
    return "";
}

std::string show_toml(const Loaded& loaded, bool origins) {
    constexpr std::size_t kCommentColumn = 56;
    std::string out;
    for (const auto& line : lines_of(loaded.settings)) {
        if (line.fresh && !line.title.empty()) out += fmt::format("\n{}\n", line.title);
        if (line.value.empty()) {
            if (origins) out += fmt::format("# {} is not set\n", line.key);
            continue;
        }
        std::string text = fmt::format("{} = {}", line.key, line.value);
        if (origins) text = fmt::format("{:<{}}  # {}", text, kCommentColumn, origin_of(loaded, line));
        out += text + '\n';
    }
    return out;
}

std::string show_json(const Loaded& loaded) {
    nlohmann::ordered_json out;
    out["schema"] = 1;
    out["source"] = loaded.settings.source;
    out["settings"] = nlohmann::ordered_json::array();
    for (const auto& line : lines_of(loaded.settings)) {
        if (line.value.empty()) continue;
        out["settings"].push_back({{"key", line.path}, {"value", line.value}, {"origin", origin_of(loaded, line)}});
    }
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace plimsoll::config
