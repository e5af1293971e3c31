// SPDX-License-Identifier: Apache-2.0
// What plans need to know besides the markets: funds, the guard, lenders, references. Read in the same multicall as
// the markets' own reads, only for positions that may act soon.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "chain/codec/abi_words.hpp"
#include "chain/dex/twap.hpp"
#include "strategies/safe.hpp"

namespace plimsoll::engine {

namespace {

using Kind = ExtraRead::Kind;

constexpr std::size_t kCallsMax = 512;  // per read; the rest follows with the next

std::size_t calls_of(const std::vector<ExtraRead>& reads) {
    std::size_t calls = 0;
    for (const auto& read : reads) calls += read.calls.size();
    return calls;
}

}  // namespace

std::vector<ExtraRead> Core::extras() {
    std::vector<ExtraRead> reads;
    if (canon.empty() || follower.head_empty()) return reads;
    audit_reads(reads);
    fund_reads(reads);
    feed_reads(reads);
    data_fee_reads(reads);
    reference_reads(reads);
    payload_reads(reads);
    return reads;
}

bool Core::only_repays(std::size_t i) const {
    const auto& names = positions[i].config.strategies;
    return !wallets[positions[i].wallet].guard && std::all_of(names.begin(), names.end(), [](const auto& name) {
        return name == strategies::kRepayFromWallet;
    });
}

void Core::want_funds(std::vector<ExtraRead>& reads, std::size_t i) {
    PositionState& position = positions[i];
    if (position.removed || !follows_[position.market]) return;
    if (position.tokens_asked == follower.at().number || calls_of(reads) >= kCallsMax) return;
    const auto& market = market_at(position.market);
    const WalletState& wallet = wallets[position.wallet];
    const auto view = market.position(wallet.address, follower.at().timestamp);
    if (!view) return;
    position.tokens_asked = follower.at().number;
    const bool simple = only_repays(i);
    const bool allows = config.guard && wallet.guard == guard::Access::Allowance;
    const auto one = [&](Kind kind, const Address& asset, Call call) {
        reads.push_back({kind, position.market, i, position.wallet, 0, asset, {std::move(call)}});
    };
    for (const auto& asset : view->assets) {
        const bool held = !asset.debt.is_zero() || (asset.collateral && !asset.supplied.is_zero());
        if (auto call = market.grace_call(asset.asset); call && held) one(Kind::Grace, asset.asset, *std::move(call));
        if (simple && asset.debt.is_zero()) continue;
        one(Kind::Balance, asset.asset, erc20::balance_of(asset.asset, wallet.address));
        one(Kind::Allowance, asset.asset, erc20::allowance(asset.asset, wallet.address, market.spender()));
        if (!allows) continue;
        one(Kind::GuardAllowance, asset.asset, erc20::allowance(asset.asset, wallet.address, *config.guard));
        const Address receipt = market.receipt_token(asset.asset);
        if (!asset.supplied.is_zero() && !receipt.is_zero())
            one(Kind::GuardAllowance, receipt, erc20::allowance(receipt, wallet.address, *config.guard));
    }
    if (!simple) want_market(reads, position.market);
    if (config.guard && wallet.guard) want_guard(reads, i, *view);
}

void Core::want_market(std::vector<ExtraRead>& reads, std::size_t m) {
    MarketReads& known = market_reads_[m];
    if (known.asked == follower.at().number) return;
    known.asked = follower.at().number;
    auto calls = market_at(m).condition_calls();
    if (calls.empty()) return;
    reads.push_back({Kind::Conditions, m, 0, 0, 0, {}, std::move(calls)});
}

void Core::want_guard(std::vector<ExtraRead>& reads, std::size_t i, const lending::Position& view) {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const auto& market = market_at(position.market);
    const Address seat = seat_address(wallet);
    const auto named = market.guard_market();
    reads.push_back({Kind::Standing,
                     position.market,
                     i,
                     position.wallet,
                     0,
                     {},
                     {guard::policy_of(seat, wallet.address, named), guard::spent_of(seat, wallet.address, named)}});
    if (auto call = guard::authorised(named, wallet.address, seat))
        reads.push_back({Kind::Authorised, position.market, i, position.wallet, 0, {}, {*std::move(call)}});
    if (wallet.guard == guard::Access::Module)
        reads.push_back(
            {Kind::Safe, position.market, i, position.wallet, 0, {}, guard::safe_calls(wallet.address, seat)});
    if (!swapper_ && swapper_asked_ != follower.at().number) {
        swapper_asked_ = follower.at().number;
        reads.push_back({Kind::Swapper, 0, 0, 0, 0, {}, {guard::swapper(*config.guard)}});
    }
    for (std::size_t p = 0; p < config.pools.size(); ++p) {
        const auto& pool = config.pools[p];
        if (!pool.reference || reference_reads_[p].asked == follower.at().number) continue;
        want_reference(reads, p);
    }
    for (std::size_t l = 0; l < config.lenders.size(); ++l) want_lender(reads, l, view);
}

void Core::want_lender(std::vector<ExtraRead>& reads, std::size_t l, const lending::Position& view) {
    LenderReads& known = lender_reads_[l];
    const auto& lender = config.lenders[l];
    const BlockNumber head = follower.at().number;
    const bool pool = lender.kind == kPoolLender;
    if (pool && !known.terms) {
        if (known.asked == head) return;
        known.asked = head;
        reads.push_back({Kind::LenderTerms, 0, 0, 0, l, {}, dex::flash_terms_calls(lender.address)});
    }
    for (const auto& asset : view.assets) {
        if (known.terms && asset.asset != known.terms->token0 && asset.asset != known.terms->token1) continue;
        auto& has = known.has[asset.asset];
        if (has.asked == head) continue;
        has.asked = head;
        reads.push_back({Kind::Lendable, 0, 0, 0, l, asset.asset, {erc20::balance_of(asset.asset, lender.address)}});
    }
}

void Core::fund_reads(std::vector<ExtraRead>& reads) {
    for (const auto* urgent : {&at_risk_, &armed_}) {
        for (const auto i : by_risk(*urgent)) {
            if (calls_of(reads) >= kCallsMax) return;
            want_funds(reads, i);
        }
    }
    const BlockNumber head = follower.at().number;
    const auto stale = [&](const PositionState& p) { return p.tokens_asked + config.refresh_blocks <= head; };
    for (const auto i : by_risk(warned_)) {
        if (stale(positions[i]) || (wallets[positions[i].wallet].guard && wallets[positions[i].wallet].live))
            want_funds(reads, i);
    }
    // Those that can act at any time keep their funds at hand, a few in turn per block.
    constexpr std::size_t kTurn = 16;
    for (std::size_t n = 0; n < std::min(kTurn, positions.size()); ++n) {
        token_cursor_ = (token_cursor_ + 1) % positions.size();
        const PositionState& position = positions[token_cursor_];
        if (wallets[position.wallet].live && stale(position)) want_funds(reads, token_cursor_);
    }
}

void Core::take_extra(const ExtraAnswer& answer) {
    const ExtraRead& read = answer.read;
    const CallResult& result = answer.results.front();
    switch (read.kind) {
        case Kind::Audit:
            if (!follower.in_sync(read.market)) {
                positions[read.position].audit_asked = {};  // the market was not ready: again with the next read
                audit_due(read.position, 0);
                return;
            }
            return audited(read.position,
                           market_at(read.market).audit(account_of(read.position), follower.at(), result));
        case Kind::Balance:
        case Kind::Allowance:
        case Kind::GuardAllowance:
            return take_funds(read, result);
        case Kind::Standing:
        case Kind::Authorised:
        case Kind::Safe:
            take_seat(answer);
            // Whoever takes the guard's powers away need not do it while a position is low.
            if (wallets[read.wallet].live) warn_of_seat(read.position);
            return;
        case Kind::Conditions: {
            auto conditions = market_at(read.market).conditions(follower.at(), answer.results);
            market_reads_[read.market].conditions.reset();
            if (conditions) market_reads_[read.market].conditions = *std::move(conditions);
            return;
        }
        case Kind::Reference:
            return take_reference(answer);
        case Kind::LenderTerms:
            if (auto terms = dex::flash_terms(answer.results)) lender_reads_[read.index].terms = *terms;
            return;
        case Kind::Lendable: {
            auto& has = lender_reads_[read.index].has[read.asset];
            has.amount = erc20::amount(result).value_or(TokenAmount{});
            has.at = follower.at().number;
            return;
        }
        case Kind::Swapper:
            if (const auto swapper = abi::sole_address(result)) swapper_ = *swapper;
            return;
        case Kind::Feeds:
            return take_feeds(answer);
        case Kind::Grace:
            return take_grace(read, result);
        case Kind::DataFee:
            return take_data_fee(answer);
        case Kind::Payloads:
            return take_payloads(answer);
    }
}

void Core::take_funds(const ExtraRead& read, const CallResult& result) {
    if (follower.at().number < wallets[read.wallet].changed_in) return;
    const auto amount = erc20::amount(result);
    TokenFunds& funds = wallets[read.wallet].tokens[{read.market, read.asset}];
    auto& slot = read.kind == Kind::Balance     ? funds.balance
                 : read.kind == Kind::Allowance ? funds.allowance
                                                : funds.guard_allowance;
    slot.reset();
    if (amount) slot = *amount;
    funds.at = follower.at().number;
}

void Core::take_seat(const ExtraAnswer& answer) {
    SeatState& seat = positions[answer.read.position].seat;
    if (answer.read.kind == Kind::Authorised) {
        const auto word = erc20::amount(answer.results.front());
        seat.authorised = word && *word == TokenAmount{U256{1}};
        return;
    }
    if (answer.read.kind == Kind::Safe) return take_safe(answer);
    if (follower.at().number < wallets[answer.read.wallet].changed_in) return;
    seat.at = follower.at().number;
    seat.standing.reset();
    seat.trouble.clear();
    auto standing = guard::standing(answer.results[0], answer.results[1]);
    if (standing)
        seat.standing = *std::move(standing);
    else
        seat.trouble = standing.error().message;
}

/// Another owner may change policies and modules: it is said, whoever it was.
void Core::take_safe(const ExtraAnswer& answer) {
    SeatState& seat = positions[answer.read.position].seat;
    const std::string& name = positions[answer.read.position].config.name;
    const auto enabled = erc20::amount(answer.results[0]);
    if (enabled) seat.dismissed = enabled->is_zero();
    if (!answer.results[1].success || answer.results[1].data.empty()) return;
    if (!seat.owners.empty() && seat.owners != answer.results[1].data)
        alerts_.raise(out, now, AlertLevel::Critical, "safe-owners", name,
                      "the owners of the Safe " + to_string(account_of(answer.read.position)) +
                          " or their order have changed: was it you?");
    seat.owners = answer.results[1].data;
}

}  // namespace plimsoll::engine
