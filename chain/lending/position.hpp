// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chain/types/block.hpp"

namespace plimsoll::lending {

/// An account as the protocol's own account view reports it (Aave: Pool.getUserAccountData), bit for bit.
struct AccountSummary {
    BaseValue collateral;        // base currency
    BaseValue debt;              // base currency
    BaseValue available_borrow;  // base currency
    U256 liquidation_threshold;  // bps, as the protocol rounds it
    U256 ltv;                    // bps
    Wad health_factor;           // 1e18; kU256Max without debt. Below exactly 1e18 the account can be liquidated.

    bool operator==(const AccountSummary&) const = default;
};

/// One asset of an account.
struct AssetPosition {
    Address asset;
    std::string symbol;
    unsigned decimals{};
    Price price;               // base currency per whole token
    TokenAmount supplied;      // with interest to the moment of the view
    TokenAmount debt;          // with interest to the moment of the view
    BaseValue supplied_value;  // as the protocol rounds it
    BaseValue debt_value;
    bool collateral{};              // counts for the health factor
    std::uint32_t ltv_bps{};        // in force for this account (its eMode included)
    std::uint32_t threshold_bps{};  // liquidation threshold in force for this account
    bool active{};
    bool frozen{};  // no new supply or borrow; repay and withdraw work
    bool paused{};  // nothing works

    bool operator==(const AssetPosition&) const = default;
};

struct Position {
    Address account;
    BlockRef block;     // the state is of this block
    Timestamp as_of{};  // interest is counted to this second, >= block.timestamp
    U256 base_unit;     // one unit of the base currency: 1e8 on Aave's USD markets
    AccountSummary summary;
    std::vector<AssetPosition> assets;  // only assets with supply or debt, ascending reserve id

    bool operator==(const Position&) const = default;
};

/// One change of an account, for "what would the health factor be after".
struct Change {
    enum class Kind : std::uint8_t { Repay, Supply, Withdraw, Borrow };
    Kind kind{};
    Address asset;
    TokenAmount amount;  // Repay: capped at the debt, as the protocol does
};

/// The price of one asset (all others fixed) at which the account becomes liquidatable.
struct LiquidationPrice {
    Address asset;
    Price price;   // zero: no fall of this price alone liquidates the account
    bool rises{};  // true: liquidated when the price rises to `price` (a net debt asset)
};

/// What a liquidator could take now, for the pair of assets that costs the account most.
struct LiquidationCost {
    Address collateral_asset;
    Address debt_asset;
    TokenAmount debt_repaid;        // what the liquidator pays of the account's debt
    TokenAmount collateral_seized;  // all that the account loses, protocol fee included
    BaseValue loss;                 // value seized minus value of the debt repaid
};

}  // namespace plimsoll::lending
