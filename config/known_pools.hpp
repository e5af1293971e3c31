// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

namespace plimsoll::config {

/// The Aave V3 Pool behind a PoolAddressesProvider, where no node needs to be asked for it; nullptr where it is not
/// known. Source of the addresses: npm @aave-dao/aave-address-book 4.68.1, POOL, POOL_ADDRESSES_PROVIDER and CHAIN_ID
/// of each AaveV3*. The Pool is a proxy: an upgrade of the protocol does not move it.
const Address* known_pool(ChainId chain_id, const Address& provider);

}  // namespace plimsoll::config
