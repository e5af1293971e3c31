// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/discovery.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "chain/lending/morpho_blue/calls.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "chain/lending/read_round.hpp"
#include "chain/lending/words.hpp"

namespace plimsoll::lending::morpho_blue {

namespace {

constexpr BlockNumber kRecheckBlocks = 50;

/// What the rate model is asked besides the market as it is: utilization in percent, and seconds since the last update.
/// Both sides of the target, both ends of the curve, moves within and beyond its limits.
struct RateProbe {
    std::uint64_t used_percent;
    std::uint64_t seconds;
};
constexpr RateProbe kRateProbes[] = {{0, 3'600},    {40, 2'592'000}, {90, 86'400},      {91, 12},
                                     {97, 604'800}, {100, 86'400},   {100, 63'072'000}, {10, 157'680'000}};

}  // namespace

void Discovery::start() {
    store_.clear();
    in_flight_.clear();
    resolving_ = {};
    resolving_feeds_ = false;
    getters_missing_ = false;
    vaults_ = false;
    found_ = false;
    snapshot_ = false;
    multicall_ = false;
    probed_ = false;
    calibrated_ = false;
    unsupported_.clear();
    store_.want(Read::Kind::Params);
    store_.want(Read::Kind::Multicall);
}

void Discovery::add_account(std::uint32_t index) {
    if (found_) store_.want(Read::Kind::Account, index);
}

void Discovery::refuse(std::string why) {
    if (unsupported_.empty()) unsupported_ = std::move(why);
}

std::vector<Call> Discovery::calls() {
    in_flight_ = hopeless() ? std::vector<Read>{} : next_round(store_.pending);
    std::vector<Call> out;
    out.reserve(in_flight_.size());
    for (const auto& read : in_flight_) out.push_back(encode(read));
    return out;
}

Result<void> Discovery::answer(std::span<const CallResult> results) {
    TRY(const auto asked, end_round(in_flight_, store_.pending, results.size()));
    for (std::size_t i = 0; i < asked.size(); ++i) {
        TRY_VOID(take(asked[i], results[i]));
        if (hopeless()) {
            store_.pending.clear();
            return {};
        }
    }
    advance();
    return {};
}

/// What later stages build on: called when a round is answered.
void Discovery::advance() {
    const int stage = store_.pending.empty() ? 6 : stage_of(store_.pending.begin()->kind);
    if (!found_) {
        if (stage == 0) return;
        found_ = true;
        rechecked_at_ = store_.block.number;
        store_.rebuild_filter();
        for (std::uint32_t i = 0; i < 2; ++i) {
            store_.want(Read::Kind::Symbol, i);
            store_.want(Read::Kind::Decimals, i);
        }
        store_.want(Read::Kind::Market);
        store_.want(Read::Kind::FeeRecipient);
        if (store_.terms.has_rate()) store_.want(Read::Kind::RateAtTarget);
        store_.want(Read::Kind::ScaleFactor);
        store_.want(Read::Kind::BaseVault);
        store_.want(Read::Kind::QuoteVault);
        for (std::uint32_t i = 0; i < Oracle::kFeeds; ++i) store_.want(Read::Kind::FeedAddress, i);
        store_.want(Read::Kind::Price);
        for (std::uint32_t i = 0; i < store_.accounts.list().size(); ++i) store_.want(Read::Kind::Account, i);
        return;
    }
    snapshot_ = snapshot_ || store_.pending.empty() || store_.pending.begin()->kind >= Read::Kind::Account;
    if (resolving_feeds_ && stage > 3) resolve_feeds();
    if (calibrated_ || stage <= 4) return;
    if (!probed_) {
        probed_ = true;
        if (store_.terms.has_rate()) {
            for (std::uint32_t i = 0; i <= std::size(kRateProbes); ++i) store_.want(Read::Kind::RateProbe, i);
        }
        store_.want(Read::Kind::Accrual);
        return;
    }
    if (store_.pending.empty()) calibrated_ = true;
}

bool Discovery::wants_price_alone() const {
    return calibrated_ && !resolving_feeds_ &&
           std::all_of(store_.pending.begin(), store_.pending.end(),
                       [](const Read& read) { return read.kind == Read::Kind::Price; });
}

void Discovery::want_feeds() {
    Oracle& oracle = store_.market.oracle;
    if (getters_missing_ || vaults_) return;
    resolving_ = {};
    resolving_feeds_ = true;
    for (std::uint32_t i = 0; i < Oracle::kFeeds; ++i) {
        if (oracle.feeds[i].source.source.is_zero()) continue;
        store_.want(Read::Kind::Aggregator, i);
        store_.want(Read::Kind::FeedAnswer, i);
    }
}

void Discovery::rewound() {
    in_flight_.clear();
    if (resolving_feeds_) want_feeds();
}

void Discovery::schedule_head_reads() {
    if (store_.market.oracle.must_read()) store_.want(Read::Kind::Price);
    // A proxy can be given another aggregator without an event; a feed that was none may have become one.
    const bool recheck = store_.block.number >= rechecked_at_ + kRecheckBlocks;
    if (recheck) {
        rechecked_at_ = store_.block.number;
        store_.want(Read::Kind::Price);
    }
    if (recheck || resolving_feeds_) want_feeds();  // answers of different blocks must not be compared
}

void Discovery::look_again() {
    store_.want(Read::Kind::Price);
    want_feeds();
}

/// Totals that RateProbe `which` asks about: 0 is the market as it is.
Totals Discovery::probe(std::uint32_t which) const {
    if (which == 0) return store_.market.totals;
    constexpr U256 kWhole = U256::literal("1'000'000'000'000'000'000'000'000");
    const RateProbe& asked = kRateProbes[which - 1];
    Totals out;
    out.supply_assets = kWhole;
    out.supply_shares = kWhole;
    out.borrow_shares = kWhole;
    out.borrow_assets = ratio_down(kWhole, U256{asked.used_percent}, U256{100}).value_or(U256{});
    const Timestamp now = store_.block.timestamp;
    out.last_update = now - std::min(now, asked.seconds);
    return out;
}

Call Discovery::encode(const Read& read) const {
    const Terms& terms = store_.terms;
    const Token& token = read.a == 0 ? terms.loan : terms.collateral;
    const U256 id = U256::from_be_bytes(terms.id.bytes);
    switch (read.kind) {
        case Read::Kind::Params:
            return {terms.morpho, call_data(call::kIdToMarketParams, {id})};
        case Read::Kind::Multicall:
            return {kMulticall3, call_data(call::kGetBlockNumber)};
        case Read::Kind::Symbol:
            return {token.address, call_data(call::kSymbol)};
        case Read::Kind::Decimals:
            return {token.address, call_data(call::kDecimals)};
        case Read::Kind::Market:
            return market_call(terms);
        case Read::Kind::FeeRecipient:
            return {terms.morpho, call_data(call::kFeeRecipient)};
        case Read::Kind::RateAtTarget:
            return {terms.irm, call_data(call::kRateAtTarget, {id})};
        case Read::Kind::Account:
            return position_call(terms, store_.accounts.list()[read.a]);
        case Read::Kind::ScaleFactor:
        case Read::Kind::BaseVault:
        case Read::Kind::QuoteVault:
        case Read::Kind::FeedAddress:
        case Read::Kind::Price:
        case Read::Kind::Aggregator:
        case Read::Kind::FeedAnswer:
        case Read::Kind::AggregatorAnswer:
            return encode_oracle(read);
        case Read::Kind::RateProbe:
            return borrow_rate_call(terms, probe(read.a));
        case Read::Kind::Accrual: {
            Bytes accrue = call_data(call::kAccrueInterest);
            const Bytes params = params_words(terms);
            accrue.insert(accrue.end(), params.begin(), params.end());
            const Call calls[] = {{terms.morpho, std::move(accrue)}, market_call(terms)};
            return together(calls);
        }
    }
    return {};
}

Call Discovery::encode_oracle(const Read& read) const {
    const Address& oracle = store_.terms.oracle;
    if (read.kind == Read::Kind::ScaleFactor) return {oracle, call_data(call::kScaleFactor)};
    if (read.kind == Read::Kind::BaseVault) return {oracle, call_data(call::kBaseVault)};
    if (read.kind == Read::Kind::QuoteVault) return {oracle, call_data(call::kQuoteVault)};
    if (read.kind == Read::Kind::FeedAddress) return {oracle, call_data(call::kFeeds[read.a])};
    if (read.kind == Read::Kind::Price) return {oracle, call_data(call::kPrice)};
    const Address& feed = store_.market.oracle.feeds[read.a].source.source;
    if (read.kind == Read::Kind::Aggregator) return {feed, call_data(call::kAggregator)};
    if (read.kind == Read::Kind::FeedAnswer) return {feed, call_data(call::kLatestRoundData)};
    return {resolving_[read.a].behind.value_or(Address{}), call_data(call::kLatestRoundData)};
}

}  // namespace plimsoll::lending::morpho_blue
