// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/calls.hpp"

#include "chain/codec/abi_words.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "chain/lending/words.hpp"

namespace plimsoll::lending::morpho_blue {

namespace {

abi::Encoder with_params(const Selector& selector, const Terms& terms) {
    abi::Encoder out(selector, 11);
    out.address(terms.loan.address).address(terms.collateral.address).address(terms.oracle).address(terms.irm);
    out.uint(terms.lltv);
    return out;
}

}  // namespace

Bytes params_words(const Terms& terms) {
    abi::Encoder out;
    out.address(terms.loan.address).address(terms.collateral.address).address(terms.oracle).address(terms.irm);
    return out.uint(terms.lltv).finish();
}

Call borrow_rate_call(const Terms& terms, const Totals& totals) {
    auto data = with_params(call::kBorrowRateView, terms);
    data.uint(totals.supply_assets).uint(totals.supply_shares).uint(totals.borrow_assets).uint(totals.borrow_shares);
    return {terms.irm, data.uint(U256{totals.last_update}).uint(totals.fee).finish()};
}

Call position_call(const Terms& terms, const Address& account) {
    return {terms.morpho, abi::Encoder(call::kPosition, 2).bytes32(terms.id).address(account).finish()};
}

Result<AccountState> position_from(ByteView answer) {
    const Words words(answer);
    AccountState out;
    TRY(out.supply_shares, words.number(0));
    TRY(const auto borrow_shares, words.narrow(1));
    TRY(const auto collateral, words.narrow(2));
    out.borrow_shares = U256::from_u128(borrow_shares);
    out.collateral = U256::from_u128(collateral);
    return out;
}

Call market_call(const Terms& terms) {
    return {terms.morpho, abi::Encoder(call::kMarket, 1).bytes32(terms.id).finish()};
}

Result<Totals> totals_from(ByteView answer) {
    const Words words(answer);
    Totals out;
    U256* const places[] = {&out.supply_assets, &out.supply_shares, &out.borrow_assets, &out.borrow_shares};
    for (std::size_t i = 0; i < 4; ++i) {
        TRY(const auto word, words.narrow(i));
        *places[i] = U256::from_u128(word);
    }
    TRY(out.last_update, words.u64(4));
    TRY(out.fee, words.number(5));
    return out;
}

Call together(std::span<const Call> calls) {
    std::vector<abi::Encoder> parts;
    parts.reserve(calls.size());
    for (const auto& one : calls) {
        abi::Encoder part;
        part.address(one.to).boolean(true).bytes(one.data);
        parts.push_back(std::move(part));
    }
    return {kMulticall3, abi::Encoder(call::kAggregate3, 2).tuples(parts).finish()};
}

Result<std::vector<CallResult>> apart(const CallResult& result, std::size_t count) {
    if (!result.success) return fail(Errc::Reverted, "Multicall3 at " + to_string(kMulticall3) + " reverts");
    abi::Reader reader(result.data);
    TRY(auto list, reader.array(1));
    if (list.count != count)
        return fail(Errc::Decode, std::to_string(list.count) + " answers to " + std::to_string(count) + " calls");
    std::vector<CallResult> out;
    for (std::size_t i = 0; i < count; ++i) {
        TRY(auto part, list.elements.tuple());
        CallResult one;
        TRY(one.success, part.boolean());
        TRY(const auto data, part.bytes());
        one.data.assign(data.begin(), data.end());
        out.push_back(std::move(one));
    }
    return out;
}

ContractCall repay_call(const Terms& terms, const Address& account, const U256& assets, const U256& shares) {
    auto data = with_params(call::kRepay, terms);
    return {terms.morpho, data.uint(assets).uint(shares).address(account).bytes({}).finish()};
}

ContractCall supply_call(const Terms& terms, const Address& account, const U256& assets) {
    auto data = with_params(call::kSupply, terms);
    return {terms.morpho, data.uint(assets).uint({}).address(account).bytes({}).finish()};
}

ContractCall withdraw_call(const Terms& terms, const Address& account, const U256& assets, const U256& shares) {
    auto data = with_params(call::kWithdraw, terms);
    return {terms.morpho, data.uint(assets).uint(shares).address(account).address(account).finish()};
}

ContractCall borrow_call(const Terms& terms, const Address& account, const U256& assets) {
    auto data = with_params(call::kBorrow, terms);
    return {terms.morpho, data.uint(assets).uint({}).address(account).address(account).finish()};
}

ContractCall supply_collateral_call(const Terms& terms, const Address& account, const U256& assets) {
    auto data = with_params(call::kSupplyCollateral, terms);
    return {terms.morpho, data.uint(assets).address(account).bytes({}).finish()};
}

ContractCall withdraw_collateral_call(const Terms& terms, const Address& account, const U256& assets) {
    auto data = with_params(call::kWithdrawCollateral, terms);
    return {terms.morpho, data.uint(assets).address(account).address(account).finish()};
}

}  // namespace plimsoll::lending::morpho_blue
