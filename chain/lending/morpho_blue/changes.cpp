// SPDX-License-Identifier: Apache-2.0
// What-if: the effect of one's own actions on account and totals, by Morpho's rounding of shares.
#include <algorithm>

#include "chain/lending/morpho_blue/view.hpp"

namespace plimsoll::lending::morpho_blue {

namespace {

class Changer {
  public:
    Changer(const View& view, const AccountState& account, bool strict) : out_{view, account}, strict_(strict) {}

    Result<void> apply(const Change& change) {
        const Terms& terms = *out_.view.terms;
        const bool loan = change.asset == terms.loan.address;
        if (!loan && change.asset != terms.collateral.address)
            return fail(Errc::NotFound, to_string(change.asset) + " is no token of this market");
        const U256& amount = change.amount.value;
        switch (change.kind) {
            case Change::Kind::Repay:
                return loan ? repay(amount) : fail(Errc::NotFound, terms.collateral.symbol + " is not lent here");
            case Change::Kind::Supply:
                return loan ? supply(amount) : pledge(amount);
            case Change::Kind::Withdraw:
                return loan ? withdraw(amount) : release(amount);
            case Change::Kind::Borrow:
                return loan ? borrow(amount) : fail(Errc::NotFound, terms.collateral.symbol + " is not lent here");
            case Change::Kind::RepayWithSupply:
            case Change::Kind::SetEMode:
            case Change::Kind::UseAsCollateral:
                return fail(Errc::Unsupported, "Morpho Blue has no such change");
        }
        return {};
    }

    Changed take() { return out_; }

  private:
    Totals& totals() { return out_.view.totals; }
    AccountState& account() { return out_.account; }

    Result<void> repay(const U256& amount) {
        TRY(const auto debt, borrowed(out_.view, account()));
        U256 shares = account().borrow_shares;
        U256 assets = debt;
        if (amount < debt) {
            assets = amount;
            TRY(shares, to_shares_down(amount, totals().borrow_assets, totals().borrow_shares));
        }
        TRY(account().borrow_shares, checked_sub(account().borrow_shares, shares));
        TRY(totals().borrow_shares, checked_sub(totals().borrow_shares, shares));
        totals().borrow_assets = saturating_sub(totals().borrow_assets, assets);
        return {};
    }

    Result<void> supply(const U256& amount) {
        TRY(const auto shares, to_shares_down(amount, totals().supply_assets, totals().supply_shares));
        TRY(account().supply_shares, checked_add(account().supply_shares, shares));
        TRY(totals().supply_shares, checked_add(totals().supply_shares, shares));
        TRY(totals().supply_assets, checked_add(totals().supply_assets, amount));
        return {};
    }

    Result<void> pledge(const U256& amount) {
        TRY(account().collateral, checked_add(account().collateral, amount));
        if (!account().collateral.fits_u128()) return fail(Errc::Range, "more collateral than 128 bits hold");
        return {};
    }

    Result<void> withdraw(const U256& amount) {
        const std::string& symbol = out_.view.terms->loan.symbol;
        U256 shares = account().supply_shares;
        U256 assets = amount;
        if (amount == kU256Max) {
            TRY(assets, to_assets_down(shares, totals().supply_assets, totals().supply_shares));
        } else {
            TRY(shares, to_shares_up(amount, totals().supply_assets, totals().supply_shares));
        }
        if (shares > account().supply_shares)
            return fail(Errc::Refused, "withdrawing more " + symbol + " than is supplied");
        TRY(account().supply_shares, checked_sub(account().supply_shares, shares));
        TRY(totals().supply_shares, checked_sub(totals().supply_shares, shares));
        TRY(totals().supply_assets, checked_sub(totals().supply_assets, assets));
        return liquid();
    }

    Result<void> release(const U256& amount) {
        const U256 released = amount == kU256Max ? account().collateral : amount;
        if (released > account().collateral)
            return fail(Errc::Refused, "withdrawing more " + out_.view.terms->collateral.symbol + " than is supplied");
        TRY(account().collateral, checked_sub(account().collateral, released));
        return healthy();
    }

    Result<void> borrow(const U256& amount) {
        TRY(const auto shares, to_shares_up(amount, totals().borrow_assets, totals().borrow_shares));
        TRY(account().borrow_shares, checked_add(account().borrow_shares, shares));
        TRY(totals().borrow_shares, checked_add(totals().borrow_shares, shares));
        TRY(totals().borrow_assets, checked_add(totals().borrow_assets, amount));
        if (!totals().borrow_shares.fits_u128()) return fail(Errc::Range, "more debt than 128 bits hold");
        TRY_VOID(liquid());
        return healthy();
    }

    /// Morpho: INSUFFICIENT_LIQUIDITY.
    Result<void> liquid() {
        if (totals().borrow_assets <= totals().supply_assets) return {};
        return fail(Errc::Refused, "liquidity: less " + out_.view.terms->loan.symbol + " is idle in the market");
    }

    /// Morpho: INSUFFICIENT_COLLATERAL.
    Result<void> healthy() {
        if (!strict_ || account().borrow_shares.is_zero()) return {};
        if (!out_.view.price) return fail(Errc::Reverted, "the oracle gives no price");
        TRY(const auto limit, max_borrow(out_.view, account().collateral));
        TRY(const auto debt, borrowed(out_.view, account()));
        if (limit >= debt) return {};
        return fail(Errc::Refused, "health: the position could be liquidated afterwards");
    }

    Changed out_;
    bool strict_;
};

}  // namespace

Result<Changed> with_changes(const View& view, const AccountState& account, std::span<const Change> changes,
                             bool strict) {
    Changer changer(view, account, strict);
    for (const auto& change : changes) TRY_VOID(changer.apply(change));
    return changer.take();
}

}  // namespace plimsoll::lending::morpho_blue
