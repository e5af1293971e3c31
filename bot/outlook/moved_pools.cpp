// SPDX-License-Identifier: Apache-2.0
#include "bot/outlook/moved_pools.hpp"

#include <algorithm>
#include <memory>

namespace plimsoll::bot::outlook {

namespace {

/// Rounded down.
std::uint64_t root(std::uint64_t value) {
    std::uint64_t low = 0;
    std::uint64_t high = 4'294'967'295;
    while (low < high) {
        const std::uint64_t middle = low + (high - low + 1) / 2;
        if (middle <= value / middle)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/// A ratio as a fraction of small numbers.
struct Part {
    std::uint64_t above = kWhole;
    std::uint64_t below = kWhole;
};

/// What token0 is worth in token1 then, by what it is now.
Part price_moved(const dex::Pool& pool, const Course& course, std::uint32_t part) {
    const auto of = [&](const Address& token) {
        const bool moves = std::find(course.assets.begin(), course.assets.end(), token) != course.assets.end();
        return moves ? moved(Price{U256{kWhole}}, course, part).value.low_u64() : std::uint64_t{kWhole};
    };
    return {of(pool.token0), of(pool.token1)};
}

/// sqrt(above / below), 1e9 scaled; nullopt where nothing is left of the price.
std::uint64_t root_of(const Part& part) {
    constexpr std::uint64_t kScale = 1'000'000'000'000;
    // Millionths: their ratio has the same root whatever both are scaled by.
    const std::uint64_t ratio = part.above * (kScale / kWhole) / part.below * kWhole;
    return root(ratio) * (1'000'000'000 / kWhole);
}

constexpr std::uint64_t kRootScale = 1'000'000'000;

dex::V3State shifted(dex::V3State state, dex::Tick by) {
    const auto ratio = dex::sqrt_ratio_at_tick(by);
    const auto price = ratio ? mul_div_down(state.sqrt_price, *ratio, dex::kQ96) : ratio;
    const auto tick = price ? dex::tick_at_sqrt_ratio(*price) : Math<dex::Tick>(tl::unexpected(MathError::Overflow));
    if (!tick || !state.ticks) return state;
    state.sqrt_price = *price;
    state.tick = *tick;
    auto table = *state.ticks;
    const dex::Tick word = 256 * state.spacing;
    const auto up = [&](dex::Tick at) { return -dex::floor_div(-at, word); };
    const bool known = table.word_low <= table.word_high;
    if (known) {
        const dex::Tick low = table.word_low * word + by;
        const dex::Tick end = (table.word_high + 1) * word + by;
        table.word_low = up(low);
        table.word_high = dex::floor_div(end, word) - 1;
    }
    for (auto& entry : table.ticks) entry.tick += by;
    std::erase_if(table.ticks,
                  [&](const dex::TickInfo& entry) { return !table.knows(dex::floor_div(entry.tick, word)); });
    state.ticks = std::make_shared<const dex::TickTable>(std::move(table));
    return state;
}

}  // namespace

dex::Tick ticks_moved(const dex::Pool& pool, const Course& course, std::uint32_t part) {
    const Part price = price_moved(pool, course, part);
    if (price.above == price.below || price.above == 0 || price.below == 0) return 0;
    const auto ratio = mul_div_down(dex::kQ96, U256{root_of(price)}, U256{kRootScale});
    const auto tick = ratio ? dex::tick_at_sqrt_ratio(*ratio) : Math<dex::Tick>(tl::unexpected(MathError::Overflow));
    return tick ? *tick : 0;
}

dex::Pool moved(dex::Pool pool, const Course& course, std::uint32_t part) {
    const dex::Tick by = ticks_moved(pool, course, part);
    if (by == 0) return pool;
    if (auto* state = std::get_if<dex::V3State>(&pool.state)) {
        *state = shifted(*state, by);
    } else if (auto* pair = std::get_if<dex::V2State>(&pool.state)) {
        const U256 factor{root_of(price_moved(pool, course, part))};
        pair->reserve0 = mul_div_down(pair->reserve0, U256{kRootScale}, factor).value_or(pair->reserve0);
        pair->reserve1 = mul_div_down(pair->reserve1, factor, U256{kRootScale}).value_or(pair->reserve1);
    }
    return pool;
}

}  // namespace plimsoll::bot::outlook
