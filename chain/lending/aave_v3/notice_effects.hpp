// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "chain/lending/aave_v3/store.hpp"
#include "chain/lending/market.hpp"

namespace plimsoll::lending::aave_v3 {

/// Health factors by the store's index of accounts; nullopt where there is none to be told.
using Healths = std::vector<std::optional<Wad>>;

/// Of all accounts in this market at its block, `market` being the store's own or a variant of it.
Healths healths_of(const Store& store, const MarketState& market);

/// Whose health factor differs, the lowest first.
void add_effects(ParameterChange& change, const Store& store, const Healths& before, const Healths& after);

}  // namespace plimsoll::lending::aave_v3
