// SPDX-License-Identifier: Apache-2.0
// What a PoolBook reads: first what a pool is, then bitmap words and the ticks in them.
#include <algorithm>

#include "chain/dex/pool_book.hpp"
#include "chain/dex/pool_words.hpp"

namespace plimsoll::dex {

namespace {

constexpr Tick kMaxSpacing = 16'384;  // UniswapV3Factory.enableFeeAmount: below this

std::int32_t lowest_word(const V3State& state) {
    return state.word_of(kMinTick);
}
std::int32_t highest_word(const V3State& state) {
    return state.word_of(kMaxTick);
}

}  // namespace

std::vector<Call> PoolBook::reads(const BlockRef& head) {
    if (!started_ || head.hash != block_.hash) {
        const bool stands =
            std::any_of(entries_.begin(), entries_.end(), [](const Entry& e) { return e.stage == Stage::Ready; });
        // Once there is a state, only apply() and rewind() move it.
        if (started_ && stands && complete()) return {};
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].stage != Stage::Trouble) restart(i);
        }
        undo_.clear();
        block_ = head;
        started_ = true;
    }
    for (const auto& missing : wanted_) want_word(missing.pool, missing.word);
    wanted_.clear();
    round_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const bool room = entries_[i].stage == Stage::Contract ? ask_contract(i) : ask_extension(i);
        if (!room) break;
    }
    std::vector<Call> out;
    out.reserve(round_.size());
    for (const auto& read : round_) out.push_back(call_of(read, pools_[read.pool].address));
    return out;
}

Call PoolBook::call_of(const Read& read, const Address& pool) {
    switch (read.kind) {
        case Read::Kind::Token0:
            return {pool, call_data(call_of::kToken0)};
        case Read::Kind::Token1:
            return {pool, call_data(call_of::kToken1)};
        case Read::Kind::Fee:
            return {pool, call_data(call_of::kFee)};
        case Read::Kind::Spacing:
            return {pool, call_data(call_of::kTickSpacing)};
        case Read::Kind::Slot0:
            return {pool, call_data(call_of::kSlot0)};
        case Read::Kind::Liquidity:
            return {pool, call_data(call_of::kLiquidity)};
        case Read::Kind::Reserves:
            return {pool, call_data(call_of::kGetReserves)};
        case Read::Kind::Word:
            return {pool, call_data(call_of::kTickBitmap, read.at)};
        case Read::Kind::TickInfo:
            return {pool, call_data(call_of::kTicks, read.at)};
    }
    return {};
}

bool PoolBook::ask_contract(std::size_t index) {
    using Kind = Read::Kind;
    static constexpr Kind kV3[] = {Kind::Token0, Kind::Token1, Kind::Fee, Kind::Spacing, Kind::Slot0, Kind::Liquidity};
    static constexpr Kind kV2[] = {Kind::Token0, Kind::Token1, Kind::Reserves};
    const bool is_v3 = entries_[index].spec.kind == PoolKind::UniswapV3;
    const auto kinds = is_v3 ? std::span<const Kind>(kV3) : std::span<const Kind>(kV2);
    if (round_.size() + kinds.size() > limits_.calls) return false;
    for (const auto kind : kinds) round_.push_back({kind, index, 0});
    return true;
}

bool PoolBook::ask_extension(std::size_t index) {
    auto& entry = entries_[index];
    if (v3(index) == nullptr) return true;
    if (!entry.extension) start_extension(index);
    if (!entry.extension) return true;
    const auto& extension = *entry.extension;
    for (const auto word : extension.words) {
        if (round_.size() >= limits_.calls) return false;
        round_.push_back({Read::Kind::Word, index, word});
    }
    if (!extension.words.empty()) return true;
    for (const auto tick : extension.ticks) {
        if (round_.size() >= limits_.calls) return false;
        round_.push_back({Read::Kind::TickInfo, index, tick});
    }
    return true;
}

