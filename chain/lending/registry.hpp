// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "chain/lending/market.hpp"

namespace plimsoll::lending {

/// The adapter for a protocol as the configuration names it ("aave-v3"), for the deployment behind `entry` (Aave: its
/// PoolAddressesProvider). Errc::Unsupported names the protocols there are.
Result<std::unique_ptr<Market>> make_market(std::string_view protocol, const Address& entry);

}  // namespace plimsoll::lending
