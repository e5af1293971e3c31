// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tests/onchain/player.hpp"

namespace plimsoll::onchain {

struct RunOptions {
    std::uint64_t seed{};
    unsigned blocks = 60;
    bool populated = false;         // everyone has a position near its limit already
    bool by_drift = false;          // who changed is asked by take_drift(), not by take_changed()
    bool reorganise = true;         // some blocks are taken back
    std::vector<Hash32> lost = {};  // kinds of events that never arrive
};

struct RunReport : Findings {
    Tally tally;
};

/// Random moves of users, prices and governance, every watched account compared after every block.
RunReport random_run(World& world, const RunOptions& options);

}  // namespace plimsoll::onchain
