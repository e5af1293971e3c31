// SPDX-License-Identifier: Apache-2.0
// Answers about reserves, eMode categories and prices.
#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/discovery.hpp"
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

/// A positive answer, as AaveOracle demands before it believes a source.
std::optional<U256> number_in(const CallResult& result) {
    if (!result.success || result.data.size() < 32) return std::nullopt;
    const auto word = Words(result.data).number(0);
    if (!word) return std::nullopt;
    return *word;
}

}  // namespace

/// Pool.getReserveData: the 15 words are the same in every version.
Result<void> Discovery::take_reserve_data(std::uint32_t place, const CallResult& result) {
    if (!result.success) return fail(Errc::Reverted, "getReserveData(" + to_string(list_[place]) + ")");
    const Words words(result.data);
    TRY(const auto raw_id, words.u64(7));
    if (raw_id >= kMaxReserves) return fail(Errc::Range, "reserve id " + std::to_string(raw_id));
    const auto id = static_cast<ReserveId>(raw_id);
    auto& reserves = store_.market.reserves;
    if (reserves.size() <= id) reserves.resize(static_cast<std::size_t>(id) + 1);
    Reserve fresh;
    fresh.version = reserves[id].version + 1;
    fresh.asset = list_[place];
    TRY(const auto config, words.number(0));
    fresh.state.config = ReserveConfig::decode(config);
    TRY(fresh.unit, Unit::of(fresh.state.config.decimals));
    TRY(fresh.state.liquidity_index, words.number(1));
    TRY(fresh.state.liquidity_rate, words.number(2));
    TRY(fresh.state.borrow_index, words.number(3));
    TRY(fresh.state.borrow_rate, words.number(4));
    TRY(fresh.state.last_update, words.u64(6));
    TRY(fresh.a_token, words.address(8));
    TRY(fresh.stable_token, words.address(9));
    TRY(fresh.debt_token, words.address(10));
    reserves[id] = std::move(fresh);
    store_.forget_history();
    store_.rebuild_roles();
    want(Read::Kind::Symbol, id);
    want(Read::Kind::Source, id);
    want(Read::Kind::AllPrices);
    return {};
}

Result<void> Discovery::take_reserve(const Read& read, const CallResult& result) {
    const auto id = static_cast<ReserveId>(read.a);
    if (read.kind == Read::Kind::Symbol) {
        const auto symbol = symbol_of(result.success ? ByteView(result.data) : ByteView());
        store_.market.reserves[id].symbol = symbol && !symbol->empty() ? *symbol : "token" + std::to_string(id);
        return {};
    }
    if (!result.success) return fail(Errc::Reverted, "reading reserve " + std::to_string(id));
    const Words words(result.data);
    if (read.kind == Read::Kind::Source) {
        TRY(const auto source, words.address(0));
        oracle::PriceSource plain;
        plain.resolve(source, {}, {}, {}, {});
        set_source(id, plain);
        if (!source.is_zero()) {
            resolving_[id] = {source, {}, {}};
            want(Read::Kind::Aggregator, id);
        }
        return {};
    }
    TRY(const auto word, words.number(0));
    const auto config = ReserveConfig::decode(word);
    if (config.decimals != store_.market.reserves[id].state.config.decimals)
        return fail(Errc::Mismatch, "the decimals of reserve " + std::to_string(id) + " changed");
    if (config == store_.market.reserves[id].state.config) return {};
    store_.notices.config_was(id, store_.market.reserves[id].state.config);
    store_.edit_reserve(id).config = config;
    store_.mark_holders(id);
    if (store_.market.profile.emode == Profile::EMode::Category) want_category(config.emode_category);
    return {};
}

