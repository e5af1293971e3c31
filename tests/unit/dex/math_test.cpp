// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "chain/dex/pool_words.hpp"
#include "chain/dex/swap_math.hpp"

using namespace plimsoll;
using namespace plimsoll::dex;

namespace {

U256 number(const char* decimal) {
    return U256::from_decimal(decimal).value();
}

}  // namespace

TEST_CASE("ratios at the ends of the range and at ticks of the public tests") {
    struct Row {
        Tick tick;
        const char* ratio;
    };
    const Row rows[] = {
        {kMinTick, "4295128739"},
        {kMinTick + 1, "4295343490"},
        {0, "79228162514264337593543950336"},
        {kMaxTick - 1, "1461373636630004318706518188784493106690254656249"},
        {kMaxTick, "1461446703485210103287273052203988822378723970342"},
    };
    for (const auto& row : rows) CHECK(to_string(sqrt_ratio_at_tick(row.tick).value()) == row.ratio);
    CHECK(sqrt_ratio_at_tick(kMinTick - 1).error() == MathError::Overflow);
    CHECK(sqrt_ratio_at_tick(kMaxTick + 1).error() == MathError::Overflow);
    CHECK(tick_at_sqrt_ratio(saturating_sub(kMinSqrtRatio, U256{1})).error() == MathError::Overflow);
    CHECK(tick_at_sqrt_ratio(kMaxSqrtRatio).error() == MathError::Overflow);
    CHECK(tick_at_sqrt_ratio(saturating_sub(kMaxSqrtRatio, U256{1})).value() == kMaxTick - 1);
}

TEST_CASE("a tick is the tick of its ratio, and one unit below it is the tick before") {
    Tick tick = kMinTick;
    U256 last;
    while (tick < kMaxTick) {
        const U256 ratio = sqrt_ratio_at_tick(tick).value();
        REQUIRE(ratio > last);
        REQUIRE(tick_at_sqrt_ratio(ratio).value() == tick);
        if (tick > kMinTick) REQUIRE(tick_at_sqrt_ratio(saturating_sub(ratio, U256{1})).value() == tick - 1);
        last = ratio;
        tick += tick % 7 == 0 ? 1 : 97;
    }
}

TEST_CASE("a ratio and that of the opposite tick multiply to one") {
    for (Tick tick = 1; tick < 400'000; tick = tick * 3 + 1) {
        const U256 up = sqrt_ratio_at_tick(tick).value();
        const U256 down = sqrt_ratio_at_tick(-tick).value();
        const U256 product = mul_div_down(up, down, kQ96).value();
        const U256 off = product > kQ96 ? saturating_sub(product, kQ96) : saturating_sub(kQ96, product);
        CHECK(off < shift_right(kQ96, 40));
    }
}