void PoolBook::want_around(std::size_t index, Tick tick) {
    const auto* state = v3(index);
    auto& entry = entries_[index];
    const auto word = state->word_of(tick);
    entry.want_low = std::max(word - limits_.words_around, lowest_word(*state));
    entry.want_high = std::min(word + limits_.words_around, highest_word(*state));
}

/// Words that are known stay known, and what is known doubles, so that few rounds lead far; beyond the limit of a pool
/// nothing is added.
void PoolBook::want_word(std::size_t index, std::int32_t word) {
    const auto* state = v3(index);
    if (state == nullptr || state->ticks == nullptr || state->ticks->knows(word)) return;
    auto& entry = entries_[index];
    const auto& table = *state->ticks;
    const auto further = std::max(limits_.words_ahead, table.word_high - table.word_low + 1);
    entry.want_low = std::min(entry.want_low, table.word_low);
    entry.want_high = std::max(entry.want_high, table.word_high);
    if (word < table.word_low) {
        const auto low = std::max(
            {lowest_word(*state), std::min(word, table.word_low - further), entry.want_high - limits_.words + 1});
        entry.want_low = std::min(entry.want_low, low);
    } else {
        const auto high = std::min(
            {highest_word(*state), std::max(word, table.word_high + further), entry.want_low + limits_.words - 1});
        entry.want_high = std::max(entry.want_high, high);
    }
}

void PoolBook::start_extension(std::size_t index) {
    const auto* state = v3(index);
    auto& entry = entries_[index];
    if (state->sqrt_price.is_zero()) return;
    Extension next;
    if (state->ticks == nullptr) {
        want_around(index, state->tick);
        next.low = entry.want_low;
        next.high = entry.want_high;
    } else if (entry.want_low < state->ticks->word_low) {
        next.low = entry.want_low;
        next.high = state->ticks->word_low - 1;
    } else if (entry.want_high > state->ticks->word_high) {
        next.low = state->ticks->word_high + 1;
        next.high = entry.want_high;
    } else {
        return;
    }
    for (auto word = next.low; word <= next.high; ++word) next.words.push_back(word);
    entry.extension = std::move(next);
}

Result<void> PoolBook::answer(const BlockRef& head, std::span<const CallResult> results) {
    if (!started_ || head.hash != block_.hash)
        return fail(Errc::Mismatch,
                    "answers of block " + to_string(head.hash) + ", the pools' state is of " + to_string(block_.hash));
    if (results.size() != round_.size())
        return fail(Errc::Mismatch, std::to_string(results.size()) + " answers to " + std::to_string(round_.size()) +
                                        " reads of pools");
    const auto round = std::exchange(round_, {});
    for (std::size_t i = 0; i < round.size(); ++i) {
        const auto& read = round[i];
        auto& entry = entries_[read.pool];
        const bool of_ticks = read.kind == Read::Kind::Word || read.kind == Read::Kind::TickInfo;
        if (entry.stage == Stage::Trouble || (of_ticks && !entry.extension)) continue;
        const auto* state = v3(read.pool);
        if (!results[i].success && of_ticks && state->ticks != nullptr) {
            // A node that ran out of gas: what is known stays good, and the next quote asks again.
            entry.extension.reset();
            entry.want_low = state->ticks->word_low;
            entry.want_high = state->ticks->word_high;
            continue;
        }
        auto taken = results[i].success ? take(read, results[i]) : fail(Errc::Reverted, "the call reverts");
        if (taken) continue;
        const auto kind = to_string(entries_[read.pool].spec.kind);
        set_trouble(read.pool, "does not answer as a pool of kind " + std::string(kind) + ": " + taken.error().message);
    }
    for (std::size_t i = 0; i < round.size(); ++i) {
        if (i > 0 && round[i].pool == round[i - 1].pool) continue;
        finish_contract(round[i].pool);
        finish_extension(round[i].pool);
    }
    return {};
}

