// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

#include "chain/lending/market.hpp"
#include "chain/rpc/eth.hpp"

namespace plimsoll::bot {

/// Told of answers as they come: how many since the last time.
using ReadTold = std::function<void(std::size_t)>;

/// Brings `market` to `head` by reading at that block until it wants nothing more. For one-shot commands; the daemon's
/// engine does the same by events. Errc::Internal if the market is not content after a bounded number of rounds.
Task<Result<void>> sync(rpc::Eth& eth, lending::Market& market, BlockRef head, ReadTold told = {});

}  // namespace plimsoll::bot
