// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "chain/lending/morpho_blue/accrual.hpp"
#include "chain/lending/morpho_blue/oracle.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::lending::morpho_blue {

struct Token {
    Address address;
    std::string symbol;
    unsigned decimals{};
    U256 unit{1};  // 10^decimals
};

/// What a market is for ever: its five parameters, of which the id is the hash, and their tokens.
struct Terms {
    Address morpho;
    Hash32 id;
    Token loan;
    Token collateral;
    Address oracle;
    Address irm;  // zero: no interest
    U256 lltv;    // 1e18

    bool has_rate() const { return !irm.is_zero(); }
};

/// What changes from block to block, besides the accounts.
struct MarketState {
    Totals totals;
    U256 rate_at_target;  // of the rate model, 1e18 per second
    Address fee_recipient;
    Oracle oracle;

    bool operator==(const MarketState&) const = default;
};

/// Morpho.position(id, account).
struct AccountState {
    U256 supply_shares;
    U256 borrow_shares;  // 128 bits there
    U256 collateral;     // 128 bits there; smallest units

    bool empty() const { return supply_shares.is_zero() && borrow_shares.is_zero() && collateral.is_zero(); }
    bool operator==(const AccountState&) const = default;
};

}  // namespace plimsoll::lending::morpho_blue
