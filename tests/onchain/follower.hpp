// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>

#include "chain/lending/market.hpp"
#include "tests/onchain/node.hpp"

namespace plimsoll::onchain {

/// A market followed as the daemon follows it: once by reading, then by logs and what the market itself wants read.
class Follower {
  public:
    Follower(Node& node, std::unique_ptr<lending::Market> market) : node_(node), market_(std::move(market)) {}

    lending::Market& market() { return *market_; }
    /// Reads at `head` until the market wants nothing more. The number of calls of contracts that this took.
    std::size_t sync(const BlockRef& head);
    /// The next block: its logs by its hash, then reads.
    Result<std::size_t> step(const BlockRef& block);
    /// As step(), for a block that must be accepted.
    std::size_t follow(const BlockRef& block);
    std::size_t follow(const rpc::Header& header) { return follow(header.ref); }

    /// Logs of this kind never arrive: a fault that the comparison must notice.
    void lose(const Hash32& topic) { lost_.insert(topic); }

  private:
    Node& node_;
    std::unique_ptr<lending::Market> market_;
    std::set<Hash32> lost_;
};

std::string to_text(const lending::AccountSummary& summary);

}  // namespace plimsoll::onchain
