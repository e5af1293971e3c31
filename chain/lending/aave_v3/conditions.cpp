// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/conditions.hpp"

#include <algorithm>

#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/view.hpp"
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

constexpr std::uint32_t kPpmPerBps = 100;

/// The part of DataTypes.ReserveConfigurationMap that only limits changes.
struct Limits {
    ReserveConfig config;
    U256 borrow_cap;  // whole tokens; zero: none
    U256 supply_cap;
    U256 reserve_factor;  // bps
    U256 debt_ceiling;    // hundredths of a whole token
    bool borrowable_isolated{};
    bool siloed{};
    bool flash{};
};

Limits limits_in(const U256& word) {
    Limits out;
    out.config = ReserveConfig::decode(word);
    out.borrowable_isolated = word.bit(61);
    out.siloed = word.bit(62);
    out.flash = word.bit(63);
    out.reserve_factor = U256{word.bits(64, 16)};
    out.borrow_cap = U256{word.bits(80, 36)};
    out.supply_cap = U256{word.bits(116, 36)};
    out.debt_ceiling = U256{word.bits(212, 40)};
    return out;
}

/// IStableDebtToken.getSupplyData.
struct StableSupply {
    U256 principal;
    U256 total;
    U256 rate;
    Timestamp last_update{};
};

/// One reserve as the pool's own cache holds it after updateState.
struct Totals {
    Limits limits;
    ReserveState state;
    U256 accrued;        // to the treasury, scaled, counted to now
    U256 scaled_supply;  // aTokens
    U256 scaled_debt;
    StableSupply stable;
    U256 liquidity;
    U256 isolated_debt;
    Indices indices;
};

bool has_stable(const Store& store, const Reserve& reserve) {
    return store.market.profile.emode == Profile::EMode::Category && !reserve.stable_token.is_zero();
}

bool asks_sentinel(const Store& store) {
    return store.market.profile.emode != Profile::EMode::Isolated && !store.deployment().sentinel.is_zero();
}

bool directed(const Profile& profile) {
    return profile.balances == Profile::Balances::Directed;
}

/// ReserveLogic._accrueToTreasury.
Math<U256> accrual(const Profile& profile, const Totals& t, Timestamp at) {
    if (t.limits.reserve_factor.is_zero() || at == t.state.last_update) return U256{};
    U256 interest;
    if (directed(profile)) {
        TRY(const auto growth, checked_sub(t.indices.debt, t.state.borrow_index));
        TRY(interest, ray_mul(t.scaled_debt, growth, Rounding::Down));
    } else {
        TRY(const auto before, ray_mul(t.scaled_debt, t.state.borrow_index, Rounding::HalfUp));
        TRY(const auto now, ray_mul(t.scaled_debt, t.indices.debt, Rounding::HalfUp));
        TRY(const auto whole, checked_add(now, t.stable.total));
        TRY(interest, checked_sub(whole, before));
        if (!t.stable.principal.is_zero()) {
            const std::uint64_t seconds = t.state.last_update > t.stable.last_update
                                              ? t.state.last_update - t.stable.last_update
                                              : std::uint64_t{0};
            TRY(const auto factor, compounded(profile, t.stable.rate, seconds));
            TRY(const auto stable_before, ray_mul(t.stable.principal, factor, Rounding::HalfUp));
            TRY(interest, checked_sub(interest, stable_before));
        }
    }
    TRY(const auto share, percent_mul(interest, t.limits.reserve_factor, Rounding::HalfUp));
    return ray_div(share, t.indices.income, directed(profile) ? Rounding::Down : Rounding::HalfUp);
}

Math<U256> in_units(const U256& whole_tokens, const Unit& unit) {
    return checked_mul(whole_tokens, unit.value());
}

/// Greatest a with rounded-down(a / index) scaled units at most `scaled`: ((scaled + 1) * index - 1) / RAY.
Math<U256> most_supplied(const U256& scaled, const U256& index) {
    TRY(const auto next, checked_add(scaled, U256{1}));
    TRY(const auto over, checked_mul(next, index));
    TRY(const auto below, checked_sub(over, U256{1}));
    return div_down(below, kRay);
}

