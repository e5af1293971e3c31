// SPDX-License-Identifier: Apache-2.0
#include "chain/tx/fees.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace plimsoll;
using tx::Bid;
using tx::Urgency;

namespace {

Wei wei(std::uint64_t value) {
    return Wei{U256{value}};
}

constexpr std::uint64_t kGwei = 1'000'000'000;
const Wei kNoCeiling{kU256Max};

/// The pool's own condition, as list.Add of geth writes it.
bool pool_accepts(const Bid& old, const Bid& next) {
    if (old.max_fee >= next.max_fee || old.max_priority_fee >= next.max_priority_fee) return false;
    const auto threshold = [](const Wei& fee) { return Wei{*div_down(*checked_mul(fee.value, U256{110}), U256{100})}; };
    return next.max_fee >= threshold(old.max_fee) && next.max_priority_fee >= threshold(old.max_priority_fee);
}

}  // namespace

TEST_CASE("M44 the next base fee is that of EIP-1559") {
    // The cases of go-ethereum's consensus tests (limit 20,000,000, base fee 1 gwei), and real mainnet blocks.
    const struct {
        std::uint64_t base, used, limit, next;
    } cases[] = {
        {1'000'000'000, 10'000'000, 20'000'000, 1'000'000'000},  // at the target
        {1'000'000'000, 9'000'000, 20'000'000, 987'500'000},     // below
        {1'000'000'000, 11'000'000, 20'000'000, 1'012'500'000},  // above
        {1'000'000'000, 0, 20'000'000, 875'000'000},
        {1'000'000'000, 20'000'000, 20'000'000, 1'125'000'000},
        {7, 10'000'001, 20'000'000, 8},  // rises by one at least
        {7, 9'999'999, 20'000'000, 7},   // falls by the floor
        {0, 20'000'000, 20'000'000, 1},
        {0, 0, 20'000'000, 0},
    };
    for (const auto& c : cases) {
        CAPTURE(c.base);
        CAPTURE(c.used);
        CHECK(tx::next_base_fee(wei(c.base), c.used, c.limit)->value == U256{c.next});
    }
    CHECK(tx::next_base_fee(wei(7), 0, 1).error() == MathError::DivisionByZero);
    CHECK(tx::next_base_fee(wei(7), 0, 100, {0, 8}).error() == MathError::DivisionByZero);
    CHECK(tx::next_base_fee(wei(7), 0, 100, {2, 0}).error() == MathError::DivisionByZero);
    CHECK(tx::next_base_fee(kNoCeiling, 100, 100).error() == MathError::Overflow);
    // OP Stack after Canyon: 6 and 250.
    CHECK(tx::next_base_fee(wei(kGwei), 60'000'000, 60'000'000, {6, 250})->value == U256{1'020'000'000});
}

TEST_CASE("M44 the highest base fee after full blocks") {
    CHECK(tx::highest_base_fee(wei(1'000'000'000), 0) == wei(1'000'000'000));
    CHECK(tx::highest_base_fee(wei(1'000'000'000), 1) == wei(1'125'000'000));
    CHECK(tx::highest_base_fee(wei(1'000'000'000), 2) == wei(1'265'625'000));
    CHECK(tx::highest_base_fee(wei(0), 2) == wei(2));
    CHECK(tx::highest_base_fee(kNoCeiling, 3) == kNoCeiling);
}

TEST_CASE("M30 M44 bids follow what was paid and stay below the ceiling") {
    const Wei paid[] = {wei(3 * kGwei), wei(1 * kGwei), wei(2 * kGwei)};
    const tx::FeeHistory history{wei(8 * kGwei), paid};
    const Bid normal = tx::bid(history, Urgency::Normal, kNoCeiling);
    CHECK(normal.max_priority_fee == wei(2 * kGwei));
    CHECK(normal.max_fee.value == checked_add(tx::highest_base_fee(wei(8 * kGwei), 4), wei(2 * kGwei))->value);
    const Bid urgent = tx::bid(history, Urgency::Urgent, kNoCeiling);
    CHECK(urgent.max_priority_fee == wei(3 * kGwei));
    CHECK(urgent.max_fee.value == checked_add(tx::highest_base_fee(wei(8 * kGwei), 8), wei(3 * kGwei))->value);

    CHECK(tx::bid(history, Urgency::Urgent, wei(9 * kGwei)) == Bid{wei(9 * kGwei), wei(3 * kGwei)});
    CHECK(tx::bid(history, Urgency::Urgent, wei(kGwei)) == Bid{wei(kGwei), wei(kGwei)});
    const Wei nothing[] = {wei(0), wei(0)};
    CHECK(tx::bid({wei(kGwei), nothing}, Urgency::Normal, kNoCeiling).max_priority_fee == wei(1'000'000));
    CHECK(tx::bid({wei(kGwei), {}}, Urgency::Normal, kNoCeiling).max_priority_fee == wei(1'000'000));
    CHECK(tx::bid({kNoCeiling, paid}, Urgency::Normal, kNoCeiling).max_fee == kNoCeiling);
}

TEST_CASE("M04 M06 replacements satisfy the pool, and one wei less does not") {
    std::mt19937_64 rng(7);
    for (int i = 0; i < 5000; ++i) {
        const auto any = [&] { return Wei{shift_right(U256{0, 0, rng(), rng()}, static_cast<unsigned>(rng() % 128))}; };
        const Bid old{any(), any()};
        const Bid least = tx::least_replacement(old);
        CAPTURE(to_string(old.max_fee));
        CAPTURE(to_string(old.max_priority_fee));
        REQUIRE(pool_accepts(old, least));
        REQUIRE_FALSE(pool_accepts(old, {Wei{saturating_sub(least.max_fee.value, U256{1})}, least.max_priority_fee}));
        REQUIRE_FALSE(pool_accepts(old, {least.max_fee, Wei{saturating_sub(least.max_priority_fee.value, U256{1})}}));
        const Bid fresh{any(), any()};
        if (const auto next = tx::replacement(old, fresh, any())) {
            REQUIRE(pool_accepts(old, *next));
            REQUIRE(next->max_priority_fee <= next->max_fee);
        }
    }
}

TEST_CASE("M06 M09 a replacement: an eighth and a wei, the fresh bid if higher, the ceiling if between") {
    const Bid old{wei(80), wei(8)};
    const Bid low{wei(1), wei(1)};
    CHECK(*tx::replacement(old, low, kNoCeiling) == Bid{wei(91), wei(10)});
    CHECK(*tx::replacement(old, {wei(200), wei(50)}, kNoCeiling) == Bid{wei(200), wei(50)});
    CHECK(*tx::replacement(old, low, wei(91)) == Bid{wei(91), wei(10)});
    CHECK(*tx::replacement(old, low, wei(90)) == Bid{wei(90), wei(10)});
    CHECK(*tx::replacement(old, {wei(200), wei(150)}, wei(100)) == Bid{wei(100), wei(100)});
    CHECK(*tx::replacement(old, low, wei(88)) == Bid{wei(88), wei(10)});
    CHECK_FALSE(tx::replacement(old, low, wei(87)));  // 88 is the least that pools take
    CHECK_FALSE(tx::replacement({kNoCeiling, wei(1)}, low, kNoCeiling));
    CHECK_FALSE(tx::replacement({wei(80), wei(85)}, low, wei(88)));  // the priority fee finds no room
}

TEST_CASE("blocks that were missed make a share of the loss worth paying for inclusion") {
    const Wei loss{*checked_mul(U256{10}, U256::literal("1'000'000'000'000'000'000"))};  // 10 coins
    constexpr Gas kGas = 1'000'000;
    CHECK(tx::stake_priority(loss, kGas, 0) == wei(0));
    CHECK(tx::stake_priority(loss, kGas, 1) == wei(100 * kGwei));  // 0.1 coins
    CHECK(tx::stake_priority(loss, kGas, 3) == wei(500 * kGwei));
    CHECK(tx::stake_priority(loss, kGas, 5) == wei(2'500 * kGwei));
    CHECK(tx::stake_priority(loss, kGas, 1'000) == wei(2'500 * kGwei));
    CHECK(tx::stake_priority(loss, 0, 5) == wei(0));
    CHECK(tx::stake_priority(kNoCeiling, 1, 5).value == *div_down(kU256Max, U256{4}));
}

TEST_CASE("P12 a bid has the priority fee that is asked for, within the ceiling") {
    const tx::FeeHistory empty{wei(kGwei), {}};
    CHECK(tx::bid(empty, Urgency::Urgent, kNoCeiling).max_priority_fee == wei(1'000'000));
    const auto high = tx::bid(empty, Urgency::Urgent, kNoCeiling, wei(50 * kGwei));
    CHECK(high.max_priority_fee == wei(50 * kGwei));
    CHECK(high.max_fee > wei(51 * kGwei));
    const auto low = tx::bid(empty, Urgency::Urgent, wei(20 * kGwei), wei(50 * kGwei));
    CHECK(low.max_fee == wei(20 * kGwei));
    CHECK(low.max_priority_fee == wei(20 * kGwei));
}
