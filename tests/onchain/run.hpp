// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
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

/// What one run found. It ends at the first block with a difference.
struct RunReport {
    Tally tally;
    std::map<std::string, std::pair<unsigned, unsigned>> moves;  // by kind: mined, reverted
    unsigned rewinds{};
    unsigned bounded{};    // blocks after which a bound held for all who were not named as changed
    unsigned unbounded{};  // blocks after which only the named ones had changed
    unsigned resyncs{};    // where a rewind was not possible
    std::vector<std::string> trouble;
    std::string story;  // seed, block and its transactions, for the one who has to find out
};

/// Random moves of users, prices and governance, every watched account compared after every block.
RunReport random_run(World& world, const RunOptions& options);

}  // namespace plimsoll::onchain