/// ValidationLogic.validateSupply.
Math<U256> supply_room(const Profile& profile, const Totals& t, const Unit& unit) {
    if (t.limits.supply_cap.is_zero()) return kU256Max;
    TRY(const auto cap, in_units(t.limits.supply_cap, unit));
    TRY(const auto scaled, checked_add(t.scaled_supply, t.accrued));
    if (!directed(profile)) {
        TRY(const auto total, ray_mul(scaled, t.indices.income, Rounding::HalfUp));
        return saturating_sub(cap, total);
    }
    // The greatest scaled total whose balance, rounded down, is within the cap.
    TRY(const auto above, checked_add(cap, U256{1}));
    TRY(const auto ray, checked_mul(above, kRay));
    TRY(const auto just, checked_sub(ray, U256{1}));
    TRY(const auto most, div_down(just, t.indices.income));
    if (most <= scaled) return U256{};
    return most_supplied(saturating_sub(most, scaled), t.indices.income);
}

/// What can leave: from 3.1 on no more than all aTokens either, whatever the pool keeps for the treasury.
Math<U256> liquidity(const Profile& profile, const Totals& t) {
    if (profile.checks == Profile::Checks::V30) return t.liquidity;
    TRY(const auto supplied,
        ray_mul(t.scaled_supply, t.indices.income, directed(profile) ? Rounding::Down : Rounding::HalfUp));
    return std::min(t.liquidity, supplied);
}

/// ValidationLogic.validateBorrow, the cap.
Math<U256> borrow_room(const Profile& profile, const Totals& t, const Unit& unit) {
    if (t.limits.borrow_cap.is_zero()) return kU256Max;
    TRY(const auto cap, in_units(t.limits.borrow_cap, unit));
    if (!directed(profile)) {
        TRY(const auto total, ray_mul(t.scaled_debt, t.indices.debt, Rounding::HalfUp));
        TRY(const auto whole, checked_add(total, t.stable.total));
        return saturating_sub(cap, whole);
    }
    // The greatest scaled total whose debt, rounded up, is within the cap; and the greatest amount that scales to it.
    TRY(const auto ray, checked_mul(cap, kRay));
    TRY(const auto most, div_down(ray, t.indices.debt));
    TRY(const auto over, checked_mul(saturating_sub(most, t.scaled_debt), t.indices.debt));
    return div_down(over, kRay);
}

/// Somewhere: from 3.6 on an eMode may allow what the reserve's own flag does not.
bool borrowable(const MarketState& market, ReserveId id, const Limits& limits) {
    if (limits.config.borrowing) return true;
    if (market.profile.emode != Profile::EMode::Decoupled && market.profile.emode != Profile::EMode::Isolated)
        return false;
    return std::any_of(market.emodes.begin(), market.emodes.end(),
                       [&](const EModeCategory& category) { return has_bit(category.borrowable_bitmap, id); });
}

/// Answers one after the other.
class Answers {
  public:
    explicit Answers(std::span<const CallResult> results) : results_(results) {}
    Result<Words> next(const char* what) {
        const CallResult& result = results_[place_++];
        if (!result.success) return fail(Errc::Reverted, what);
        return Words(result.data);
    }

  private:
    std::span<const CallResult> results_;
    std::size_t place_{};
};

Result<Totals> read_totals(const Store& store, const Reserve& reserve, Timestamp at, Answers& answers) {
    Totals out;
    TRY(const auto data, answers.next("getReserveData"));
    TRY(const auto word, data.number(0));
    out.limits = limits_in(word);
    TRY(out.state.liquidity_index, data.number(1));
    TRY(out.state.liquidity_rate, data.number(2));
    TRY(out.state.borrow_index, data.number(3));
    TRY(out.state.borrow_rate, data.number(4));
    TRY(out.state.last_update, data.u64(6));
    TRY(out.accrued, data.number(12));
    TRY(out.isolated_debt, data.number(14));
    TRY(const auto supply, answers.next("scaledTotalSupply of an aToken"));
    TRY(out.scaled_supply, supply.number(0));
    TRY(const auto debt, answers.next("scaledTotalSupply of a debt token"));
    TRY(out.scaled_debt, debt.number(0));
    TRY(const auto liquidity, answers.next("liquidity"));
    TRY(out.liquidity, liquidity.number(0));
    if (has_stable(store, reserve)) {
        TRY(const auto stable, answers.next("getSupplyData"));
        TRY(out.stable.principal, stable.number(0));
        TRY(out.stable.total, stable.number(1));
        TRY(out.stable.rate, stable.number(2));
        TRY(out.stable.last_update, stable.u64(3));
    }
    TRY(out.indices, indices_at(store.market.profile, out.state, at));
    // A reserve without debt keeps its index, whatever its rate.
    if (out.scaled_debt.is_zero()) out.indices.debt = out.state.borrow_index;
    TRY(const auto more, accrual(store.market.profile, out, at));
    TRY(out.accrued, checked_add(out.accrued, more));
    return out;
}

