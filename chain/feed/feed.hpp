// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <variant>
#include <vector>

#include "chain/rpc/eth.hpp"

/// One ordered stream of canonical blocks with their logs: gap-free, reorg-aware, honest about silence.
namespace plimsoll::feed {

/// The next canonical block; its parent is the block before it in the stream. `logs` are all that match the filter.
struct BlockAdded {
    BlockRef block;
    std::vector<Log> logs;
};

/// The chain was reorganised: the stream goes back to `ancestor`; `removed` are newest first. The added blocks follow as
/// BlockAdded events.
struct Reorg {
    BlockRef ancestor;
    std::vector<BlockRef> removed;
};

/// The history cannot be joined (gap or reorg deeper than is kept): what follows starts anew at `block`.
struct Restarted {
    BlockRef block;
};

/// No head newer than the chain's limit: spending stops, alerting goes on.
struct Stale {
    Timestamp last_block_timestamp{};
    std::string reason;
};

struct Live {};

using FeedEvent = std::variant<BlockAdded, Reorg, Restarted, Stale, Live>;

}  // namespace plimsoll::feed
