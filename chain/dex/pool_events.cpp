// SPDX-License-Identifier: Apache-2.0
// How a PoolBook follows its pools by their events.
#include <algorithm>

#include "chain/dex/pool_book.hpp"
#include "chain/dex/pool_words.hpp"

namespace plimsoll::dex {

namespace {

/// Liquidity after the price moved from one tick to another, by the ticks between. Nothing when some are not known.
std::optional<u128> liquidity_after(const V3State& state, Tick to) {
    if (!state.ticks || !state.ticks->knows(state.word_of(state.tick)) || !state.ticks->knows(state.word_of(to)))
        return std::nullopt;
    const bool up = to > state.tick;
    const Tick low = std::min(state.tick, to);
    const Tick high = std::max(state.tick, to);
    const auto& ticks = state.ticks->ticks;
    const auto above = [](Tick tick, const TickInfo& info) { return tick < info.tick; };
    i128 sum = 0;
    for (auto it = std::upper_bound(ticks.begin(), ticks.end(), low, above); it != ticks.end() && it->tick <= high;
         ++it) {
        const bool lost = up ? __builtin_add_overflow(sum, it->net, &sum) : __builtin_sub_overflow(sum, it->net, &sum);
        if (lost) return std::nullopt;
    }
    const auto out = add_net(state.liquidity, sum);
    return out ? std::optional(*out) : std::nullopt;
}

/// Tick.update: `amount` of a position that begins or ends at `tick`.
Result<void> update_tick(TickTable& table, Tick tick, i128 gross, i128 net) {
    auto& ticks = table.ticks;
    auto it = std::lower_bound(ticks.begin(), ticks.end(), tick,
                               [](const TickInfo& info, Tick value) { return info.tick < value; });
    if (it == ticks.end() || it->tick != tick) it = ticks.insert(it, TickInfo{tick, 0, 0});
    TRY(it->gross, add_net(it->gross, gross));
    if (__builtin_add_overflow(it->net, net, &it->net))
        return fail(Errc::Math, "the net liquidity of a tick overflows");
    if (it->gross == 0) ticks.erase(it);
    return {};
}

}  // namespace

Result<void> PoolBook::apply(const BlockRef& block, std::span<const Log> logs) {
    if (started_ && block.parent != block_.hash) {
        return fail(Errc::Mismatch,
                    "block " + std::to_string(block.number) + " is no child of block " + std::to_string(block_.number));
    }
    undo_.push_back({block_, {}});
    if (undo_.size() > limits_.blocks) undo_.pop_front();
    started_ = true;
    block_ = block;
    round_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        // What was being read was of the block before.
        if (entries_[i].stage == Stage::Contract) restart(i);
        if (const auto* state = v3(i); state != nullptr && state->ticks == nullptr) entries_[i].extension.reset();
    }
    for (const auto& log : logs) {
        const auto it = index_.find(log.address);
        if (it == index_.end() || entries_[it->second].stage != Stage::Ready || log.topics.empty()) continue;
        const bool is_v3 = entries_[it->second].spec.kind == PoolKind::UniswapV3;
        const auto applied = is_v3 ? apply_v3(it->second, log) : apply_sync(it->second, log);
        if (!applied) return fail(applied.error(), "pool " + to_string(log.address));
    }
    return {};
}

Pool& PoolBook::edit(std::size_t index) {
    auto& saved = undo_.back().pools;
    const bool kept = std::any_of(saved.begin(), saved.end(), [&](const auto& entry) { return entry.first == index; });
    if (!kept) saved.emplace_back(index, pools_[index]);
    return pools_[index];
}

Result<void> PoolBook::apply_v3(std::size_t index, const Log& log) {
    const auto& kind = log.topics[0];
    if (kind == topic_of::kSwap) return apply_swap(index, log);
    if (kind == topic_of::kMint) return apply_position(index, log, true);
    if (kind == topic_of::kBurn) return apply_position(index, log, false);
    if (kind != topic_of::kInitialize) return {};
    auto& state = std::get<V3State>(edit(index).state);
    abi::Reader reader(log.data);
    TRY(state.sqrt_price, reader.uint(160));
    TRY(state.tick, read_tick(reader));
    return {};
}

Result<void> PoolBook::apply_swap(std::size_t index, const Log& log) {
    abi::Reader reader(log.data);
    TRY_VOID(reader.skip(2));
    TRY(const auto price, reader.uint(160));
    TRY(const auto liquidity, read_u128(reader));
    TRY(const auto tick, read_tick(reader));
    if (price < kMinSqrtRatio || price >= kMaxSqrtRatio) return fail(Errc::Range, "a price outside the range");
    auto& state = std::get<V3State>(edit(index).state);
    // An event lost before this one shows here.
    const auto expected = liquidity_after(state, tick);
    if (expected && *expected != liquidity) {
        return fail(Errc::Mismatch, "liquidity " + to_string(U256::from_u128(liquidity)) +
                                        " after a swap, our ticks say " + to_string(U256::from_u128(*expected)));
    }
    state.sqrt_price = price;
    state.tick = tick;
    state.liquidity = liquidity;
    if (!state.ticks) return {};
    const auto word = state.word_of(tick);
    const auto& table = *state.ticks;
    if (word < table.word_low - limits_.words || word > table.word_high + limits_.words) {
        state.ticks = nullptr;  // so far away that it is read anew around the price
        entries_[index].extension.reset();
        return {};
    }
    want_word(index, std::max(word - 1, state.word_of(kMinTick)));
    want_word(index, std::min(word + 1, state.word_of(kMaxTick)));
    return {};
}

Result<void> PoolBook::apply_position(std::size_t index, const Log& log, bool mint) {
    if (log.topics.size() != 4) return fail(Errc::Decode, "a position's event with topics missing");
    TRY(const auto lower, tick_of_topic(log.topics[2]));
    TRY(const auto upper, tick_of_topic(log.topics[3]));
    abi::Reader reader(log.data);
    if (mint) TRY_VOID(reader.skip(1));
    TRY(const auto amount, read_u128(reader));
    if (amount == 0) return {};
    if (amount >> 127U != 0) return fail(Errc::Range, "a position's liquidity beyond int128");
    const auto delta = mint ? static_cast<i128>(amount) : -static_cast<i128>(amount);
    auto& state = std::get<V3State>(edit(index).state);
    if (state.tick >= lower && state.tick < upper && !state.sqrt_price.is_zero()) {
        TRY(state.liquidity, add_net(state.liquidity, delta));
    }
    entries_[index].extension.reset();
    if (!state.ticks) return {};
    auto table = std::make_shared<TickTable>(*state.ticks);
    if (table->knows(state.word_of(lower))) TRY_VOID(update_tick(*table, lower, delta, delta));
    if (table->knows(state.word_of(upper))) TRY_VOID(update_tick(*table, upper, delta, -delta));
    state.ticks = std::move(table);
    return {};
}

Result<void> PoolBook::apply_sync(std::size_t index, const Log& log) {
    if (log.topics[0] != topic_of::kSync) return {};
    abi::Reader reader(log.data);
    auto& state = std::get<V2State>(edit(index).state);
    TRY(state.reserve0, reader.uint(112));
    TRY(state.reserve1, reader.uint(112));
    return {};
}

}  // namespace plimsoll::dex