Result<AssetConditions> conditions_of(const Store& store, ReserveId id, const Totals& t, std::uint32_t flash_ppm) {
    const Profile& profile = store.market.profile;
    const Reserve& reserve = store.market.reserves[id];
    const ReserveConfig& config = t.limits.config;
    const bool usable = config.active && !config.paused;
    const bool isolation = profile.emode != Profile::EMode::Isolated;
    AssetConditions out;
    out.asset = reserve.asset;
    out.flash_ppm = flash_ppm;
    out.siloed = isolation && t.limits.siloed;
    out.borrowable_isolated = isolation && t.limits.borrowable_isolated;
    out.isolated = isolation && !t.limits.debt_ceiling.is_zero();
    if (out.isolated) {
        out.debt_ceiling = t.limits.debt_ceiling;
        out.isolated_debt = t.isolated_debt;
    }
    if (!usable) return out;
    TRY(out.liquidity.value, liquidity(profile, t));
    if (t.limits.flash) out.flash_room = out.liquidity;
    if (config.frozen) return out;
    TRY(out.supply_room.value, supply_room(profile, t, reserve.unit));
    if (borrowable(store.market, id, t.limits)) {
        TRY(out.borrow_room.value, borrow_room(profile, t, reserve.unit));
    }
    return out;
}

}  // namespace

std::vector<Call> condition_calls(const Store& store) {
    std::vector<Call> out;
    const Address& pool = store.deployment().pool;
    if (pool.is_zero() || store.market.reserves.empty()) return out;
    const bool own_balance = store.market.profile.checks != Profile::Checks::V30;
    out.push_back({pool, call_data(call::kFlashPremium)});
    if (asks_sentinel(store)) out.push_back({store.deployment().sentinel, call_data(call::kIsBorrowAllowed)});
    for (const auto& reserve : store.market.reserves) {
        if (reserve.asset.is_zero()) continue;
        const U256 asset = to_word(reserve.asset);
        out.push_back({pool, call_data(call::kGetReserveData, {asset})});
        out.push_back({reserve.a_token, call_data(call::kScaledTotalSupply)});
        out.push_back({reserve.debt_token, call_data(call::kScaledTotalSupply)});
        if (own_balance)
            out.push_back({pool, call_data(call::kGetVirtualUnderlyingBalance, {asset})});
        else
            out.push_back({reserve.asset, call_data(call::kBalanceOf, {to_word(reserve.a_token)})});
        if (has_stable(store, reserve)) out.push_back({reserve.stable_token, call_data(call::kGetSupplyData)});
    }
    return out;
}

Result<Conditions> conditions(const Store& store, const BlockRef& at, std::span<const CallResult> results) {
    if (results.size() != condition_calls(store).size())
        return fail(Errc::Mismatch, std::to_string(results.size()) + " answers about conditions of other reserves");
    Conditions out;
    out.block = at;
    if (results.empty()) return out;
    Answers answers(results);
    TRY(const auto premium, answers.next("FLASHLOAN_PREMIUM_TOTAL"));
    TRY(const auto bps, premium.u64(0));
    if (bps > kBps.low_u64()) return fail(Errc::Range, "a flash loan's premium of " + std::to_string(bps) + " bps");
    if (asks_sentinel(store)) {
        TRY(const auto sentinel, answers.next("isBorrowAllowed"));
        TRY(const bool allowed, sentinel.boolean(0));
        out.borrowing_barred = !allowed;
    }
    for (std::size_t i = 0; i < store.market.reserves.size(); ++i) {
        const auto id = static_cast<ReserveId>(i);
        const Reserve& reserve = store.market.reserves[id];
        if (reserve.asset.is_zero()) continue;
        const auto totals = read_totals(store, reserve, at.timestamp, answers);
        if (!totals) return fail(totals.error(), reserve.symbol);
        TRY(auto asset, conditions_of(store, id, *totals, static_cast<std::uint32_t>(bps) * kPpmPerBps));
        if (out.borrowing_barred) asset.borrow_room = {};
        out.assets.push_back(asset);
    }
    return out;
}

}  // namespace plimsoll::lending::aave_v3
