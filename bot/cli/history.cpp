// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/cli/load_config.hpp"
#include "bot/cli/table.hpp"
#include "bot/engine/text.hpp"
#include "bot/journal/journal.hpp"
#include "bot/journal/row.hpp"
#include "bot/view/decision_view.hpp"

namespace plimsoll::bot::cli {

namespace {

using nlohmann::json;

std::string time_text(std::int64_t time_ms) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(time_ms / 1'000)));
}

std::size_t attempts_of(const journal::StepHistory& rows) {
    std::size_t out = 0;
    for (const auto& row : rows) out += row.stage == engine::Stage::Signed ? 1 : 0;
    return out;
}

void print_table(const Globals& globals, const std::vector<journal::StepHistory>& steps) {
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    using Column = Table::Column;
    Table table({Column{"time"}, Column{"position"}, Column{"action"}, Column{"value", Table::Align::Right},
                 Column{"health before", Table::Align::Right}, Column{"expected", Table::Align::Right},
                 Column{"attempts", Table::Align::Right}, Column{"outcome"}, Column{"transaction"}});
    for (const auto& rows : steps) {
        const auto& first = rows.front();
        const auto& last = rows.back();
        table.add({time_text(first.time_ms), first.position, std::string(engine::to_string(first.purpose)),
                   engine::value_text(first.value), engine::health_text(first.health_before),
                   engine::health_text(first.health_expected), std::to_string(attempts_of(rows)),
                   last.outcome.empty() ? std::string(journal::to_string(last.stage)) : last.outcome,
                   last.hash.is_zero() ? "-" : to_string(last.hash)});
    }
    fmt::print("{}", table.render(style));
}

}  // namespace

ExitCode history(const Globals& globals, const HistoryCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    const auto path = loaded->settings.daemon.data_dir + "/journal.db";
    auto journal = journal::Journal::open(path, journal::Access::Read);
    if (!journal) {
        say_error(globals, journal.error().message, "the daemon makes the journal when it first runs");
        return ExitCode::Internal;
    }
    journal::HistoryFilter filter;
    if (!command.name.empty()) filter.position = command.name;
    filter.limit = command.limit;
    const auto steps = (*journal)->history(filter);
    if (!steps) {
        say_error(globals, steps.error().message);
        return ExitCode::Internal;
    }
    if (!command.json) {
        print_table(globals, *steps);
        return ExitCode::Done;
    }
    json out = json::array();
    for (const auto& rows : *steps) {
        if (!rows.empty()) out.push_back(to_json(rows));
    }
    fmt::print("{}\n", out.dump(2));
    return ExitCode::Done;
}

}  // namespace plimsoll::bot::cli
