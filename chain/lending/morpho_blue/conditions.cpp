// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/conditions.hpp"

#include <algorithm>

#include "chain/lending/morpho_blue/contracts.hpp"
#include "chain/lending/words.hpp"

namespace plimsoll::lending::morpho_blue {

std::vector<Call> condition_calls(const Terms& terms) {
    const U256 holder = to_word(terms.morpho);
    return {{terms.loan.address, call_data(call::kBalanceOf, {holder})},
            {terms.collateral.address, call_data(call::kBalanceOf, {holder})}};
}

Result<Conditions> conditions_from(const View& view, const BlockRef& at, std::span<const CallResult> results) {
    if (results.size() != 2) return fail(Errc::Internal, std::to_string(results.size()) + " answers to 2 reads");
    Conditions out{at, {}};
    const Token* const tokens[] = {&view.terms->loan, &view.terms->collateral};
    for (std::size_t i = 0; i < 2; ++i) {
        if (!results[i].success) return fail(Errc::Reverted, "balanceOf of " + tokens[i]->symbol);
        AssetConditions asset;
        asset.asset = tokens[i]->address;
        TRY(asset.flash_room.value, Words(results[i].data).number(0));
        asset.liquidity = asset.flash_room;
        asset.supply_room.value = kU256Max;
        asset.borrowable_isolated = i == 0;
        if (i == 0) {
            const U256 idle = saturating_sub(view.totals.supply_assets, view.totals.borrow_assets);
            asset.liquidity.value = std::min(idle, asset.flash_room.value);
            asset.borrow_room = asset.liquidity;
        }
        out.assets.push_back(asset);
    }
    return out;
}

Result<void> within(const Terms& terms, const Conditions& conditions, std::span<const Change> changes) {
    for (const auto& asset : conditions.assets) {
        U256 room = asset.liquidity.value;
        for (const auto& change : changes) {
            if (change.asset != asset.asset) continue;
            const bool in = change.kind == Change::Kind::Supply || change.kind == Change::Kind::Repay;
            const bool out = change.kind == Change::Kind::Withdraw || change.kind == Change::Kind::Borrow;
            if (in && change.amount.value != kU256Max) room = checked_add(room, change.amount.value).value_or(kU256Max);
            if (!out || change.amount.value == kU256Max) continue;
            if (change.amount.value > room)
                return fail(Errc::Refused,
                            "liquidity: Morpho holds less " +
                                (asset.asset == terms.loan.address ? terms.loan : terms.collateral).symbol);
            room = saturating_sub(room, change.amount.value);
        }
    }
    return {};
}

}  // namespace plimsoll::lending::morpho_blue
