// SPDX-License-Identifier: Apache-2.0
#include "bot/view/decision_view.hpp"

#include <nlohmann/json.hpp>

#include "bot/engine/text.hpp"
#include "bot/journal/row.hpp"

namespace plimsoll::bot {

using nlohmann::json;

json to_json(const engine::Rung& rung) {
    if (!rung.refused.empty() && rung.text.empty())
        return {{"refused", rung.refused}, {"why", rung.why}, {"strategy", rung.strategy}};
    json out = {{"strategy", rung.strategy},
                {"text", rung.text},
                {"health_factor_after", to_string(rung.after)},
                {"repaid_base", to_string(rung.repaid)},
                {"moved_base", to_string(rung.value)},
                {"cost_base", to_string(rung.cost)},
                {"gas_base", to_string(rung.gas_cost)}};
    if (!rung.refused.empty()) {  // a plan that was given up
        out["refused"] = rung.refused;
        out["why"] = rung.why;
    }
    return out;
}

json to_json(const engine::Gate& gate) {
    return {{"name", gate.name}, {"passed", gate.passed}, {"measured", gate.measured}, {"required", gate.required}};
}

json to_json(const engine::Decision& decision) {
    json out = {{"position", decision.position},
                {"block",
                 {{"number", decision.block.number},
                  {"hash", to_string(decision.block.hash)},
                  {"timestamp", decision.block.timestamp}}},
                {"health_factor", to_string(decision.health_now)},
                {"health_factor_next_block", to_string(decision.health_next)},
                {"health_factor_expected", to_string(decision.health_expected)},
                {"trigger", to_string(decision.trigger)},
                {"target", to_string(decision.target)},
                {"outcome", journal::to_string(decision.outcome)},
                {"reason", decision.reason},
                {"plan", decision.plan},
                {"rung", decision.rung},
                {"gates", json::array()},
                {"ladder", json::array()}};
    for (const auto& gate : decision.gates) out["gates"].push_back(to_json(gate));
    for (const auto& rung : decision.ladder) out["ladder"].push_back(to_json(rung));
    return out;
}

namespace {

json life_json(const engine::JournalRecord& row) {
    json out = {{"stage", journal::to_string(row.stage)}, {"time_ms", row.time_ms}, {"attempt", row.attempt}};
    if (!row.hash.is_zero()) out["hash"] = to_string(row.hash);
    if (!row.endpoint.empty()) out["endpoint"] = row.endpoint;
    if (row.block_number != 0) out["block"] = row.block_number;
    if (row.stage == engine::Stage::Signed) {
        out["max_fee_per_gas"] = to_string(row.tx.max_fee);
        out["max_priority_fee_per_gas"] = to_string(row.tx.max_priority_fee);
    }
    return out;
}

}  // namespace

json to_json(const journal::StepHistory& rows) {
    const auto& first = rows.front();
    const auto& last = rows.back();
    json attempts = json::array();
    json life = json::array();
    for (const auto& row : rows) {
        life.push_back(life_json(row));
        if (row.stage != engine::Stage::Signed) continue;
        attempts.push_back({{"hash", to_string(row.hash)},
                            {"max_fee_per_gas", to_string(row.tx.max_fee)},
                            {"max_priority_fee_per_gas", to_string(row.tx.max_priority_fee)},
                            {"time_ms", row.time_ms}});
    }
    return {{"incident", first.incident},
            {"step", first.step},
            {"position", first.position},
            {"wallet", first.wallet},
            {"chain_id", first.chain_id},
            {"purpose", engine::to_string(first.purpose)},
            {"strategy", last.strategy},
            {"stage", journal::to_string(last.stage)},
            {"outcome", last.outcome},
            {"began_ms", first.time_ms},
            {"ended_ms", last.time_ms},
            {"trigger_block", first.trigger_number},
            {"asset", to_string(first.asset)},
            {"amount", to_string(first.amount)},
            {"value_base", to_string(first.value)},
            {"cost_bps", last.cost_bps},
            {"health_factor_before", to_string(first.health_before)},
            {"health_factor_expected", to_string(first.health_expected)},
            {"nonce", last.nonce ? json(*last.nonce) : json(nullptr)},
            {"hash", to_string(last.hash)},
            {"block", last.block_number},
            {"succeeded", last.succeeded},
            {"gas_spent_wei", to_string(last.gas_spent)},
            {"attempts", std::move(attempts)},
            {"life", std::move(life)}};
}

}  // namespace plimsoll::bot
