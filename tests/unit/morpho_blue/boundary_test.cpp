// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "chain/lending/morpho_blue/rate.hpp"
#include "chain/lending/morpho_blue/view.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::morpho_blue;

namespace {

constexpr U256 kHalf{500'000'000'000'000'000};

Terms half_terms() {
    Terms out;
    out.lltv = kHalf;
    out.collateral.unit = kWad;
    out.loan.unit = kWad;
    return out;
}

}  // namespace

TEST_CASE("the incentive of a liquidation is capped") {
    struct Case {
        std::uint64_t permille;
        const char* incentive;
    };
    constexpr Case kCases[] = {{945, "1016776817488561260"}, {915, "1026167265264238070"}, {860, "1043841336116910229"},
                               {770, "1074113856068743286"}, {625, "1126760563380281690"}, {500, "1150000000000000000"},
                               {0, "1150000000000000000"}};
    for (const auto& one : kCases) {
        CAPTURE(one.permille);
        const U256 lltv = *mul_div_down(kWad, U256{one.permille}, U256{1'000});
        CHECK(to_string(liquidation_incentive(lltv).value()) == one.incentive);
    }
    CHECK(liquidation_incentive(*checked_add(kWad, U256{1})).error() == MathError::Underflow);
}

TEST_CASE("equality is healthy: in the price, and in the second") {
    const Terms terms = half_terms();
    View view;
    view.terms = &terms;
    view.price = kPriceScale;
    AccountState account;
    // One unit of debt against one whole token: two units of worth are healthy, so the price is to be one.
    account.borrow_shares = U256{1};
    account.collateral = kWad;
    CHECK(liquidation_price(view, account).value() == U256{1});

    MarketState state;
    state.totals.borrow_assets = U256{1'000'000'000'000};
    state.totals.borrow_shares = U256{1'000'000'000'000'000'000};
    state.totals.supply_assets = U256{1'100'000'000'000};
    state.totals.last_update = 1'000;
    state.rate_at_target = U256{1'268'391'679};
    state.oracle.price = kPriceScale;
    state.oracle.priced = true;
    Terms rated = terms;
    rated.irm.bytes[0] = 1;
    account.borrow_shares = state.totals.borrow_shares;
    const auto now = View::of(rated, state, 1'000).value();
    const U256 debt = borrowed(now, account).value();
    account.collateral = *checked_mul(debt, U256{2});
    CHECK(max_borrow(now, account.collateral).value() == debt);
    const auto seconds = time_to_liquidation(rated, state, account, 1'000).value();
    REQUIRE(seconds.has_value());
    CHECK(*seconds > 0);
    account.collateral = *checked_sub(account.collateral, U256{1});
    CHECK(time_to_liquidation(rated, state, account, 1'000).value() == std::optional<std::uint64_t>(0));
}

TEST_CASE("R12 numbers beyond the contract's own are refused, as it would revert") {
    Totals totals;
    totals.supply_assets = U256{100};
    totals.borrow_assets = U256{501};
    CHECK(accrue(totals, true, U256{1'268'391'679}, 10).error() == MathError::Overflow);  // used five times over
    totals.borrow_assets = U256{90};
    totals.last_update = 11;
    CHECK(accrue(totals, true, U256{1'268'391'679}, 10).error() == MathError::Underflow);
    totals.last_update = 0;
    const U256 most = U256::from_u128(~static_cast<u128>(0));
    totals.supply_assets = most;
    totals.borrow_assets = most;
    CHECK(accrue(totals, true, U256{1'268'391'679}, 86'400).error() == MathError::Overflow);
    CHECK(accrue(totals, false, {}, 86'400)->totals.borrow_assets == most);
    CHECK(ratio_down(kU256Max, U256{2}, U256{2}).error() == MathError::Overflow);
    CHECK(ratio_up(kU256Max, U256{1}, U256{2}).error() == MathError::Overflow);
    CHECK(ratio_up(U256{1}, U256{1}, {}).error() == MathError::Underflow);
    CHECK(ratio_down(U256{1}, U256{1}, {}).error() == MathError::DivisionByZero);
    const Terms terms = half_terms();
    View view;
    view.terms = &terms;
    AccountState account;
    account.collateral = U256{1};
    CHECK(account_summary(view, account).error() == MathError::DivisionByZero);  // no price
    CHECK(account_summary(view, {})->health_factor.value == kU256Max);
}
