// SPDX-License-Identifier: Apache-2.0
// Contract calls: the market's by AaveDeployment, tokens and repayments here.
#include "chain/codec/abi_words.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/words.hpp"
#include "chain/tx/transaction.hpp"
#include "tests/bench/world.hpp"

namespace plimsoll::bench {

using namespace lending::aave_v3;

namespace {

constexpr Selector kBalanceOf = selector("balanceOf(address)");
constexpr Selector kAllowance = selector("allowance(address,address)");
constexpr Selector kDecimals = selector("decimals()");
constexpr Selector kApprove = selector("approve(address,uint256)");
constexpr U256 kPlenty = U256::literal("1'000'000'000'000'000'000'000'000'000'000");

CallResult word(const U256& value) {
    const auto bytes = value.to_be_bytes();
    return {true, Bytes(bytes.begin(), bytes.end())};
}

Selector selector_of(const Bytes& data) {
    Selector out;
    if (data.size() >= 4) std::copy(data.begin(), data.begin() + 4, out.bytes.begin());
    return out;
}

struct Repayment {
    Address asset;
    U256 amount;
};

std::optional<Repayment> repayment(const Bytes& data) {
    if (selector_of(data) != call::kRepay) return std::nullopt;
    abi::Reader arguments(ByteView(data).subspan(4));
    const auto asset = arguments.address();
    const auto amount = arguments.uint();
    if (!asset || !amount) return std::nullopt;
    return Repayment{*asset, *amount};
}

}  // namespace

std::optional<CallResult> World::token_call(const Call& call) const {
    const auto id = aave_.state.id_of(call.to);
    if (!id) return std::nullopt;
    const Selector which = selector_of(call.data);
    if (which == kBalanceOf || which == kAllowance) return word(kPlenty);
    if (which == kDecimals) return word(U256{aave_.state.reserves[*id].state.config.decimals});
    if (which == kApprove) return word(U256{1});
    return std::nullopt;
}

CallResult World::call(const Call& call) {
    if (const auto token = token_call(call)) return *token;
    if (call.to == aave_.pool()) {
        if (const auto repay = repayment(call.data)) return word(repay->amount);
    }
    return aave_.answer(call);
}

std::vector<CallResult> World::simulate(const Address& wallet, const std::vector<Call>& calls) {
    const AccountState before = aave_.accounts[wallet];
    std::vector<CallResult> out;
    for (const auto& one : calls) {
        out.push_back(call(one));
        const auto repay = one.to == aave_.pool() ? repayment(one.data) : std::nullopt;
        if (!repay) continue;
        lending::Change change;
        change.kind = lending::Change::Kind::Repay;
        change.asset = repay->asset;
        change.amount.value = repay->amount;
        const View view(aave_.state, aave_.head.timestamp);
        auto after = with_changes(view, aave_.accounts[wallet], std::span(&change, 1));
        if (after)
            aave_.accounts[wallet] = *std::move(after);
        else
            out.back() = {};
    }
    aave_.accounts[wallet] = before;
    return out;
}

Hash32 World::take_raw(Bytes raw) {
    const Hash32 hash = keccak256(raw);
    if (sent_.contains(hash)) return hash;
    sent_[hash].raw = std::move(raw);
    waiting_.push_back(hash);
    ++taken_;
    return hash;
}

std::optional<World::Repaid> World::execute(const Bytes& raw) {
    const auto decoded = tx::decode_signed(raw);
    if (!decoded) return std::nullopt;
    const auto wallet = wallet_of_.find(decoded->sender);
    if (wallet == wallet_of_.end()) return std::nullopt;
    ++nonces_[decoded->sender];
    const auto repay = repayment(tx::message(decoded->transaction).data);
    if (!repay) return std::nullopt;
    return Repaid{wallet->second, repay->amount};
}

std::optional<std::pair<BlockNumber, Hash32>> World::inclusion(const Hash32& transaction) const {
    const auto found = sent_.find(transaction);
    if (found == sent_.end() || found->second.included == 0) return std::nullopt;
    return std::pair(found->second.included, found->second.block);
}

}  // namespace plimsoll::bench