Result<void> Discovery::take_emode(const Read& read, const CallResult& result) {
    if (!result.success) return fail(Errc::Reverted, "reading eMode category " + std::to_string(read.a));
    const auto id = static_cast<std::uint8_t>(read.a);
    const Words words(result.data);
    EModeCategory next = store_.market.emode(id);
    if (read.kind == Read::Kind::EModeData || read.kind == Read::Kind::EModeConfig) {
        // The old getter returns a dynamic tuple: its first word is the offset of the rest.
        const std::size_t first = read.kind == Read::Kind::EModeData ? 1 : 0;
        TRY(const auto ltv, words.u64(first));
        TRY(const auto threshold, words.u64(first + 1));
        TRY(const auto bonus, words.u64(first + 2));
        if (first == 1) {
            TRY(next.price_source, words.address(first + 3));
        }
        next.ltv = static_cast<std::uint16_t>(ltv);
        next.threshold = static_cast<std::uint16_t>(threshold);
        next.bonus = static_cast<std::uint16_t>(bonus);
    } else if (read.kind == Read::Kind::EModeCollaterals) {
        TRY(next.collateral_bitmap, words.narrow(0));
    } else if (read.kind == Read::Kind::EModeBorrowables) {
        TRY(next.borrowable_bitmap, words.narrow(0));
    } else if (read.kind == Read::Kind::EModeLtvzero) {
        TRY(next.ltvzero_bitmap, words.narrow(0));
    } else {
        TRY(next.isolated, words.boolean(0));
    }
    if (next.price_source.is_zero())
        next.price = {};
    else
        want(Read::Kind::EModePrice, id);
    if (next == store_.market.emode(id)) return {};
    store_.notices.emodes_were(store_.market.emodes);
    store_.edit_emode(id) = next;
    store_.mark_category(id);
    if (read.a + 8 > probed_categories_) want_categories_up_to(probed_categories_ + 16);
    return {};
}

Result<void> Discovery::take_price(const Read& read, const CallResult& result) {
    if (read.kind == Read::Kind::EModePrice) {
        const auto id = static_cast<std::uint8_t>(read.a);
        // Asked for before its source was taken away: the oracle's answer for no asset is one base unit.
        if (store_.market.emode(id).price_source.is_zero()) return {};
        const Price price{number_in(result).value_or(U256{})};
        if (store_.market.emode(id).price == price) return {};
        store_.edit_emode(id).price = price;
        store_.mark_category(id);
        return {};
    }
    if (read.kind == Read::Kind::OnePrice) {
        set_price(static_cast<ReserveId>(read.a), number_in(result));
        return {};
    }
    if (!result.success) {
        one_by_one_ = true;
        schedule_prices();
        return {};
    }
    TRY(const auto prices, abi::Reader(result.data).uints());
    std::size_t next = 0;
    for (std::size_t id = 0; id < store_.market.reserves.size(); ++id) {
        if (store_.market.reserves[id].asset.is_zero()) continue;
        if (next == prices.size()) return fail(Errc::Decode, "getAssetsPrices answers fewer prices than assets");
        set_price(static_cast<ReserveId>(id), prices[next++]);
    }
    return {};
}

/// The oracle's own price at the state's block; the source's events are held against it.
void Discovery::set_price(ReserveId id, const std::optional<U256>& price) {
    const ReserveState& now = store_.market.reserves[id].state;
    const Price read{price.value_or(U256{})};
    oracle::PriceSource source = now.source;
    source.compared(now.price, read);
    const bool moved = now.price != read || now.priced != price.has_value();
    const bool left = now.source.follows_events() && !source.follows_events();
    if (!moved && source == now.source) return;
    ReserveState& edit = store_.edit_reserve(id);
    edit.price = read;
    edit.priced = price.has_value();
    edit.source = source;
    if (moved) store_.mark_moved(id);
    if (left) store_.rebuild_roles();
}

void Discovery::set_source(ReserveId id, const oracle::PriceSource& source) {
    if (store_.market.reserves[id].state.source == source) return;
    store_.edit_reserve(id).source = source;
    store_.rebuild_roles();
}

/// aggregator() first; then, where there is one, both answers in one round.
Result<void> Discovery::take_source(const Read& read, const CallResult& result) {
    const auto id = static_cast<ReserveId>(read.a);
    const ReserveState& state = store_.market.reserves[id].state;
    const auto word = number_in(result);
    if (read.kind == Read::Kind::Aggregator) {
        std::optional<Address> behind;
        if (word) {
            if (const auto address = Words(result.data).address(0)) behind = *address;
        }
        oracle::PriceSource source = state.source;
        source.rechecked(behind);
        set_source(id, source);
        if (source.follows_events()) return {};
        if (!behind || behind->is_zero()) {
            resolving_.erase(id);
            return {};
        }
        resolving_[id] = {state.source.source, behind, {}};
        want(Read::Kind::SourceAnswer, id);
        want(Read::Kind::AggregatorAnswer, id);
        return {};
    }
    const auto found = resolving_.find(id);
    if (found == resolving_.end()) return {};  // asked in a block that is gone
    if (read.kind == Read::Kind::SourceAnswer) {
        found->second.answer = word;
        return {};
    }
    oracle::PriceSource source;
    const auto price = state.priced ? std::optional<U256>(state.price.value) : std::nullopt;
    source.resolve(state.source.source, found->second.behind, found->second.answer, word, price);
    resolving_.erase(found);
    set_source(id, source);
    return {};
}

}  // namespace plimsoll::lending::aave_v3