Result<void> PoolBook::take(const Read& read, const CallResult& result) {
    auto& pool = pools_[read.pool];
    auto& entry = entries_[read.pool];
    abi::Reader reader(result.data);
    auto* state = std::get_if<V3State>(&pool.state);
    switch (read.kind) {
        case Read::Kind::Token0: {
            TRY(pool.token0, reader.address());
            return {};
        }
        case Read::Kind::Token1: {
            TRY(pool.token1, reader.address());
            return {};
        }
        case Read::Kind::Reserves: {
            auto& pair = std::get<V2State>(pool.state);
            TRY(pair.reserve0, reader.uint(112));
            TRY(pair.reserve1, reader.uint(112));
            return {};
        }
        case Read::Kind::Fee: {
            TRY(const auto fee, reader.uint64());
            if (fee >= kFeeUnit) return fail(Errc::Range, "a fee of everything");
            state->fee = static_cast<std::uint32_t>(fee);
            return {};
        }
        case Read::Kind::Spacing: {
            TRY(state->spacing, read_tick(reader));
            if (state->spacing <= 0 || state->spacing >= kMaxSpacing) return fail(Errc::Range, "a bad tick spacing");
            return {};
        }
        case Read::Kind::Slot0: {
            TRY(const auto slot0, read_slot0(result.data));
            state->sqrt_price = slot0.sqrt_price;
            state->tick = slot0.tick;
            return {};
        }
        case Read::Kind::Liquidity: {
            TRY(state->liquidity, read_u128(reader));
            return {};
        }
        case Read::Kind::Word: {
            TRY(const auto bits, reader.uint());
            return take_word(*entry.extension, read, bits, state->spacing);
        }
        case Read::Kind::TickInfo: {
            TRY(const auto info, read_tick_info(read.at, result.data));
            if (info.gross == 0) return fail(Errc::Mismatch, "a tick of the bitmap without liquidity");
            auto& extension = *entry.extension;
            extension.found.push_back(info);
            extension.ticks.erase(std::find(extension.ticks.begin(), extension.ticks.end(), read.at));
            return {};
        }
    }
    return {};
}

Result<void> PoolBook::take_word(Extension& extension, const Read& read, const U256& bits, Tick spacing) {
    extension.words.erase(std::find(extension.words.begin(), extension.words.end(), read.at));
    for (unsigned i = 0; i < 256; ++i) {
        if (!bits.bit(i)) continue;
        const Tick tick = (read.at * 256 + static_cast<Tick>(i)) * spacing;
        if (tick < kMinTick || tick > kMaxTick) return fail(Errc::Range, "a tick outside Uniswap V3's range");
        extension.ticks.push_back(tick);
    }
    if (extension.ticks.size() > limits_.ticks)
        return fail(Errc::Range, "more than " + std::to_string(limits_.ticks) + " ticks");
    return {};
}

void PoolBook::finish_contract(std::size_t index) {
    auto& entry = entries_[index];
    if (entry.stage != Stage::Contract) return;
    if (pools_[index].token0 >= pools_[index].token1) {
        set_trouble(index, "token0 is not below token1");
        return;
    }
    entry.stage = Stage::Ready;
    entry.since = block_.number;
}

void PoolBook::finish_extension(std::size_t index) {
    auto& entry = entries_[index];
    if (!entry.extension || !entry.extension->words.empty() || !entry.extension->ticks.empty()) return;
    auto extension = *std::exchange(entry.extension, std::nullopt);
    auto& state = std::get<V3State>(pools_[index].state);
    TickTable table;
    table.word_low = extension.low;
    table.word_high = extension.high;
    if (state.ticks) {
        table = *state.ticks;
        table.word_low = std::min(table.word_low, extension.low);
        table.word_high = std::max(table.word_high, extension.high);
    }
    table.ticks.insert(table.ticks.end(), extension.found.begin(), extension.found.end());
    std::sort(table.ticks.begin(), table.ticks.end(),
              [](const TickInfo& a, const TickInfo& b) { return a.tick < b.tick; });
    if (table.ticks.size() > limits_.ticks) {
        set_trouble(index, "more than " + std::to_string(limits_.ticks) + " ticks");
        return;
    }
    state.ticks = std::make_shared<const TickTable>(std::move(table));
}

}  // namespace plimsoll::dex
