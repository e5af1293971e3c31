// SPDX-License-Identifier: Apache-2.0
// What the answers mean.
#include <algorithm>

#include "chain/codec/keccak.hpp"
#include "chain/lending/morpho_blue/calls.hpp"
#include "chain/lending/morpho_blue/discovery.hpp"
#include "chain/lending/morpho_blue/rate.hpp"
#include "chain/lending/words.hpp"

namespace plimsoll::lending::morpho_blue {

namespace {

constexpr std::size_t kParamsBytes = 160;
constexpr std::uint64_t kMostDecimals = 77;

std::optional<U256> number_in(const CallResult& result, std::size_t word = 0) {
    if (!result.success) return std::nullopt;
    const auto number = Words(result.data).number(word);
    return number ? std::optional<U256>(*number) : std::nullopt;
}

std::optional<Address> address_in(const CallResult& result) {
    if (!result.success) return std::nullopt;
    const auto address = Words(result.data).address(0);
    return address ? std::optional<Address>(*address) : std::nullopt;
}

}  // namespace

Result<void> Discovery::take(const Read& read, const CallResult& result) {
    switch (stage_of(read.kind)) {
        case 0:
            return take_first(read, result);
        case 1:
            if (read.kind <= Read::Kind::Decimals) return take_token(read, result);
            if (read.kind <= Read::Kind::RateAtTarget || read.kind == Read::Kind::Account)
                return take_market(read, result);
            return take_oracle(read, result);
        case 2:
        case 3:
            take_feed(read, result);
            return {};
        case 4:
            return take_rate_probe(read.a, result);
        default:
            return take_accrual(result);
    }
}

Result<void> Discovery::take_first(const Read& read, const CallResult& result) {
    if (read.kind == Read::Kind::Params) return take_params(result);
    multicall_ = result.success && result.data.size() >= 32;
    if (!multicall_)
        refuse("there is no Multicall3 on this chain: without it a market of Morpho Blue cannot be audited");
    return {};
}

/// Morpho.idToMarketParams: the id is the hash of the answer, so no other contract can pass for the market.
Result<void> Discovery::take_params(const CallResult& result) {
    Terms& terms = store_.terms;
    const bool whole = result.success && result.data.size() >= kParamsBytes;
    if (!whole || keccak256(ByteView(result.data).first(kParamsBytes)) != terms.id) {
        refuse("no market " + to_string(terms.id) + " of Morpho Blue at " + to_string(terms.morpho));
        return {};
    }
    const Words words(result.data);
    TRY(terms.loan.address, words.address(0));
    TRY(terms.collateral.address, words.address(1));
    TRY(terms.oracle, words.address(2));
    TRY(terms.irm, words.address(3));
    TRY(terms.lltv, words.number(4));
    if (terms.loan.address == terms.collateral.address)
        refuse("loan and collateral of market " + to_string(terms.id) + " are one token");
    return {};
}

Result<void> Discovery::take_token(const Read& read, const CallResult& result) {
    Token& token = read.a == 0 ? store_.terms.loan : store_.terms.collateral;
    if (read.kind == Read::Kind::Symbol) {
        const auto symbol = symbol_of(result.success ? ByteView(result.data) : ByteView());
        token.symbol = symbol && !symbol->empty() ? *symbol : read.a == 0 ? "loan token" : "collateral token";
        return {};
    }
    const auto decimals = number_in(result);
    if (!decimals || *decimals > U256{kMostDecimals}) {
        refuse("token " + to_string(token.address) + " does not say its decimals");
        return {};
    }
    token.decimals = static_cast<unsigned>(decimals->low_u64());
    TRY(token.unit, pow10(token.decimals));
    return {};
}

Result<void> Discovery::take_market(const Read& read, const CallResult& result) {
    if (read.kind == Read::Kind::RateAtTarget) {
        const auto rate = number_in(result);
        if (!rate) refuse("interest rate model " + to_string(store_.terms.irm) + " is not AdaptiveCurveIrm");
        store_.market.rate_at_target = rate.value_or(U256{});
        return {};
    }
    if (!result.success) return fail(Errc::Reverted, "reading market " + to_string(store_.terms.id));
    if (read.kind == Read::Kind::Market) {
        TRY(store_.market.totals, totals_from(result.data));
        return {};
    }
    if (read.kind == Read::Kind::FeeRecipient) {
        TRY(store_.market.fee_recipient, Words(result.data).address(0));
        return {};
    }
    TRY(const auto state, position_from(result.data));
    AccountEntry& entry = store_.accounts.edit(read.a);
    entry.state = state;
    entry.loaded = true;
    store_.accounts.mark(read.a);
    return {};
}

Result<void> Discovery::take_oracle(const Read& read, const CallResult& result) {
    Oracle& oracle = store_.market.oracle;
    if (read.kind == Read::Kind::Price) {
        const auto price = number_in(result);
        if (price != (oracle.priced ? std::optional<U256>(oracle.price) : std::nullopt)) store_.mark_moved();
        const bool followed = oracle.follows_events();
        oracle.compared(price);
        if (followed != oracle.follows_events()) store_.rebuild_filter();
        if (!found_ || calibrated_ || resolving_feeds_) return {};
        want_feeds();  // the last of the oracle's getters
        return {};
    }
    if (read.kind == Read::Kind::ScaleFactor) {
        const auto scale = number_in(result);
        getters_missing_ = getters_missing_ || !scale;
        oracle.scale = scale.value_or(U256{});
        return {};
    }
    const auto address = address_in(result);
    getters_missing_ = getters_missing_ || !address;
    if (read.kind == Read::Kind::FeedAddress)
        oracle.feeds[read.a].source.resolve(address.value_or(Address{}), {}, {}, {}, {});
    else
        vaults_ = vaults_ || (address && !address->is_zero());
    return {};
}

void Discovery::take_feed(const Read& read, const CallResult& result) {
    Resolving& feed = resolving_[read.a];
    if (read.kind == Read::Kind::Aggregator) {
        feed.behind = address_in(result);
        if (feed.behind && !feed.behind->is_zero()) store_.want(Read::Kind::AggregatorAnswer, read.a);
    } else {
        (read.kind == Read::Kind::FeedAnswer ? feed.answer : feed.behind_answer) = number_in(result, 1);
    }
}

/// All feeds have answered: does price() follow from them? Those that are followed already stay what they are.
void Discovery::resolve_feeds() {
    resolving_feeds_ = false;
    Oracle& oracle = store_.market.oracle;
    for (std::size_t i = 0; i < Oracle::kFeeds; ++i) {
        Oracle::Feed& feed = oracle.feeds[i];
        const Resolving& found = resolving_[i];
        if (feed.source.source.is_zero()) continue;
        feed.source.rechecked(found.behind);
        const Address source = feed.source.source;
        if (!feed.source.follows_events())
            feed.source.resolve(source, found.behind, found.answer, found.behind_answer, found.answer);
        feed.answer = found.answer.value_or(U256{});
    }
    const auto computed = oracle.computed();
    oracle.decomposed = oracle.priced && computed && *computed == oracle.price;
    store_.rebuild_filter();
}

Result<void> Discovery::take_rate_probe(std::uint32_t which, const CallResult& result) {
    const Totals totals = probe(which);
    const auto ours = adaptive_rate(totals.supply_assets, totals.borrow_assets, store_.market.rate_at_target,
                                    store_.block.timestamp - totals.last_update);
    const auto theirs = number_in(result);
    if (!ours || !theirs || ours->average != *theirs) {
        refuse("interest rate model " + to_string(store_.terms.irm) +
               " does not count as AdaptiveCurveIrm does: " + (theirs ? to_string(*theirs) : "it reverts") + ", not " +
               (ours ? to_string(ours->average) : "a number"));
    }
    return {};
}

/// The contract accrues in the node's copy of the block, and says its totals then.
Result<void> Discovery::take_accrual(const CallResult& result) {
    if (!multicall_) return {};
    TRY(const auto parts, apart(result, 2));
    const auto ours =
        accrue(store_.market.totals, store_.terms.has_rate(), store_.market.rate_at_target, store_.block.timestamp);
    if (!parts[0].success || !parts[1].success) {
        if (ours) refuse("market " + to_string(store_.terms.id) + " cannot accrue interest");
        return {};
    }
    TRY(const auto theirs, totals_from(parts[1].data));
    if (!ours || ours->totals != theirs)
        refuse("market " + to_string(store_.terms.id) + " of " + to_string(store_.terms.morpho) +
               " does not count interest as Morpho Blue does");
    return {};
}

}  // namespace plimsoll::lending::morpho_blue
