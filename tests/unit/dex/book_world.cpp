// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/dex/book_world.hpp"

#include <algorithm>
#include <stdexcept>

#include "chain/dex/pool_words.hpp"

namespace plimsoll::dex::made {

namespace {

Hash32 topic_of_tick(Tick tick) {
    return Hash32{I256::from_i64(tick).word.to_be_bytes()};
}

const TickInfo* find_tick(const V3State& state, Tick tick) {
    for (const auto& info : state.ticks->ticks) {
        if (info.tick == tick) return &info;
    }
    return nullptr;
}

I256 signed_of(i128 value) {
    const auto size = U256::from_u128(value < 0 ? static_cast<u128>(-value) : static_cast<u128>(value));
    if (value >= 0) return I256{size};
    return I256{*checked_add(*checked_sub(kU256Max, size), U256{1})};
}

Bytes v3_answer(const Pool& pool, const V3State& state, ByteView data) {
    const auto is = [&](Selector selector) {
        return std::equal(selector.bytes.begin(), selector.bytes.end(), data.begin());
    };
    abi::Reader reader(data.subspan(4));
    if (is(call_of::kToken0)) return abi::Encoder().address(pool.token0).finish();
    if (is(call_of::kToken1)) return abi::Encoder().address(pool.token1).finish();
    if (is(call_of::kFee)) return abi::Encoder().uint(state.fee).finish();
    if (is(call_of::kTickSpacing)) return abi::Encoder().sint(I256::from_i64(state.spacing)).finish();
    if (is(call_of::kLiquidity)) return abi::Encoder().uint(U256::from_u128(state.liquidity)).finish();
    if (is(call_of::kSlot0)) {
        abi::Encoder out;
        out.uint(state.sqrt_price).sint(I256::from_i64(state.tick));
        for (int i = 0; i < 4; ++i) out.uint({});
        return out.boolean(true).finish();
    }
    if (is(call_of::kTickBitmap)) {
        const auto word = read_tick(reader).value();
        U256 bits;
        for (const auto& info : state.ticks->ticks) {
            if (state.word_of(info.tick) == word)
                bits = bits.with_bit(static_cast<unsigned>(info.tick / state.spacing - word * 256), true);
        }
        return abi::Encoder().uint(bits).finish();
    }
    if (is(call_of::kTicks)) {
        const auto* info = find_tick(state, read_tick(reader).value());
        abi::Encoder out;
        out.uint(U256::from_u128(info == nullptr ? 0 : info->gross));
        out.sint(info == nullptr ? I256{} : signed_of(info->net));
        for (int i = 0; i < 6; ++i) out.uint({});
        return out.finish();
    }
    return {};
}

void change_tick(TickTable& table, Tick tick, i128 gross, i128 net) {
    auto it =
        std::find_if(table.ticks.begin(), table.ticks.end(), [&](const TickInfo& info) { return info.tick >= tick; });
    if (it == table.ticks.end() || it->tick != tick) it = table.ticks.insert(it, TickInfo{tick, 0, 0});
    it->gross = *add_net(it->gross, gross);
    it->net += net;
    if (it->gross == 0) table.ticks.erase(it);
}

}  // namespace

std::size_t BookWorld::add(Pool pool) {
    pools_.push_back(std::move(pool));
    if (head_.number == 0) advance();
    return pools_.size() - 1;
}

std::vector<PoolSpec> BookWorld::specs() const {
    std::vector<PoolSpec> out;
    for (const auto& pool : pools_) out.push_back({pool.address, pool.kind()});
    return out;
}

Log BookWorld::log(std::size_t index, const Hash32& topic) const {
    Log out;
    out.address = pools_[index].address;
    out.topics = {topic};
    return out;
}

void BookWorld::swap(std::size_t index, bool zero_for_one, std::uint64_t amount) {
    auto& pool = pools_[index];
    if (!dex::swap(pool, zero_for_one, U256{amount}, Exact::In).complete()) throw std::runtime_error("no such swap");
    if (const auto* pair = std::get_if<V2State>(&pool.state)) {
        logs_.push_back(log(index, topic_of::kSync));
        logs_.back().data = abi::Encoder().uint(pair->reserve0).uint(pair->reserve1).finish();
        return;
    }
    const auto& state = std::get<V3State>(pool.state);
    logs_.push_back(log(index, topic_of::kSwap));
    logs_.back().topics.resize(3);
    logs_.back().data = abi::Encoder()
                            .uint({})
                            .uint({})
                            .uint(state.sqrt_price)
                            .uint(U256::from_u128(state.liquidity))
                            .sint(I256::from_i64(state.tick))
                            .finish();
}

void BookWorld::position(std::size_t index, Tick lower, Tick upper, std::uint64_t liquidity, bool mint) {
    auto& state = std::get<V3State>(pools_[index].state);
    auto table = *state.ticks;
    const i128 delta = mint ? static_cast<i128>(liquidity) : -static_cast<i128>(liquidity);
    if (liquidity != 0) {
        change_tick(table, lower, delta, delta);
        change_tick(table, upper, delta, -delta);
    }
    if (state.tick >= lower && state.tick < upper) state.liquidity = *add_net(state.liquidity, delta);
    state.ticks = std::make_shared<const TickTable>(std::move(table));
    logs_.push_back(log(index, mint ? topic_of::kMint : topic_of::kBurn));
    auto& event = logs_.back();
    event.topics.insert(event.topics.end(), {Hash32(), topic_of_tick(lower), topic_of_tick(upper)});
    abi::Encoder data;
    if (mint) data.address(address_of(0xee));
    event.data = data.uint(U256{liquidity}).uint({}).uint({}).finish();
}

void BookWorld::initialize(std::size_t index, Tick tick) {
    auto& state = std::get<V3State>(pools_[index].state);
    state.tick = tick;
    state.sqrt_price = *sqrt_ratio_at_tick(tick);
    logs_.push_back(log(index, topic_of::kInitialize));
    logs_.back().data = abi::Encoder().uint(state.sqrt_price).sint(I256::from_i64(tick)).finish();
}

void BookWorld::advance(std::uint8_t branch) {
    head_.parent = head_.hash;
    ++head_.number;
    head_.hash = Hash32();
    head_.hash.bytes[0] = branch;
    head_.hash.bytes[30] = static_cast<std::uint8_t>(head_.number >> 8U);
    head_.hash.bytes[31] = static_cast<std::uint8_t>(head_.number);
    head_.timestamp += 12;
    block_logs_ = std::exchange(logs_, {});
}

CallResult BookWorld::answer(const Call& call) const {
    for (const auto& pool : pools_) {
        if (pool.address != call.to) continue;
        if (const auto* state = std::get_if<V3State>(&pool.state)) return {true, v3_answer(pool, *state, call.data)};
        const auto& pair = std::get<V2State>(pool.state);
        const ByteView data(call.data);
        if (data[3] == call_of::kGetReserves.bytes[3])
            return {true, abi::Encoder().uint(pair.reserve0).uint(pair.reserve1).uint({}).finish()};
        V3State tokens;
        return {true, v3_answer(pool, tokens, call.data)};
    }
    return {true, {}};  // no code there
}

std::size_t BookWorld::round(PoolBook& book) {
    const auto calls = book.reads(head_);
    std::vector<CallResult> answers;
    for (const auto& call : calls) answers.push_back(answer(call));
    if (calls.empty()) return 0;
    const auto taken = book.answer(head_, answers);
    if (!taken) throw std::runtime_error(taken.error().message);
    return calls.size();
}

std::size_t BookWorld::sync(PoolBook& book) {
    std::size_t calls = 0;
    for (int i = 0; i < 100; ++i) {
        const auto more = round(book);
        if (more == 0) return calls;
        calls += more;
    }
    throw std::runtime_error("the book wants ever more read");
}

bool same(const PoolBook& book, const BookWorld& world, std::size_t index) {
    Pool ours = book.pools()[index];
    Pool theirs = world.pool(index);
    if (auto* state = std::get_if<V3State>(&theirs.state)) {
        const auto* known = std::get<V3State>(ours.state).ticks.get();
        if (known == nullptr) return false;
        TickTable part{known->word_low, known->word_high, {}};
        for (const auto& info : state->ticks->ticks) {
            if (part.knows(state->word_of(info.tick))) part.ticks.push_back(info);
        }
        state->ticks = std::make_shared<const TickTable>(std::move(part));
    }
    return ours == theirs;
}

}  // namespace plimsoll::dex::made
