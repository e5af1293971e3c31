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
    enum class Kind : std::uint8_t {
        Repay,
        Supply,
        Withdraw,
        Borrow,
        RepayWithSupply,  // debt of `asset` paid with what the account has supplied of it (Aave: repayWithATokens)
        SetEMode,         // Aave: `amount` is the category, 0 leaves it; `asset` is unused
        UseAsCollateral,  // Aave: `amount` 1 counts the supply of `asset` as collateral, 0 does not
    };
    Kind kind{};
    Address asset;
    TokenAmount amount;  // smallest units; Repay and RepayWithSupply: capped at the debt, as the protocol does

    bool operator==(const Change&) const = default;
};

/// What limits changes of one asset besides the account's own numbers, read at one block.
struct AssetConditions {
    Address asset;
    TokenAmount liquidity;       // can leave the market by withdrawals and new debt
    TokenAmount supply_room;     // until the supply cap; kU256Max without one
    TokenAmount borrow_room;     // until the borrow cap and other ceilings; kU256Max without, zero where not borrowable
    TokenAmount flash_room;      // can be lent for one transaction; zero where that is not offered
    std::uint32_t flash_ppm{};   // fee of that loan, millionths of the amount, rounded half up as Aave does
    bool siloed{};               // may be the account's only debt
    bool borrowable_isolated{};  // may be debt against isolated collateral
    bool isolated{};             // as collateral it excludes all others
    U256 isolated_debt;          // what is owed against it while isolated, hundredths of a whole token of any kind
    U256 debt_ceiling;           // ... and at most may be; zero when it is not isolated

    bool operator==(const AssetConditions&) const = default;
};

struct Conditions {
    BlockRef block;
    std::vector<AssetConditions> assets;
    bool borrowing_barred{};  // no new debt of any asset, as after an outage of the chain's sequencer

    bool operator==(const Conditions&) const = default;
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
