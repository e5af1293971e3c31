// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "chain/lending/market.hpp"
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

/// A market followed as the daemon follows it: once by reading, then by logs and what the market itself wants read.
class Watch {
  public:
    explicit Watch(World& world);

    lending::Market& market() { return *market_; }
    /// Reads at `head` until the market wants nothing more. The number of calls of contracts that this took.
    std::size_t sync(const BlockRef& head);
    /// The next block: its logs by its hash, then reads.
    Result<std::size_t> step(const BlockRef& block);
    /// As step(), for a block that must be accepted.
    void follow(const BlockRef& block);
    void follow(const rpc::Header& header) { follow(header.ref); }

    /// What is compared besides the account views; a reserve listed later is added here.
    std::vector<DevReserve>& reserves() { return reserves_; }

    /// Logs of this kind never arrive: a fault that the comparison must notice.
    void lose(const Hash32& topic) { lost_.insert(topic); }

  private:
    World& world_;
    std::unique_ptr<lending::Market> market_;
    std::vector<DevReserve> reserves_;
    std::set<Hash32> lost_;
};

/// Every watched account's six numbers and balances against the contracts at `block`; a sentence for each difference.
std::vector<std::string> differences(World& world, Watch& watch, const BlockRef& block, Tally& tally);

/// Pool.getUserAccountData at a block; nothing if it reverts.
std::optional<lending::AccountSummary> contract_summary(World& world, const Address& account, const Hash32& block);

std::string to_text(const lending::AccountSummary& summary);

}  // namespace plimsoll::onchain
