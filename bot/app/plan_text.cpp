// SPDX-License-Identifier: Apache-2.0
#include "bot/app/plan_text.hpp"

#include <fmt/format.h>

#include "bot/app/verdict.hpp"
#include "bot/engine/text.hpp"
#include "config/find.hpp"

namespace plimsoll::bot {

namespace {

using engine::health_text;

std::string decision_text(const engine::Decision& decision) {
    std::string out;
    if (decision.plan.empty())
        out = "\nno plan: " + decision.reason;
    else
        out = fmt::format("\nwould {}\nhealth factor {} -> {}", decision.plan, health_text(decision.health_now),
                          health_text(decision.health_expected));
    for (const auto& rung : decision.ladder) {
        if (!rung.refused.empty()) out += fmt::format("\nnot possible: {}", rung.why);
    }
    for (const auto& gate : decision.gates) {
        if (engine::stops(gate))
            out += fmt::format("\nstopped by {}: {}, needs {}", gate.name, gate.measured, gate.required);
    }
    return out;
}

}  // namespace

Result<std::string> plan_text(const config::Settings& settings, const std::string& name) {
    const auto* position = config::find_position(settings, name);
    if (position == nullptr) return fail(Errc::NotFound, "no position is named " + name);
    TRY(const auto verdict, verdict_of(settings, *position));
    std::string out = fmt::format("{}: health factor {}, trigger {}, target {}", name,
                                  verdict.health ? health_text(*verdict.health) : "unknown",
                                  health_text(position->trigger), health_text(position->target));
    if (verdict.status.head) out += fmt::format(", block {}", verdict.status.head->number);
    if (!verdict.decision) return out + "\nnothing to do: above the trigger";
    return out + decision_text(*verdict.decision) + "\nnothing was sent";
}

}  // namespace plimsoll::bot
