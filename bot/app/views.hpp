// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bot/sync.hpp"
#include "bot/view/position_view.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// Views of every configured position of the chain, at `block` (the newest without one): one connection, each market
/// read once at one block hash; `told` of the answers. Errc::NotFound when the node has not the block.
Result<std::vector<PositionView>> configured_views(const config::Settings& settings, const config::Chain& chain,
                                                   std::optional<BlockNumber> block, ReadTold told = {});

/// The same for any address in any one market; needs no wallet entry.
Result<PositionView> address_view(const config::Chain& chain, const config::Market& market, const Address& account,
                                  std::optional<BlockNumber> block, ReadTold told = {});

}  // namespace plimsoll::bot
