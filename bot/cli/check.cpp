// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/cli/load_config.hpp"
#include "bot/cli/offline_checks.hpp"
#include "bot/cli/table.hpp"

namespace plimsoll::bot::cli {

namespace {

std::string text_of(const CheckLine& line, const Style& style) {
    std::string out = fmt::format("{:<7}  {}{}{}\n", line.ok ? "ok" : "problem", line.name,
                                  line.detail.empty() ? "" : ": ", line.detail);
    out.replace(0, line.ok ? 2 : 7, line.ok ? style.good("ok") : style.bad("problem"));
    if (!line.mend.empty()) out += fmt::format("         {} {}\n", style.bold("mend:"), line.mend);
    return out;
}

nlohmann::ordered_json json_of(const CheckLine& line) {
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

}  // namespace

ExitCode check(const Globals& globals, const CheckCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    std::vector<CheckLine> lines = offline_checks(loaded->settings);
    lines.insert(lines.begin(), config_line(*loaded));
    const ExitCode offline = all_ok(lines) ? ExitCode::Done : ExitCode::ConfigInvalid;
    std::vector<CheckLine> online;
    if (command.online) online = online_checks(loaded->settings);
    const ExitCode code = offline == ExitCode::Done && !all_ok(online) ? ExitCode::Chain : offline;
    lines.insert(lines.end(), online.begin(), online.end());

    if (command.json) {
        nlohmann::ordered_json out;
        out["schema"] = 1;
        out["ok"] = code == ExitCode::Done;
        out["lines"] = nlohmann::ordered_json::array();
        for (const auto& line : lines) out["lines"].push_back(json_of(line));
        fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
        return code;
    }
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    for (const auto& line : lines) {
        if (!globals.quiet || !line.ok) fmt::print("{}", text_of(line, style));
    }
    return code;
}

}  // namespace plimsoll::bot::cli
