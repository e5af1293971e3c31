// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chain/lending/aave_v3/state.hpp"

namespace plimsoll::lending::aave_v3 {

/// ReserveLogic.getNormalizedIncome and getNormalizedDebt, ray.
struct Indices {
    U256 income;
    U256 debt;
};
Math<Indices> indices_at(const Profile& profile, const ReserveState& state, Timestamp at);

/// What one reserve is at one second, shared by all accounts.
struct ReserveView {
    U256 income;      // getReserveNormalizedIncome, ray
    U256 debt_index;  // getReserveNormalizedVariableDebt, ray
    U256 price;
    Unit unit;
    std::uint16_t ltv{};
    std::uint16_t threshold{};
    std::uint16_t bonus{};
    std::uint8_t emode_category{};
    bool narrow{};            // fits narrow.hpp
    std::uint64_t version{};  // of the reserve it was computed from; 0: not computed yet
};

/// What a reserve counts for, for an account in one eMode category.
struct Terms {
    U256 price;
    std::uint16_t ltv{};  // 0: gives no borrowing power, and blocks withdrawals of others
    std::uint16_t threshold{};
    std::uint16_t bonus{};
    bool counts{};  // as collateral, when the account's bit is set
};

/// A market at one second: normalized indices and divisors, computed once per reserve and second, on first use.
class View {
  public:
    View() = default;
    View(const MarketState& state, Timestamp at) : state_(&state), at_(at), reserves_(state.reserves.size()) {}

    const MarketState& state() const { return *state_; }
    const Profile& profile() const { return state_->profile; }
    Timestamp at() const { return at_; }

    /// False when reserves were listed or the profile changed since.
    bool fits(const MarketState& state) const { return state_ == &state && reserves_.size() == state.reserves.size(); }

    /// Math errors: where the contract's own view reverts. `id` is below state().reserves.size().
    Math<const ReserveView*> reserve(ReserveId id) const {
        ReserveView& view = reserves_[id];
        if (view.version == state_->reserves[id].version) [[likely]]
            return &view;
        return compute(id);
    }

    /// GenericLogic.calculateUserAccountData, the part per reserve.
    Terms terms(const ReserveView& view, ReserveId id, std::uint8_t emode) const {
        Terms out{view.price, view.ltv, view.threshold, view.bonus, true};
        const Profile::EMode form = state_->profile.emode;
        if (emode == 0 && (form == Profile::EMode::Decoupled || form == Profile::EMode::Isolated)) return out;
        if (emode == 0) {
            out.counts = view.threshold != 0;
            return out;
        }
        return terms_in_emode(view, id, emode);
    }

  private:
    Math<const ReserveView*> compute(ReserveId id) const;
    Terms terms_in_emode(const ReserveView& view, ReserveId id, std::uint8_t emode) const;

    const MarketState* state_{};
    Timestamp at_{};
    mutable std::vector<ReserveView> reserves_;
};

/// aToken.balanceOf and variableDebtToken.balanceOf at the view's second.
inline Math<U256> supply_of(const View& view, const ReserveView& reserve, u128 scaled) {
    const bool directed = view.profile().balances == Profile::Balances::Directed;
    return ray_mul(U256::from_u128(scaled), reserve.income, directed ? Rounding::Down : Rounding::HalfUp);
}
inline Math<U256> debt_of(const View& view, const ReserveView& reserve, u128 scaled) {
    const bool directed = view.profile().balances == Profile::Balances::Directed;
    return ray_mul(U256::from_u128(scaled), reserve.debt_index, directed ? Rounding::Up : Rounding::HalfUp);
}
/// MathUtils.calculateCompoundedInterest, by version.
Math<U256> compounded(const Profile& profile, const U256& rate, std::uint64_t seconds);
/// StableDebtToken.balanceOf (3.0, 3.1).
Math<U256> stable_debt_of(const View& view, const StableDebt& debt);

}  // namespace plimsoll::lending::aave_v3
