// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/alerts.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/table.hpp"
#include "bot/control/socket.hpp"
#include "bot/notify/channel.hpp"
#include "bot/people.hpp"
#include "bot/view/alerts_view.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::bot::cli {

namespace {

using nlohmann::json;

/// As the journal has it: what a daemon would find that starts now.
Result<json> of_journal(const config::Settings& settings) {
    TRY(auto journal, journal::Journal::open(settings.daemon.data_dir + "/journal.db", journal::Access::Read));
    const std::int64_t now = unix_ms();
    TRY(auto memory, recall_people(*journal, settings.daemon.instance(), now));
    std::vector<notify::LaneRule> lanes;
    for (const auto& channel : settings.alerts) {
        for (auto& lane : notify::lanes_of(channel)) lanes.push_back(std::move(lane));
    }
    json out = to_json(notify::Queue(std::move(lanes), std::move(memory.messages), now).overview());
    out["now_ms"] = now;
    out["running"] = false;
    return out;
}

Result<json> of_daemon(const std::string& data_dir) {
    TRY(const auto line, control::ask(control::socket_path(data_dir), R"({"order":"alerts"})"));
    json out = json::parse(line, nullptr, false);
    if (!out.is_object() || !out.contains("ok") || !out.contains("open"))
        return fail(Errc::Decode, "the daemon answers what is no answer: is it older than this command?");
    out.erase("ok");
    out["running"] = true;
    return out;
}

std::string ways_text(const json& open, std::int64_t now) {
    std::string out;
    for (const auto& way : open["ways"]) {
        const bool escalation = way["use"] == "escalation";
        if (!out.empty()) out += ", ";
        if (!way["told_ms"].is_null())
            out += fmt::format("{}{} {} ago", escalation ? "escalated to " : "", way["channel"].get<std::string>(),
                               duration_text(now - way["told_ms"].get<std::int64_t>()));
        else
            out += fmt::format("{}{} in {}", escalation ? "escalates to " : "", way["channel"].get<std::string>(),
                               duration_text(std::max<std::int64_t>(way["due_ms"].get<std::int64_t>() - now, 0)));
    }
    return out.empty() ? "nobody" : out;
}

std::string level_text(const Style& style, const std::string& level) {
    return level == "critical" ? style.bad(level) : level == "warning" ? style.warn(level) : level;
}

void print(const Globals& globals, const json& now_open) {
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    using Column = Table::Column;
    const std::int64_t now = now_open["now_ms"].get<std::int64_t>();
    Table open({Column{"id"}, Column{"level"}, Column{"alert"}, Column{"of"}, Column{"open for", Table::Align::Right},
                Column{"acknowledged"}, Column{"told"}});
    for (const auto& one : now_open["open"])
        open.add({one["id"].get<std::string>(), level_text(style, one["level"].get<std::string>()),
                  one["kind"].get<std::string>(), one["subject"].get<std::string>(),
                  duration_text(now - one["since_ms"].get<std::int64_t>()),
                  one["acknowledged_by"].is_null() ? "no" : "by " + one["acknowledged_by"].get<std::string>(),
                  ways_text(one, now)});
    if (open.empty())
        fmt::print("Nothing is open.\n");
    else
        fmt::print("{}", open.render(style));
    if (const auto total = now_open["open_total"].get<std::size_t>(); total > now_open["open"].size())
        fmt::print("and {} more\n", total - now_open["open"].size());
    Table waiting({Column{"channel"}, Column{"level"}, Column{"alert"}, Column{"of"},
                   Column{"waits for", Table::Align::Right}, Column{"tries", Table::Align::Right}, Column{"because"}});
    for (const auto& one : now_open["waiting"]) {
        const std::int64_t due = one["due_ms"].get<std::int64_t>();
        const auto note = one["note"].get<std::string>();
        waiting.add({one["channel"].get<std::string>(), level_text(style, one["level"].get<std::string>()),
                     one["kind"].get<std::string>() + (one["resolved"].get<bool>() ? " (over)" : ""),
                     one["subject"].get<std::string>(), duration_text(now - one["raised_ms"].get<std::int64_t>()),
                     std::to_string(one["tries"].get<std::uint32_t>()),
                     !note.empty() ? note
                     : due > now   ? "its time is in " + duration_text(due - now)
                                   : "it is next"});
    }
    if (waiting.empty()) return;
    fmt::print("\nNot delivered yet:\n{}", waiting.render(style));
    if (const auto total = now_open["waiting_total"].get<std::size_t>(); total > now_open["waiting"].size())
        fmt::print("and {} more\n", total - now_open["waiting"].size());
}

}  // namespace

ExitCode alert_list(const Globals& globals, const AlertListCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    auto alerts = of_daemon(loaded->settings.daemon.data_dir);
    if (!alerts && alerts.error().code == Errc::NotFound) {
        say(globals, "the daemon is not running: this is what its journal has");
        alerts = of_journal(loaded->settings);
    }
    if (!alerts) {
        say_error(globals, alerts.error().message);
        return alerts.error().code == Errc::NotFound  ? ExitCode::NotRunning
               : alerts.error().code == Errc::Refused ? ExitCode::Refused
                                                      : ExitCode::Internal;
    }
    if (command.json)
        fmt::print("{}\n", alerts->dump(2, ' ', false, json::error_handler_t::replace));
    else
        print(globals, *alerts);
    return ExitCode::Done;
}

}  // namespace plimsoll::bot::cli
