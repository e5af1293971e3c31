// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "chain/lending/market.hpp"

namespace plimsoll::lending {

/// What a market is found by.
struct Entry {
    Address contract;  // Aave: its PoolAddressesProvider; Morpho Blue: the singleton
    Hash32 id{};       // Morpho Blue: the market's id; zero for others

    bool operator==(const Entry&) const = default;
};

/// The adapter for a protocol as the configuration names it ("aave-v3", "morpho-blue"), for the deployment behind
/// `entry`. Errc::Unsupported names the protocols there are.
Result<std::unique_ptr<Market>> make_market(std::string_view protocol, const Entry& entry);

}  // namespace plimsoll::lending
