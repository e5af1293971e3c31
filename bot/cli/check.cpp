// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/app/explain.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/offline_checks.hpp"
#include "bot/cli/progress.hpp"
#include "bot/cli/table.hpp"
#include "bot/outlook/words.hpp"

namespace plimsoll::bot::cli {

using nlohmann::ordered_json;

namespace {

std::string text_of(const CheckLine& line, const Style& style) {
    std::string out = fmt::format("{:<7}  {}{}{}\n", line.ok ? "ok" : "problem", line.name,
                                  line.detail.empty() ? "" : ": ", line.detail);
    out.replace(0, line.ok ? 2 : 7, line.ok ? style.good("ok") : style.bad("problem"));
    if (!line.mend.empty()) out += fmt::format("         {} {}\n", style.bold("mend:"), line.mend);
    return out;
}

ordered_json json_of(const CheckLine& line) {
    return {{"name", line.name}, {"ok", line.ok}, {"detail", line.detail}, {"mend", line.mend}};
}

bool all_ok(const std::vector<CheckLine>& lines) {
    return std::all_of(lines.begin(), lines.end(), [](const CheckLine& line) { return line.ok; });
}

CheckLine config_line(const config::Loaded& loaded) {
    const auto& s = loaded.settings;
    std::size_t positions = 0;
    for (const auto& wallet : s.wallets) positions += wallet.positions.size();
    return {"config", true,
            fmt::format("{}: mode {}, {}, {}, {}, {}, {}", s.source, s.mode == config::Mode::Live ? "live" : "dry-run",
                        counted(s.chains.size(), "chain"), counted(s.markets.size(), "market"),
                        counted(s.wallets.size(), "wallet"), counted(positions, "position"),
                        counted(loaded.warnings.size(), "warning")),
            ""};
}

std::vector<Explained> explained(const Globals& globals, const config::Settings& settings) {
    Progress progress(globals, "explaining");
    return explain(settings, [&](std::size_t done, std::size_t all, const std::string&) { progress.bar(done, all); });
}

std::string text_of(const Explained& one, const config::Settings& settings, const Style& style) {
    const bool live = settings.live(*one.wallet);
    std::string out =
        fmt::format("\n{} ({}, {})", style.bold(one.position->name), one.chain, live ? "live" : "dry-run");
    if (!one.outlook) return out + fmt::format(": {}\n", one.trouble);
    const auto currency = outlook::currency_of(*one.outlook, one.dollars);
    out += fmt::format(": {}\n", outlook::holdings_text(one.outlook->now));
    for (const auto& line : outlook::in_words(*one.outlook, *one.position, live, currency)) out += "  " + line + '\n';
    return out;
}

ordered_json json_of(const Explained& one) {
    if (!one.outlook) return {{"position", one.position->name}, {"trouble", one.trouble}};
    return outlook::to_json(*one.outlook, *one.position, outlook::currency_of(*one.outlook, one.dollars));
}

/// A level or limit that does not fit means that the protection is not what the owner thinks.
ExitCode worst(const std::vector<CheckLine>& offline, const std::vector<CheckLine>& online,
               const std::vector<Explained>& explained) {
    if (!all_ok(offline)) return ExitCode::ConfigInvalid;
    if (!all_ok(online)) return ExitCode::Chain;
    const bool fits =
        std::all_of(explained.begin(), explained.end(), [](const Explained& one) { return all_ok(one.findings); });
    return fits ? ExitCode::Done : ExitCode::Attention;
}

}  // namespace

ExitCode check(const Globals& globals, const CheckCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    std::vector<CheckLine> lines{config_line(*loaded)};
    if (!command.file_only) {
        const auto more = offline_checks(loaded->settings);
        lines.insert(lines.end(), more.begin(), more.end());
    }
    std::vector<CheckLine> online;
    if (command.online || command.explain) {
        Progress progress(globals, "asking");
        progress.say(counted(loaded->settings.chains.size(), "chain"));
        online = online_checks(loaded->settings);
    }
    std::vector<Explained> about;
    if (command.explain) about = explained(globals, loaded->settings);
    const ExitCode code = worst(lines, online, about);
    lines.insert(lines.end(), online.begin(), online.end());
    for (const auto& one : about) lines.insert(lines.end(), one.findings.begin(), one.findings.end());

    if (command.json) {
        ordered_json out;
        out["schema"] = 1;
        out["ok"] = code == ExitCode::Done;
        out["lines"] = ordered_json::array();
        for (const auto& line : lines) out["lines"].push_back(json_of(line));
        for (const auto& one : about) out["explain"].push_back(json_of(one));
        fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
        return code;
    }
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    for (const auto& line : lines) {
        if (!globals.quiet || !line.ok) fmt::print("{}", text_of(line, style));
    }
    for (const auto& one : about) fmt::print("{}", text_of(one, loaded->settings, style));
    return code;
}

}  // namespace plimsoll::bot::cli
