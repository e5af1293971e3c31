// SPDX-License-Identifier: Apache-2.0
// What-if: the effect of one's own actions, by the token contracts' rounding of scaled amounts and the pool's flags.
#include "chain/lending/aave_v3/changes.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::lending::aave_v3 {

namespace {

bool directed(const View& view) {
    return view.profile().balances == Profile::Balances::Directed;
}

bool decoupled(const Profile& profile) {
    return profile.emode == Profile::EMode::Decoupled || profile.emode == Profile::EMode::Isolated;
}

/// Debt ceilings have no meaning from 3.7 on.
bool isolated(const View& view, ReserveId id) {
    return view.profile().emode != Profile::EMode::Isolated && view.state().reserves[id].state.config.isolated;
}

Result<u128> narrow(const U256& scaled) {
    if (!scaled.fits_u128()) return fail(Errc::Range, "the scaled balance would exceed 128 bits");
    return scaled.low_u128();
}

/// SupplyLogic.executeSupply: a first supply of an asset without debt ceiling is collateral at once if it may be.
bool enabled_at_once(const View& view, const AccountState& account, const Holding& holding,
                     const ReserveView& reserve) {
    if (holding.supply != 0 || holding.collateral) return holding.collateral;
    return !isolated(view, holding.reserve) && may_be_collateral(view, account, reserve, holding.reserve);
}

Result<U256> supply(const View& view, AccountState& account, Holding& holding, const U256& amount) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    const bool enabled = enabled_at_once(view, account, holding, *reserve);
    TRY(const auto scaled, ray_div(amount, reserve->income, directions(view.profile()).less));
    TRY(const auto sum, checked_add(U256::from_u128(holding.supply), scaled));
    TRY(holding.supply, narrow(sum));
    holding.collateral = enabled;
    return amount;
}

/// AToken.burn. Up to 3.4 the flag goes only when the amount asked for is the balance, not when its rounding leaves
/// nothing.
Result<U256> withdraw(const View& view, Holding& holding, const U256& asked, const std::string& symbol) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    TRY(const auto balance, supply_of(view, *reserve, holding.supply));
    const U256 amount = asked == kU256Max ? balance : asked;
    if (amount > balance) return fail(Errc::Refused, "balance: withdrawing more " + symbol + " than is supplied");
    U256 scaled = U256::from_u128(holding.supply);
    if (amount < balance) {
        TRY(scaled, ray_div(amount, reserve->income, directions(view.profile()).more));
    }
    holding.supply -= std::min(scaled, U256::from_u128(holding.supply)).low_u128();
    if (directed(view) ? holding.supply == 0 : amount == balance) holding.collateral = false;
    return amount;
}

Result<U256> borrow(const View& view, Holding& holding, const U256& amount) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    TRY(const auto scaled, ray_div(amount, reserve->debt_index, directions(view.profile()).more));
    TRY(const auto sum, checked_add(U256::from_u128(holding.debt), scaled));
    TRY(holding.debt, narrow(sum));
    return amount;
}

Result<U256> repay(const View& view, Holding& holding, const U256& asked, bool from_supply, const std::string& symbol) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    TRY(const auto debt, debt_of(view, *reserve, holding.debt));
    TRY(const auto amount, paid_back(view, holding, from_supply, asked));
    if (from_supply) {
        TRY(const auto burnt, ray_div(amount, reserve->income, directions(view.profile()).more));
        if (burnt > U256::from_u128(holding.supply))
            return fail(Errc::Refused, "balance: repaying with more " + symbol + " than is supplied");
        holding.supply -= burnt.low_u128();
        // 3.0 forgets to clear the flag.
        if (holding.supply == 0 && view.profile().checks != Profile::Checks::V30) holding.collateral = false;
    }
    if (amount >= debt) {
        holding.debt = 0;
        return amount;
    }
    TRY(const auto scaled, ray_div(amount, reserve->debt_index, directions(view.profile()).less));
    holding.debt -= std::min(scaled, U256::from_u128(holding.debt)).low_u128();
    return amount;
}

}  // namespace

Directions directions(const Profile& profile) {
    if (profile.balances == Profile::Balances::Directed) return {Rounding::Down, Rounding::Up};
    return {Rounding::HalfUp, Rounding::HalfUp};
}

std::optional<ReserveId> isolating(const View& view, const AccountState& account) {
    std::optional<ReserveId> only;
    for (const auto& holding : account.holdings) {
        if (!holding.collateral) continue;
        if (only) return std::nullopt;
        only = holding.reserve;
    }
    return only && isolated(view, *only) ? only : std::nullopt;
}

std::uint16_t deciding_ltv(const View& view, const ReserveView& reserve, ReserveId id, std::uint8_t emode) {
    return decoupled(view.profile()) ? view.terms(reserve, id, emode).ltv : reserve.ltv;
}

bool may_be_collateral(const View& view, const AccountState& account, const ReserveView& reserve, ReserveId id) {
    if (deciding_ltv(view, reserve, id, account.emode) == 0) return false;
    const bool first =
        std::none_of(account.holdings.begin(), account.holdings.end(), [](const Holding& h) { return h.collateral; });
    return first || (!isolating(view, account) && !isolated(view, id));
}

Math<U256> paid_back(const View& view, const Holding& holding, bool from_supply, const U256& asked) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    TRY(const auto debt, debt_of(view, *reserve, holding.debt));
    U256 amount = asked;
    if (from_supply && asked == kU256Max) {
        TRY(amount, supply_of(view, *reserve, holding.supply));
    }
    return std::min(amount, debt);
}

Result<U256> apply_change(const View& view, AccountState& account, const Change& change) {
    const U256& amount = change.amount.value;
    if (change.kind == Change::Kind::SetEMode) {
        if (amount > U256{kLastCategory})
            return fail(Errc::Refused, "emode: there is no category " + to_string(amount));
        account.emode = static_cast<std::uint8_t>(amount.low_u64());
        return U256{};
    }
    const auto id = view.state().id_of(change.asset);
    if (!id) return fail(Errc::NotFound, to_string(change.asset) + " is no reserve of this market");
    Holding& holding = account.at(*id);
    const std::string& symbol = view.state().reserves[*id].symbol;
    switch (change.kind) {
        case Change::Kind::Repay:
            return repay(view, holding, amount, false, symbol);
        case Change::Kind::RepayWithSupply:
            return repay(view, holding, amount, true, symbol);
        case Change::Kind::Supply:
            return supply(view, account, holding, amount);
        case Change::Kind::Withdraw:
            return withdraw(view, holding, amount, symbol);
        case Change::Kind::Borrow:
            return borrow(view, holding, amount);
        case Change::Kind::UseAsCollateral:
            holding.collateral = !amount.is_zero();
            return U256{};
        case Change::Kind::SetEMode:
            break;
    }
    return U256{};
}

Result<AccountState> with_changes(const View& view, const AccountState& account, std::span<const Change> changes) {
    AccountState out = account;
    for (const auto& change : changes) TRY_VOID(apply_change(view, out, change));
    out.tidy();
    return out;
}

}  // namespace plimsoll::lending::aave_v3
