// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "chain/lending/market.hpp"

namespace plimsoll::lending {

/// One market of Morpho Blue, known by the singleton's address and the market's id. Everything else is discovered, and
/// held against what the contracts themselves count. The base currency of its numbers is the loan token.
std::unique_ptr<Market> make_morpho_blue_market(const Address& morpho, const Hash32& id);

}  // namespace plimsoll::lending
