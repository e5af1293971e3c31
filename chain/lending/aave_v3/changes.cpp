// SPDX-License-Identifier: Apache-2.0
// What-if: the effect of one's own actions, by the token contracts' rounding of scaled amounts.
#include <algorithm>
#include <utility>

#include "chain/lending/aave_v3/account.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

struct Directions {
    Rounding less;  // fewer scaled units for the amount
    Rounding more;
};

Directions directions(const Profile& profile) {
    if (profile.balances == Profile::Balances::Directed) return {Rounding::Down, Rounding::Up};
    return {Rounding::HalfUp, Rounding::HalfUp};
}

Result<u128> narrow(const U256& scaled) {
    if (!scaled.fits_u128()) return fail(Errc::Range, "the scaled balance would exceed 128 bits");
    return scaled.low_u128();
}

/// SupplyLogic.executeSupply enables a first supply as collateral if it has a loan-to-value and no isolation is
/// involved.
bool enabled_at_once(const View& view, const AccountState& account, const Holding& holding,
                     const ReserveView& reserve) {
    if (holding.supply != 0) return holding.collateral;
    if (view.terms(reserve, holding.reserve, account.emode).ltv == 0) return false;
    const auto& reserves = view.state().reserves;
    if (reserves[holding.reserve].state.config.isolated) return false;
    const auto collaterals =
        std::count_if(account.holdings.begin(), account.holdings.end(), [](const Holding& h) { return h.collateral; });
    if (collaterals != 1) return true;
    const auto only =
        std::find_if(account.holdings.begin(), account.holdings.end(), [](const Holding& h) { return h.collateral; });
    return !reserves[only->reserve].state.config.isolated;
}

Result<void> supply(const View& view, AccountState& account, Holding& holding, const U256& amount) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    const bool enabled = enabled_at_once(view, account, holding, *reserve);
    TRY(const auto scaled, ray_div(amount, reserve->income, directions(view.profile()).less));
    TRY(const auto sum, checked_add(U256::from_u128(holding.supply), scaled));
    TRY(holding.supply, narrow(sum));
    holding.collateral = enabled;
    return {};
}

Result<void> withdraw(const View& view, Holding& holding, const U256& amount, const std::string& symbol) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    TRY(const auto balance, supply_of(view, *reserve, holding.supply));
    U256 scaled = U256::from_u128(holding.supply);
    if (amount != kU256Max && amount > balance)
        return fail(Errc::Refused, "withdrawing more " + symbol + " than is supplied");
    if (amount < balance) {
        TRY(scaled, ray_div(amount, reserve->income, directions(view.profile()).more));
    }
    holding.supply -= std::min(scaled, U256::from_u128(holding.supply)).low_u128();
    if (holding.supply == 0) holding.collateral = false;
    return {};
}

Result<void> borrow(const View& view, Holding& holding, const U256& amount) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    TRY(const auto scaled, ray_div(amount, reserve->debt_index, directions(view.profile()).more));
    TRY(const auto sum, checked_add(U256::from_u128(holding.debt), scaled));
    TRY(holding.debt, narrow(sum));
    return {};
}

Result<void> repay(const View& view, Holding& holding, const U256& amount) {
    TRY(const auto* reserve, view.reserve(holding.reserve));
    TRY(const auto debt, debt_of(view, *reserve, holding.debt));
    if (amount >= debt) {
        holding.debt = 0;
        return {};
    }
    TRY(const auto scaled, ray_div(amount, reserve->debt_index, directions(view.profile()).less));
    holding.debt -= std::min(scaled, U256::from_u128(holding.debt)).low_u128();
    return {};
}

}  // namespace

Result<AccountState> with_changes(const View& view, const AccountState& account, std::span<const Change> changes) {
    AccountState out = account;
    for (const auto& change : changes) {
        const auto id = view.state().id_of(change.asset);
        if (!id) return fail(Errc::NotFound, to_string(change.asset) + " is no reserve of this market");
        Holding& holding = out.at(*id);
        const U256& amount = change.amount.value;
        switch (change.kind) {
            case Change::Kind::Repay:
                TRY_VOID(repay(view, holding, amount));
                break;
            case Change::Kind::Supply:
                TRY_VOID(supply(view, out, holding, amount));
                break;
            case Change::Kind::Withdraw:
                TRY_VOID(withdraw(view, holding, amount, view.state().reserves[*id].symbol));
                break;
            case Change::Kind::Borrow:
                TRY_VOID(borrow(view, holding, amount));
                break;
            case Change::Kind::RepayWithSupply:
            case Change::Kind::SetEMode:
            case Change::Kind::UseAsCollateral:
                return fail(Errc::Unsupported, "this change is not known here yet");
        }
    }
    out.tidy();
    return out;
}

}  // namespace plimsoll::lending::aave_v3
