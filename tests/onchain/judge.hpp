// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/onchain/trial.hpp"
#include "tests/onchain/watch.hpp"

namespace plimsoll::onchain {

/// What was held against the pool.
struct VerdictCount {
    unsigned verdicts{};
    unsigned refusals{};
    unsigned summaries{};
    unsigned transfers{};
    unsigned moves{};
    std::map<std::string, unsigned> rules;
};

/// Market::allowed(), after() and free_moves() of one state against what the contracts do in it. The first difference
/// ends the test.
class Judge {
  public:
    Judge(World& world, VerdictCount& count);

    World& world() { return world_; }
    lending::Market& market() { return watch_.market(); }
    const BlockRef& head() const { return head_; }
    const lending::Conditions& conditions() const { return conditions_; }
    const lending::AssetConditions& conditions_of(const Address& asset) const;

    Result<void> allowed(const Address& user, const std::vector<lending::Change>& changes);

    /// Of every beginning of the sequence.
    void compare(const Address& user, const std::vector<lending::Change>& changes);
    /// A transfer of aTokens is refused for what a withdrawal is refused for, but for what the pool has left.
    void compare_transfer(const Address& user, const lending::Change& withdrawal);
    /// Every free move is carried out and helps; and no single one is missing.
    void compare_free_moves(const Address& user);

  private:
    std::string text_of(const Address& user, const std::vector<lending::Change>& changes) const;

    World& world_;
    VerdictCount& count_;
    Watch watch_;
    BlockRef head_;
    lending::Conditions conditions_;
};

}  // namespace plimsoll::onchain
