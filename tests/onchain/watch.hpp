// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/onchain/follower.hpp"
#include "tests/onchain/world.hpp"

namespace plimsoll::onchain {

/// What has been held against the contracts.
struct Tally {
    std::uint64_t accounts{};  // account views
    std::uint64_t numbers{};   // their six numbers, and balances per asset
    std::uint64_t refusals{};  // views that the contract itself refuses (no price), as we do
    std::uint64_t blocks{};

    Tally& operator+=(const Tally& other);
};

/// A followed market of Aave.
class Watch : public Follower {
  public:
    explicit Watch(World& world);

    /// What is compared besides the account views; a reserve listed later is added here.
    std::vector<DevReserve>& reserves() { return reserves_; }

  private:
    std::vector<DevReserve> reserves_;
};

/// Every watched account's six numbers and balances against the contracts at `block`; a sentence for each difference.
std::vector<std::string> differences(World& world, Watch& watch, const BlockRef& block, Tally& tally);

/// Pool.getUserAccountData at a block; nothing if it reverts.
std::optional<lending::AccountSummary> contract_summary(World& world, const Address& account, const Hash32& block);

}  // namespace plimsoll::onchain
