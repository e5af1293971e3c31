// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/route.hpp"
#include "tests/bench/cases.hpp"

namespace plimsoll::bench {

namespace {

constexpr std::uint64_t kLiquidity = 1'000'000'000'000'000'000;

Address address_of(std::size_t number) {
    Address out;
    out.bytes[18] = static_cast<std::uint8_t>(number >> 8U);
    out.bytes[19] = static_cast<std::uint8_t>(number);
    return out;
}

/// As deep as a large pool of mainnet: 400 initialised ticks on either side, ranges over ranges.
dex::Pool pool(std::size_t number, std::size_t token0, std::size_t token1, std::uint32_t fee) {
    dex::TickTable table;
    dex::V3State state;
    state.sqrt_price = dex::kQ96;
    state.fee = fee;
    state.spacing = 10;
    for (int i = 400; i >= 1; --i) table.ticks.push_back({-10 * i, kLiquidity, static_cast<dex::i128>(kLiquidity)});
    for (int i = 1; i <= 400; ++i) table.ticks.push_back({10 * i, kLiquidity, -static_cast<dex::i128>(kLiquidity)});
    state.liquidity = u128{400} * kLiquidity;
    table.word_low = -20;
    table.word_high = 20;
    state.ticks = std::make_shared<const dex::TickTable>(std::move(table));
    return {address_of(number), address_of(token0), address_of(token1), state};
}

}  // namespace

void dex_cases(const Scale& scale) {
    const std::size_t count = scale.smoke ? 2 : 200;
    const std::vector<dex::Pool> pools = {pool(10, 1, 2, 500),  pool(11, 1, 2, 3000),  pool(12, 1, 3, 500),
                                          pool(13, 2, 3, 500),  pool(14, 1, 4, 3000),  pool(15, 3, 4, 100),
                                          pool(16, 2, 4, 3000), pool(17, 1, 2, 10'000)};
    const auto measure = [&](std::string_view name, std::uint64_t thousandths, std::uint32_t ticks_least) {
        const U256 amount = *checked_mul(U256{kLiquidity / 1'000}, U256{thousandths});
        const auto once = dex::quote(pools[0], true, amount, dex::Exact::In);
        if (!once.complete() || once.ticks_crossed < ticks_least)
            throw std::runtime_error("not the quote it should be");
        report(name, "ns", time_each(scale.repeats, count, [&](std::size_t) {
                   keep(dex::quote(pools[0], true, amount, dex::Exact::In).amount_out);
               }));
    };
    measure("dex-quote", 1, 0);
    measure("dex-quote-ticks", 12'000, 30);
    const U256 sale = *checked_mul(U256{kLiquidity}, U256{5});
    report("dex-split", "ns", time_each(scale.repeats, scale.smoke ? 1 : 3, [&](std::size_t) {
               keep(dex::best_split(pools, address_of(1), address_of(2), sale).amount_out);
           }));
}

}  // namespace plimsoll::bench
