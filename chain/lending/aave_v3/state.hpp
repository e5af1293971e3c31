// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chain/lending/aave_v3/math.hpp"
#include "chain/lending/aave_v3/profile.hpp"
#include "chain/oracle/price_source.hpp"
#include "chain/types/address.hpp"
#include "chain/types/block.hpp"
#include "chain/types/quantity.hpp"

namespace plimsoll::lending::aave_v3 {

/// Position of a reserve in the pool's list; below kMaxReserves.
using ReserveId = std::uint8_t;
inline constexpr std::uint32_t kLastCategory = 255;  // of eMode, uint8
inline constexpr std::size_t kMaxReserves = 128;     // PoolStorage: two bits each in one word

/// DataTypes.ReserveConfigurationMap, decoded. Rates are bps.
struct ReserveConfig {
    std::uint16_t ltv{};
    std::uint16_t threshold{};
    std::uint16_t bonus{};         // 10500: the liquidator takes 5 % more than he repays
    std::uint16_t protocol_fee{};  // of the bonus
    std::uint8_t decimals{};
    std::uint8_t emode_category{};  // 3.0, 3.1
    bool active{};
    bool frozen{};
    bool paused{};
    bool borrowing{};
    bool isolated{};  // has a debt ceiling (to 3.6)

    static ReserveConfig decode(const U256& word);
    bool operator==(const ReserveConfig&) const = default;
};

/// What the pool stores of a reserve, and its price. Indices and rates are ray.
struct ReserveState {
    ReserveConfig config;
    U256 liquidity_index{kRay};
    U256 liquidity_rate;
    U256 borrow_index{kRay};
    U256 borrow_rate;
    Timestamp last_update{};
    Price price;    // base currency per whole token
    bool priced{};  // false: the oracle reverts for it, and so does every account that uses it
    oracle::PriceSource source;

    bool operator==(const ReserveState&) const = default;
};

/// A reserve that was dropped, or a list entry never filled, has a zero asset.
struct Reserve {
    Address asset;
    Address a_token;
    Address stable_token;  // zero where there is none (3.2 on)
    Address debt_token;
    std::string symbol;
    Unit unit;
    ReserveState state;
    std::uint64_t version{1};  // grows with every change of `state`

    /// The only way to change `state`: whatever was computed from it is then stale.
    ReserveState& edit() {
        ++version;
        return state;
    }
};

struct EModeCategory {
    std::uint16_t ltv{};
    std::uint16_t threshold{};
    std::uint16_t bonus{};
    Address price_source;      // an asset known to the oracle (3.0, 3.1)
    Price price;               // of price_source; zero: none
    u128 collateral_bitmap{};  // 3.2 on; bit i: reserve id i
    u128 borrowable_bitmap{};  // 3.2 on
    u128 ltvzero_bitmap{};     // 3.6 on
    bool isolated{};           // 3.7

    bool operator==(const EModeCategory&) const = default;
};

constexpr bool has_bit(u128 bitmap, ReserveId id) {
    return (bitmap >> id & 1U) != 0;
}

/// An account's part in one reserve: balances divided by the reserve's indices.
struct Holding {
    u128 supply{};
    u128 debt{};
    ReserveId reserve{};
    bool collateral{};  // UserConfiguration's collateral bit

    bool empty() const { return supply == 0 && debt == 0 && !collateral; }
    bool operator==(const Holding&) const = default;
};

/// Stable-rate debt (3.0, 3.1).
struct StableDebt {
    U256 principal;
    U256 rate;  // ray per year
    Timestamp last_update{};
    ReserveId reserve{};

    bool operator==(const StableDebt&) const = default;
};

struct AccountState {
    std::vector<Holding> holdings;   // ascending reserve
    std::vector<StableDebt> stable;  // only non-zero principals; each has a holding of its reserve
    std::uint8_t emode{};

    const Holding* find(ReserveId id) const;
    /// The entry of a reserve, created where there is none.
    Holding& at(ReserveId id);
    /// Removes entries that mean nothing.
    void tidy();
    const StableDebt* stable_of(ReserveId id) const;
    bool operator==(const AccountState&) const = default;
};

/// One market at one block.
struct MarketState {
    Profile profile;
    std::vector<Reserve> reserves;      // by id
    std::vector<EModeCategory> emodes;  // by category; 0 is "none"
    std::uint64_t emode_version{1};     // grows with every change of `emodes`
    U256 base_unit{100'000'000};
    BlockRef block;

    const EModeCategory& emode(std::uint8_t category) const;
    EModeCategory& edit_emode(std::uint8_t category);
    std::optional<ReserveId> id_of(const Address& asset) const;
};

}  // namespace plimsoll::lending::aave_v3
