// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bot/engine/decision.hpp"
#include "bot/engine/event.hpp"
#include "strategies/situation.hpp"

namespace plimsoll::engine {

/// The plans of one position at one block, tried one after the other.
struct Climb {
    std::vector<strategies::Plan> rungs;
    std::vector<Rung> told;      // the same and what has no plan, for the decision
    std::vector<Gate> gates;     // that hold for all of them, then one per rung given up
    Gate none;                   // what stands when there is no plan at all
    std::size_t next{};          // first that was not tried
    std::uint32_t unanswered{};  // simulations without an answer
    std::uint64_t offers{};      // answers of aggregators that had come when it was made
    strategies::Urgency urgency{};
    Wei fee_per_gas;  // at which plans were priced
    bool replaces{};  // for another attempt at the nonce that is in flight
};

/// A plan between proposal and journal: it is simulated, its gas and the wallet's account are being asked.
struct Checkup {
    strategies::Plan plan;
    Purpose purpose{};  // of the first call, which is the one to be sent
    Decision draft;     // with the gates passed so far
    BlockRef at;        // simulated on this block
    Climb climb;        // where the plan is from; empty for one that prepares
    RequestId simulate = 0;
    RequestId gas = 0;
    RequestId account = 0;
    std::optional<SimulationDone> simulated;
    std::optional<GasDone> estimated;
    Wei data_fee;  // of a rollup, for the call that is to be sent
    tx::OperatorFee operator_fee;
    bool account_known{};

    bool complete() const { return simulated && estimated && account_known; }
};

/// One position below its trigger, or one that prepares its allowance, from detection to proof of safety.
struct Incident {
    std::string id;  // "<position>/<unix ms>"
    bool prepares{};
    std::uint32_t steps{};           // nonces begun
    std::uint32_t failures{};        // transactions that were refused or reverted
    bool reset_approval{};           // the token refuses to change a non-zero allowance
    std::optional<Address> partial;  // the debt repaid in part for want of balance: another one may follow at once
    bool split{};                    // the sale was more than the pools bear at once: the rest may follow at once
    Gas gas_least{};                 // the last one ran out of gas: the next has more
    BlockRef trigger;
    std::optional<Checkup> check;
};

}  // namespace plimsoll::engine
