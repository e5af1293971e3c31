// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "chain/lending/aave_v3/account.hpp"
#include "chain/lending/market.hpp"

namespace plimsoll::lending {

/// A deployment of Aave V3 (3.0 to 3.7, forks included) known only by its PoolAddressesProvider. Everything else is
/// discovered, and the accounting rules are chosen by what reproduces Pool.getUserAccountData.
std::unique_ptr<Market> make_aave_v3_market(const Address& addresses_provider);

}  // namespace plimsoll::lending