TEST_CASE("computeSwapStep on the vectors of the public tests") {
    struct Row {
        const char* name;
        const char* price;
        const char* target;
        const char* liquidity;
        const char* remaining;
        Exact exact;
        std::uint32_t fee;
        const char* next;
        const char* in;
        const char* out;
        const char* paid;
    };
    const char* one = "79228162514264337593543950336";
    const char* to_101 = "79623317895830914510639640423";    // sqrt(1.01)
    const char* to_1000 = "250541448375047931186413801569";  // sqrt(10)
    const char* to_10000 = "792281625142643375935439503360";
    const char* ether = "1000000000000000000";
    const char* two = "2000000000000000000";
    const char* same = nullptr;
    const Row rows[] = {
        {"in, capped", one, to_101, two, ether, Exact::In, 600, to_101, "9975124224178055", "9925619580021728",
         "5988667735148"},
        {"out, capped", one, to_101, two, ether, Exact::Out, 600, to_101, "9975124224178055", "9925619580021728",
         "5988667735148"},
        {"in, spent", one, to_1000, two, ether, Exact::In, 600, same, "999400000000000000", "666399946655997866",
         "600000000000000"},
        {"out, received", one, to_10000, two, ether, Exact::Out, 600, same, two, ether, "1200720432259356"},
        {"out, capped at what is wanted", "417332158212080721273783715441582", "1452870262520218020823638996",
         "159344665391607089467575320103", "1", Exact::Out, 1, "417332158212080721273783715441581", "1", "1", "1"},
        {"a price of one takes a part", "2", "1", "1", "3915081100057732413702495386755767", Exact::In, 1, "1",
         "39614081257132168796771975168", "0", "39614120871253040049813"},
        {"all of it is fee", "2413", "79887613182836312", "1985041575832132834610021537970", "10", Exact::In, 1872,
         "2413", "0", "0", "10"},
        {"too little liquidity, 0 for 1... upwards", "20282409603651670423947251286016",
         "22310650564016837466341976414617", "1024", "4", Exact::Out, 3000, "22310650564016837466341976414617", "26215",
         "0", "79"},
        {"too little liquidity, downwards", "20282409603651670423947251286016", "18254168643286503381552526157414",
         "1024", "263000", Exact::Out, 3000, "18254168643286503381552526157414", "1", "26214", "1"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto step = swap_step(number(row.price), number(row.target), number(row.liquidity).low_u128(),
                                    number(row.remaining), row.exact, row.fee);
        REQUIRE(step.has_value());
        if (row.next != same) CHECK(to_string(step->price_next) == row.next);
        CHECK(to_string(step->amount_in) == row.in);
        CHECK(to_string(step->amount_out) == row.out);
        CHECK(to_string(step->fee) == row.paid);
    }
}

TEST_CASE("next prices: what the contract refuses is an error") {
    const U256 price = kQ96;
    CHECK(next_price_from_input(U256{}, 1, U256{1}, true).error() == MathError::DivisionByZero);
    CHECK(next_price_from_input(price, 0, U256{1}, true).error() == MathError::DivisionByZero);
    CHECK(next_price_from_output(price, 0, U256{1}, false).error() == MathError::DivisionByZero);
    // Output of all there is between the price and the end, exactly and by one.
    const U256 virtual_price = number("20282409603651670423947251286016");
    CHECK(next_price_from_output(virtual_price, 1024, U256{4}, false).error() == MathError::Underflow);
    CHECK(next_price_from_output(virtual_price, 1024, U256{5}, false).error() == MathError::Underflow);
    CHECK(next_price_from_output(virtual_price, 1024, U256{262'145}, true).error() == MathError::Underflow);
    CHECK(next_price_from_output(virtual_price, 1024, U256{262'144}, true).error() == MathError::Underflow);
    CHECK(to_string(next_price_from_output(virtual_price, 1024, U256{262'143}, true).value()) ==
          "77371252455336267181195264");
    // An input beyond 160 bits overflows the price; one of token0 only presses it to the floor.
    CHECK(next_price_from_input(price, 1024, kU256Max, false).error() == MathError::Overflow);
    CHECK(next_price_from_input(U256{1}, 1, shift_left(U256{1}, 255), true).value() == U256{1});
    CHECK(swap_step(price, kQ96, 1, U256{1}, Exact::In, kFeeUnit).error() == MathError::Underflow);
}

TEST_CASE("amounts between two prices do not depend on their order, and round as told") {
    const U256 low = kQ96;
    const U256 high = number("87150978765690771352898345369");  // sqrt(1.21)
    const u128 liquidity = number("1000000000000000000").low_u128();
    CHECK(to_string(amount0_delta(low, high, liquidity, Rounding::Up).value()) == "90909090909090910");
    CHECK(to_string(amount0_delta(high, low, liquidity, Rounding::Down).value()) == "90909090909090909");
    CHECK(to_string(amount1_delta(low, high, liquidity, Rounding::Up).value()) == "100000000000000000");
    CHECK(to_string(amount1_delta(high, low, liquidity, Rounding::Down).value()) == "99999999999999999");
    CHECK(amount0_delta(low, high, 0, Rounding::Up).value().is_zero());
    CHECK(amount0_delta(U256{}, high, 1, Rounding::Up).error() == MathError::DivisionByZero);
    CHECK(amount1_delta(U256{}, kMaxSqrtRatio, ~u128{0}, Rounding::Up).has_value());
}

TEST_CASE("liquidity crossed upward and downward, for every net there is") {
    constexpr u128 kHalf = u128{1} << 127U;
    constexpr i128 kLeast = static_cast<i128>(kHalf);
    CHECK((*add_net(5, 3) == 8));
    CHECK((*add_net(5, -5) == 0));
    CHECK((*subtract_net(5, 5) == 0));
    CHECK((*subtract_net(5, -3) == 8));
    CHECK(add_net(5, -6).error() == MathError::Underflow);
    CHECK(subtract_net(5, 6).error() == MathError::Underflow);
    CHECK(add_net(~u128{0}, 1).error() == MathError::Overflow);
    CHECK(subtract_net(~u128{0}, -1).error() == MathError::Overflow);
    CHECK((*add_net(kHalf, kLeast) == 0));
    CHECK((*subtract_net(5, kLeast) == kHalf + 5));
    CHECK(subtract_net(kHalf, kLeast).error() == MathError::Overflow);
}
