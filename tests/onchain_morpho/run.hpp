// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/onchain_morpho/scene.hpp"

namespace plimsoll::onchain::morpho {

struct RunOptions {
    std::uint64_t seed{};
    std::string market = "weth-usdc";
    unsigned blocks = 50;
    bool by_drift = false;          // who changed is asked by take_drift(), not by take_changed()
    std::vector<Hash32> lost = {};  // kinds of events that never arrive
};

/// What one run found. It ends at the first block with a difference.
struct RunReport {
    Tally tally;
    std::map<std::string, std::pair<unsigned, unsigned>> moves;  // by kind: mined, reverted
    unsigned rewinds{};
    unsigned foretold{};   // summaries after an account's own change that were as foretold
    unsigned bounded{};    // blocks after which a bound held for all who were not named as changed
    unsigned bad_debts{};  // liquidations that left the suppliers with a loss
    std::vector<std::string> trouble;
    std::string story;
};

/// Random moves of users, prices and the owner, every watched account compared after every block.
RunReport random_run(World& world, const RunOptions& options);

}  // namespace plimsoll::onchain::morpho
