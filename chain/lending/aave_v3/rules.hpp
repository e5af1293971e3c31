// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "chain/lending/aave_v3/changes.hpp"

namespace plimsoll::lending::aave_v3 {

/// Carries changes out one after the other as the pool would, with all that it validates at each (ValidationLogic,
/// SupplyLogic, BorrowLogic, EModeLogic and the tokens, by the market's profile).
///
/// A change that the pool would refuse is Errc::Refused, "rule: explanation". Rules, with the pool's errors up to 3.3
/// and from 3.4 on:
///     amount              24, 25, 26   InvalidAmount, InvalidMintAmount, InvalidBurnAmount: zero, also when scaled;
///                                      0x11 or no data: too large to count with
///     inactive            27           ReserveInactive
///     frozen              28           ReserveFrozen
///     paused              29           ReservePaused
///     borrowing-disabled  30           BorrowingNotEnabled
///     balance             32, 43       NotEnoughAvailableUserBalance, UnderlyingBalanceZero; 0x11 of a repayment
///     no-collateral       34           CollateralBalanceIsZero
///     health              35           HealthFactorLowerThanLiquidationThreshold
///     ltv                 36           CollateralCannotCoverNewBorrow
///     no-debt             39           NoDebtOfSelectedType
///     borrow-cap          50           BorrowCapExceeded
///     supply-cap          51           SupplyCapExceeded
///     debt-ceiling        53           DebtCeilingExceeded
///     zero-ltv-first      57           LtvValidationFailed: another collateral without loan-to-value must leave first
///     zero-ltv            57, 62       LtvValidationFailed, UserInIsolationModeOrLtvZero, UserHasAssetWithZeroLtv:
///                                      gives no borrowing power
///     emode               58, 100      InconsistentEModeCategory, NotBorrowableInEMode, InvalidDebtInEmode,
///                                      InvalidCollateralInEmode
///     sequencer           59           PriceOracleSentinelCheckFailed
///     isolation           60, 62       AssetNotBorrowableInIsolation, UserInIsolationModeOrLtvZero
///     siloed              89           SiloedBorrowingViolation
///     liquidity           0x11, or the token's own error; 26, InvalidAmount: new debt above all that is supplied,
///                                      from 3.1 on, and then before other rules
///     price               the oracle's own error
class Walk {
  public:
    /// Without conditions what they limit is not looked at; then no change may need them (Borrow does).
    Walk(const View& view, const AccountState& account, const Conditions* conditions);

    /// Errc::NotFound: no such reserve, or not among the conditions.
    Result<void> step(const Change& change);
    const AccountState& account() const { return account_; }

  private:
    /// A change of one reserve.
    struct Target {
        const Change& change;
        ReserveId id{};
        const Reserve& info;
        const ReserveView& reserve;
        Holding& holding;
        AssetConditions* room{};
    };

    Result<void> supply(Target& target);
    Result<void> withdraw(Target& target);
    Result<void> borrow(Target& target);
    Result<void> repay(Target& target, bool from_supply);
    Result<void> use_as_collateral(Target& target);
    Result<void> set_emode(const Change& change);

    Result<void> check_usable(const Target& target, bool unfrozen) const;
    Result<void> check_scaled(const Target& target, const U256& amount, const U256& index, Rounding rounding) const;
    Result<void> check_borrow_flags(const Target& target) const;
    Result<void> check_emode_debt(const Target& target) const;
    Result<void> check_isolation(const Target& target);
    Result<void> check_siloed(const Target& target) const;
    Result<void> check_power_before(const Target& target) const;
    Result<void> check_power_after(const Target& target) const;
    Result<void> check_emode_entry(std::uint8_t category) const;
    Result<void> check_health(const std::string& what, const Reserve* leaving, std::uint16_t leaving_ltv) const;

    Result<AccountTotals> totals() const;
    Result<void> apply(const Change& change);
    AssetConditions* conditions_of(const Address& asset);
    bool borrows_any() const;
    bool directed() const { return view_.profile().balances == Profile::Balances::Directed; }
    bool borrowable_in(std::uint8_t category, ReserveId id) const;

    const View& view_;
    AccountState account_;
    bool bound_{};  // there are conditions
    Conditions conditions_;
};

}  // namespace plimsoll::lending::aave_v3
