// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

/// What needs no entry in a configuration.
namespace plimsoll::config {

struct KnownMarket {
    std::string_view name;
    ChainId chain_id{};
    std::string_view protocol;
    Address addresses_provider;
};

/// Markets by name. Source of the addresses: npm @aave-dao/aave-address-book 4.68.1, POOL_ADDRESSES_PROVIDER and
/// CHAIN_ID of each AaveV3*.
std::span<const KnownMarket> known_markets();

/// nullptr if there is none of this name.
const KnownMarket* known_market(std::string_view name);

/// Morpho Blue's address on Ethereum and Base. Source: docs.morpho.org, contract addresses.
inline constexpr Address kMorphoBlue = Address::literal("0xbbbbbbbbbb9cc5e90e3b3af64bdaf62c37eeffcb");

struct KnownCoin {
    ChainId chain_id{};
    Address wrapped;
};

/// The coins of known chains as tokens. Source: the same package, UNDERLYING of the asset that wraps the coin.
std::span<const KnownCoin> known_coins();

/// nullptr if the chain is not known.
const KnownCoin* known_coin(ChainId chain_id);

/// Aave's PayloadsController on this chain; nullptr if it is not known. Source: the same package, PAYLOADS_CONTROLLER
/// of each GovernanceV3*, on Ink PERMISSIONED_PAYLOADS_CONTROLLER.
const Address* known_governance(ChainId chain_id);

/// "op-stack", "arbitrum" or "none", as [chain.*].rollup says it. Only chains that bill for data by the rules of the
/// OP stack's own GasPriceOracle are named: Mantle, Celo and others of its offspring have rules of their own.
std::string_view known_rollup(ChainId chain_id);

}  // namespace plimsoll::config
