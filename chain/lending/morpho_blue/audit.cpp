// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/audit.hpp"

#include "chain/lending/morpho_blue/calls.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "chain/lending/morpho_blue/rate.hpp"
#include "chain/lending/morpho_blue/view.hpp"
#include "chain/lending/words.hpp"

namespace plimsoll::lending::morpho_blue {

Call audit_call(const Terms& terms, const MarketState& state, const Address& account) {
    std::vector<Call> calls = {market_call(terms),
                               position_call(terms, account),
                               {terms.morpho, call_data(call::kFeeRecipient)},
                               {terms.oracle, call_data(call::kPrice)}};
    if (terms.has_rate()) {
        calls.push_back({terms.irm, call_data(call::kRateAtTarget, {U256::from_be_bytes(terms.id.bytes)})});
        calls.push_back(borrow_rate_call(terms, state.totals));
    }
    return together(calls);
}

Result<Audit> audit(const Terms& terms, const MarketState& state, const Address& account, const AccountState& ours,
                    Timestamp at, const CallResult& result) {
    TRY(const auto parts, apart(result, terms.has_rate() ? 6 : 4));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool price = i == 3;
        if (!parts[i].success && !price)
            return fail(Errc::Reverted, "part " + std::to_string(i) + " of the audit of " + to_string(account));
    }
    MarketState theirs = state;
    TRY(theirs.totals, totals_from(parts[0].data));
    TRY(const auto their_account, position_from(parts[1].data));
    TRY(theirs.fee_recipient, Words(parts[2].data).address(0));
    theirs.oracle.priced = parts[3].success;
    theirs.oracle.price = {};
    if (parts[3].success) {
        TRY(theirs.oracle.price, Words(parts[3].data).number(0));
    }
    bool rate_agrees = true;
    if (terms.has_rate()) {
        TRY(theirs.rate_at_target, Words(parts[4].data).number(0));
        TRY(const auto rate, Words(parts[5].data).number(0));
        const Totals& totals = state.totals;
        if (at < totals.last_update) return fail(Errc::Mismatch, "the market was updated after the audit's block");
        TRY(const auto our_rate,
            adaptive_rate(totals.supply_assets, totals.borrow_assets, state.rate_at_target, at - totals.last_update));
        rate_agrees = our_rate.average == rate;
    } else {
        theirs.totals.last_update = state.totals.last_update;  // moves without an event, and means nothing there
    }
    Audit out;
    TRY(const auto our_view, View::of(terms, state, at));
    TRY(const auto their_view, View::of(terms, theirs, at));
    if (!our_view.price || !their_view.price) {
        if (!(ours.collateral.is_zero() && ours.borrow_shares.is_zero()))
            return fail(Errc::Reverted, "the oracle " + to_string(terms.oracle) + " gives no price");
    }
    TRY(out.ours, account_summary(our_view, ours));
    TRY(out.theirs, account_summary(their_view, their_account));
    out.agrees = rate_agrees && ours == their_account && state == theirs && out.ours == out.theirs;
    return out;
}

}  // namespace plimsoll::lending::morpho_blue
