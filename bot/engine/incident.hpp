// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bot/engine/decision.hpp"
#include "bot/engine/event.hpp"
#include "strategies/plan.hpp"

namespace plimsoll::engine {

/// A plan between proposal and journal: it is simulated, its gas and the wallet's account are being asked.
struct Checkup {
    strategies::Plan plan;
    Purpose purpose{};  // of the first call, which is the one to be sent
    Decision draft;     // with the gates passed so far
    BlockRef at;        // simulated on this block
    bool replaces{};    // another attempt at the nonce that is in flight
    RequestId simulate = 0;
    RequestId gas = 0;
    RequestId account = 0;
    std::optional<SimulationDone> simulated;
    std::optional<GasDone> estimated;
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
    BlockRef trigger;
    std::optional<Checkup> check;
};

}  // namespace plimsoll::engine
