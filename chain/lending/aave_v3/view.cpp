// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/view.hpp"

namespace plimsoll::lending::aave_v3 {

Math<U256> compounded(const Profile& profile, const U256& rate, std::uint64_t seconds) {
    return profile.compounding == Profile::Compounding::Taylor ? taylor_factor(rate, seconds)
                                                               : binomial_factor(rate, seconds);
}

Math<Indices> indices_at(const Profile& profile, const ReserveState& state, Timestamp at) {
    Indices out{state.liquidity_index, state.borrow_index};
    if (at < state.last_update) return tl::unexpected(MathError::Underflow);
    const std::uint64_t seconds = at - state.last_update;
    if (seconds == 0) return out;
    TRY(const auto linear, linear_factor(state.liquidity_rate, seconds));
    TRY(out.income, ray_mul(linear, state.liquidity_index, Rounding::HalfUp));
    TRY(const auto factor, compounded(profile, state.borrow_rate, seconds));
    TRY(out.debt, ray_mul(factor, state.borrow_index, Rounding::HalfUp));
    return out;
}

Math<const ReserveView*> View::compute(ReserveId id) const {
    const Reserve& from = state_->reserves[id];
    ReserveView out;
    TRY(const auto indices, indices_at(state_->profile, from.state, at_));
    out.income = indices.income;
    out.debt_index = indices.debt;
    out.price = from.state.price.value;
    out.unit = from.unit;
    out.ltv = from.state.config.ltv;
    out.threshold = from.state.config.threshold;
    out.bonus = from.state.config.bonus;
    out.emode_category = from.state.config.emode_category;
    out.narrow = out.income.fits_u128() && out.debt_index.fits_u128() && out.price.fits_u64() && out.unit.fast();
    out.version = from.version;
    reserves_[id] = out;
    return &reserves_[id];
}

Terms View::terms_in_emode(const ReserveView& view, ReserveId id, std::uint8_t emode) const {
    const EModeCategory& category = state_->emode(emode);
    Terms out{view.price, view.ltv, view.threshold, view.bonus, true};
    const auto form = state_->profile.emode;
    const bool inside =
        form == Profile::EMode::Category ? view.emode_category == emode : has_bit(category.collateral_bitmap, id);
    if (inside) {
        out.threshold = category.threshold;
        out.bonus = category.bonus;
    }
    switch (form) {
        case Profile::EMode::Category:
            if (inside && !category.price.is_zero()) out.price = category.price.value;
            [[fallthrough]];
        case Profile::EMode::Bitmap:
            out.counts = view.threshold != 0;
            if (inside && view.ltv != 0) out.ltv = category.ltv;
            return out;
        case Profile::EMode::Isolated:
            if (!inside && category.isolated) out.ltv = 0;
            [[fallthrough]];
        case Profile::EMode::Decoupled:
            if (inside) out.ltv = has_bit(category.ltvzero_bitmap, id) ? std::uint16_t{0} : category.ltv;
            return out;
    }
    return out;
}

Math<U256> stable_debt_of(const View& view, const StableDebt& debt) {
    if (view.at() < debt.last_update) return tl::unexpected(MathError::Underflow);
    TRY(const auto factor, compounded(view.profile(), debt.rate, view.at() - debt.last_update));
    return ray_mul(debt.principal, factor, Rounding::HalfUp);
}

}  // namespace plimsoll::lending::aave_v3
