// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/onchain/random_run.hpp"
#include "tests/onchain_morpho/scene.hpp"

namespace plimsoll::onchain::morpho {

struct RunOptions {
    std::uint64_t seed{};
    std::string market = "weth-usdc";
    unsigned blocks = 50;
    bool by_drift = false;          // who changed is asked by take_drift(), not by take_changed()
    std::vector<Hash32> lost = {};  // kinds of events that never arrive
};

struct RunReport : Findings {
    Tally tally;
    unsigned foretold{};   // summaries after an account's own change that were as foretold
    unsigned bad_debts{};  // liquidations that left the suppliers with a loss
};

/// Random moves of users, prices and the owner, every watched account compared after every block.
RunReport random_run(World& world, const RunOptions& options);

}  // namespace plimsoll::onchain::morpho
