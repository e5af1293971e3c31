// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chain/types/u256.hpp"

namespace plimsoll::lending::aave_v3 {

/// How one deployment counts. The switches are independent because forks mix them; no configuration sets them: the
/// deployment's revision and getters suggest a profile, and its own getUserAccountData decides (see calibration.hpp).
struct Profile {
    /// MathUtils.calculateCompoundedInterest: two truncation orders.
    enum class Compounding : std::uint8_t { Binomial, Taylor };
    /// HalfUp: balances and debts to the nearest (3.0 to 3.4). Directed: supply down, debt up (3.5 on).
    enum class Balances : std::uint8_t { HalfUp, Directed };
    /// Average: over the threshold averaged to whole bps (3.0 to 3.4). Sum: over the exact sum (3.5 on).
    enum class Health : std::uint8_t { Average, Sum };
    /// PercentageMath of availableBorrows: HalfUp (3.0 to 3.4), Down (3.5 on).
    enum class Borrows : std::uint8_t { HalfUp, Down };
    /// Category: one per reserve, optional common price (3.0, 3.1). Bitmap: collateral bitmap per category (3.2
    /// to 3.5). Decoupled: own LTV-0 bitmap, reserves without threshold count (3.6). Isolated: plus the isolated flag
    /// (3.7).
    enum class EMode : std::uint8_t { Category, Bitmap, Decoupled, Isolated };
    /// LiquidationLogic of 3.0 to 3.2, 3.3 and 3.4, 3.5 and 3.6, 3.7.
    enum class Liquidation : std::uint8_t { V30, V33, V35, V37 };
    /// How a token event becomes a scaled balance. Delta: rayDiv of the amount (3.0.1 to 3.4). Inverse: from the
    /// balance before and after (3.5 on). Reread: no rule is known to be exact, the balance is read again.
    enum class Rebuild : std::uint8_t { Delta, Inverse, Reread };
    /// What the pool checks and keeps besides, as far as no other switch says it. V31: liquidity is a balance of its
    /// own, a supply used up for a repayment is no collateral any more (3.1 to 3.3). V34: the supply is looked at only
    /// when it is switched on as collateral, isolation after all else of a new debt.
    enum class Checks : std::uint8_t { V30, V31, V34 };

    Compounding compounding{};
    Balances balances{};
    Health health{};
    Borrows borrows{};
    EMode emode{};
    Liquidation liquidation{};
    Rebuild rebuild{};
    Checks checks{};

    bool operator==(const Profile&) const = default;
};

/// Official versions as "3.0" .. "3.7" name them.
enum class Version : std::uint8_t { V30, V31, V32, V33, V34, V35, V36, V37 };
Profile profile_of(Version version);

/// What a deployment answers to the getters that came with a version.
struct Probes {
    U256 revision;             // POOL_REVISION()
    bool virtual_balance{};    // getVirtualUnderlyingBalance: 3.1
    bool emode_bitmaps{};      // getEModeCategoryCollateralBitmap: 3.2
    bool deficit{};            // getReserveDeficit: 3.3
    bool strategy_constant{};  // RESERVE_INTEREST_RATE_STRATEGY: 3.4
    bool ltvzero_bitmap{};     // getEModeCategoryLtvzeroBitmap: 3.6
    bool isolated_flag{};      // getIsEModeCategoryIsolated: 3.7

    bool operator==(const Probes&) const = default;
};

/// Newest version whose getters are all there; 3.4 and 3.5 have the same ones and are told apart by the revision (9).
Version version_of(const Probes& probes);

/// All combinations of what decides getUserAccountData: `first`, then combinations known to exist, then the other
/// mixes, nearest to `first` before others. The eMode form is kept: the getters show it beyond doubt.
std::vector<Profile> candidates(const Profile& first);

/// "taylor, directed balances, ..." for logs.
std::string to_string(const Profile& profile);

}  // namespace plimsoll::lending::aave_v3
