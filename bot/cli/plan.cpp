// SPDX-License-Identifier: Apache-2.0
// `plan` and `why`: what the engine makes of one position on the newest block. Nothing is signed or sent.
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/app/verdict.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/progress.hpp"
#include "bot/cli/table.hpp"
#include "bot/engine/text.hpp"
#include "bot/journal/journal.hpp"
#include "bot/view/decision_view.hpp"

namespace plimsoll::bot::cli {

namespace {

using engine::health_text;
using nlohmann::json;

json to_json(const Verdict& verdict) {
    json out = {{"schema", 1},
                {"name", verdict.position->name},
                {"trigger", to_string(verdict.position->trigger)},
                {"target", to_string(verdict.position->target)},
                {"health_factor", verdict.health ? json(to_string(*verdict.health)) : json(nullptr)},
                {"would_act", false},
                {"gates", json::array()},
                {"calls", json::array()}};
    if (verdict.status.head)
        out["block"] = {{"number", verdict.status.head->number},
                        {"hash", to_string(verdict.status.head->hash)},
                        {"timestamp", verdict.status.head->timestamp}};
    if (!verdict.decision) return out;
    const auto& decision = *verdict.decision;
    out["outcome"] = journal::to_string(decision.outcome);
    out["would_act"] = decision.outcome == engine::Outcome::DryRun || decision.outcome == engine::Outcome::Acting;
    out["reason"] = decision.reason;
    out["plan"] = decision.plan;
    out["rung"] = decision.rung;
    out["ladder"] = json::array();
    for (const auto& rung : decision.ladder) out["ladder"].push_back(bot::to_json(rung));
    out["health_factor_next_block"] = to_string(decision.health_next);
    out["health_factor_expected"] = to_string(decision.health_expected);
    for (const auto& gate : decision.gates) out["gates"].push_back(bot::to_json(gate));
    for (const auto& call : verdict.calls)
        out["calls"].push_back({{"to", to_string(call.to)}, {"data", to_hex(call.data)}});
    return out;
}

void print_head(const Verdict& verdict) {
    fmt::print("{}: health factor {}, trigger {}, target {}", verdict.position->name,
               verdict.health ? health_text(*verdict.health) : "unknown", health_text(verdict.position->trigger),
               health_text(verdict.position->target));
    if (verdict.status.head) fmt::print(", block {}", verdict.status.head->number);
    fmt::print("\n");
}

/// Of the debt repaid, rounded up; nothing where none is.
std::string bps_text(const BaseValue& cost, const BaseValue& repaid) {
    const auto bps = mul_div_up(cost.value, kBps, repaid.value);
    return bps ? to_string(*bps) + " bps" : "";
}

/// What was weighed: plans in the order of trying, each with what it costs, then what there is no plan for.
void print_ladder(const Verdict& verdict, const Style& style) {
    const auto& decision = *verdict.decision;
    using Column = Table::Column;
    constexpr auto kRight = Table::Align::Right;
    Table table({Column{""}, Column{"plan"}, Column{"after", kRight}, Column{"repays", kRight}, Column{"costs", kRight},
                 Column{"of it", kRight}, Column{"gas", kRight}});
    const auto value = [&](const BaseValue& v) { return verdict.dollars ? engine::value_text(v) : to_string(v); };
    std::uint32_t number = 0;
    for (const auto& rung : decision.ladder) {
        if (!rung.refused.empty()) continue;
        ++number;
        const std::string mark = fmt::format("{}{}", number == decision.rung ? "> " : "  ", number);
        table.add({mark, rung.text, health_text(rung.after), value(rung.repaid), value(rung.cost),
                   bps_text(rung.cost, rung.repaid), value(rung.gas_cost)});
    }
    if (!table.empty())
        fmt::print("before: health factor {}{}\n{}", health_text(decision.health_now),
                   verdict.dollars ? "" : "; values in smallest units of the loan token", table.render(style));
    for (const auto& rung : decision.ladder) {
        if (!rung.refused.empty()) fmt::print("{} {}: {}\n", style.dim("no plan,"), rung.refused, rung.why);
    }
}

void print_plan(const Globals& globals, const Verdict& verdict) {
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    print_head(verdict);
    if (!verdict.decision || verdict.decision->plan.empty()) {
        fmt::print("nothing to do{}\n", verdict.decision ? ": " + verdict.decision->reason : ": above the trigger");
        if (verdict.decision) print_ladder(verdict, style);
        return;
    }
    const auto& decision = *verdict.decision;
    fmt::print("{}\n", style.bold(decision.plan));
    Table table(
        {Table::Column{""}, Table::Column{"before", Table::Align::Right}, Table::Column{"after", Table::Align::Right}});
    table.add({"health factor", health_text(decision.health_now), health_text(decision.health_expected)});
    fmt::print("{}", table.render(style));
    print_ladder(verdict, style);
    for (const auto& call : verdict.calls) fmt::print("call {} {}\n", to_string(call.to), to_hex(call.data));
    for (const auto& gate : decision.gates) {
        if (!gate.passed && gate.name != "mode")
            fmt::print("{} {}: {}, needs {}\n", style.bad("stopped by"), gate.name, gate.measured, gate.required);
    }
    fmt::print("nothing was sent\n");
}

void print_why(const Globals& globals, const Verdict& verdict) {
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    print_head(verdict);
    if (!verdict.decision) {
        fmt::print("above the trigger: no decision is needed\n");
        return;
    }
    using Column = Table::Column;
    Table table({Column{"gate"}, Column{""}, Column{"measured"}, Column{"required"}});
    for (const auto& gate : verdict.decision->gates)
        table.add({gate.name, gate.passed ? style.good("pass") : style.bad("FAIL"), gate.measured, gate.required});
    fmt::print("{}", table.render(style));
    fmt::print("outcome: {}{}\n", journal::to_string(verdict.decision->outcome),
               verdict.decision->reason.empty() ? "" : " (" + verdict.decision->reason + ")");
}

/// The plan failed if something other than the mode stands in its way.
bool stands(const Verdict& verdict) {
    if (!verdict.health) return false;
    if (!verdict.decision) return true;
    const auto& gates = verdict.decision->gates;
    return std::none_of(gates.begin(), gates.end(), engine::stops);
}

template <class Print>
ExitCode answer(const Globals& globals, const std::string& name, bool as_json, Print print) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    const auto* position = find_position(globals, loaded->settings, name);
    if (position == nullptr) return ExitCode::Usage;
    Progress progress(globals, "reading");
    progress.say(position->market);
    const auto verdict = verdict_of(loaded->settings, *position);
    progress.end();
    if (!verdict) {
        say_error(globals, verdict.error().message);
        return ExitCode::Chain;
    }
    if (as_json)
        fmt::print("{}\n", to_json(*verdict).dump(2));
    else
        print(globals, *verdict);
    return stands(*verdict) ? ExitCode::Done : ExitCode::PlanFailed;
}

}  // namespace

ExitCode plan(const Globals& globals, const PlanCommand& command) {
    return answer(globals, command.name, command.json, print_plan);
}

ExitCode why(const Globals& globals, const WhyCommand& command) {
    const auto code = answer(globals, command.name, command.json, print_why);
    return code == ExitCode::PlanFailed ? ExitCode::Done : code;  // an explanation is never a failure
}

}  // namespace plimsoll::bot::cli
