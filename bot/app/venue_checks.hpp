// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bot/app/online_checks.hpp"
#include "chain/rpc/eth.hpp"

namespace plimsoll::bot {

/// Whether the configured pools, routers and lenders of a chain are what the configuration says: each answers as one of
/// its kind, a pool holds liquidity and remembers as far back as its reference asks, and a router is of its exchange.
Task<std::vector<CheckLine>> venue_checks(rpc::Eth& eth, const config::Settings& settings, const config::Chain& chain,
                                          rpc::BlockId at);

}  // namespace plimsoll::bot
