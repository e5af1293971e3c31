// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chain/types/block.hpp"
#include "chain/types/result.hpp"

namespace plimsoll {

/// State of contracts that is copied once and then kept by their events: lending markets, pools of an exchange.
///
/// Sans-I/O: it says what it wants read, is given the answers, and follows blocks by their logs. All reads of one round
/// are made at one block hash.
///
/// Following:  while reads(head) is not empty, read all of it at `head` and pass the answers to answer(head, ...).
///             Then for each next canonical block: apply(block, logs), and again reads(block) / answer(block).
///             On a reorg: rewind(ancestor); if it says false, reset() and read again.
class Followed {
  public:
    virtual ~Followed() = default;

    /// Logs that this state needs. Grows when contracts are added: read it again after every answer/apply.
    virtual const LogFilter& filter() const = 0;
    /// Reads wanted at `head` before the state is complete for it; empty when it is.
    virtual std::vector<Call> reads(const BlockRef& head) = 0;
    /// Whether all that was wanted last is wanted of each block anew: where there are newer ones, the newest will do.
    virtual bool wants_newest() const { return false; }
    /// Answers to the last reads(), same order, read at `head`.
    virtual Result<void> answer(const BlockRef& head, std::span<const CallResult> results) = 0;
    /// Advances to `block`, the child of the block the state is of. `logs` are those of `block` that match filter(),
    /// ascending. An error means that the state can no longer be trusted: reset() follows.
    virtual Result<void> apply(const BlockRef& block, std::span<const Log> logs) = 0;
    /// Goes back to an earlier block of the followed chain. False when it is too deep: reset() follows.
    virtual bool rewind(const BlockRef& ancestor) = 0;
    /// Forgets all chain state; what is to be followed stays.
    virtual void reset() = 0;
    /// Block the state is of; nullopt while not in sync.
    virtual std::optional<BlockRef> synced() const = 0;
};

}  // namespace plimsoll
