// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "chain/lending/morpho_blue/rate.hpp"
#include "chain/lending/morpho_blue/view.hpp"
#include "tests/support/gz.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::morpho_blue;

namespace {

using Json = nlohmann::json;

Json vectors(const char* file, const char* group) {
    auto all = Json::parse(test::read_gz(file));
    return all.at(group);
}
constexpr const char* kContract = "morpho/contract-vectors.json.gz";
constexpr const char* kSdk = "morpho/sdk-vectors.json.gz";

U256 number(const Json& value) {
    return U256::from_decimal(value.get<std::string>()).value();
}
i128 signed_number(const Json& value) {
    const auto parsed = I256::from_decimal(value.get<std::string>()).value();
    const auto magnitude = static_cast<i128>(parsed.magnitude().low_u128());
    return parsed.is_negative() ? -magnitude : magnitude;
}

Totals totals(const Json& v) {
    Totals out;
    out.supply_assets = number(v.at("tsa"));
    out.borrow_assets = number(v.at("tba"));
    if (v.contains("tss")) out.supply_shares = number(v.at("tss"));
    if (v.contains("tbs")) out.borrow_shares = number(v.at("tbs"));
    if (v.contains("fee")) out.fee = number(v.at("fee"));
    if (v.contains("lastUpdate")) out.last_update = number(v.at("lastUpdate")).low_u64();
    return out;
}

/// An account alone in a market, priced.
struct Case {
    Terms terms;
    View view;
    AccountState account;

    explicit Case(const Json& v) {
        terms.lltv = number(v.at("lltv"));
        view.terms = &terms;
        view.totals.borrow_assets = number(v.at(v.contains("tbaAccrued") ? "tbaAccrued" : "tba"));
        view.totals.borrow_shares = number(v.at("tbs"));
        view.price = number(v.at("price"));
    }
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;
};

}  // namespace

TEST_CASE("Morpho Blue: exponential and its series as the contracts count them") {
    std::size_t checks = 0;
    for (const char* file : {kContract, kSdk}) {
        for (const auto& v : vectors(file, file == kContract ? "wExp" : "exps")) {
            CAPTURE(v.dump());
            CHECK_EQ(to_string(exponential(signed_number(v.at("x")))), v.at("out").get<std::string>());
            ++checks;
        }
    }
    CHECK_EQ(checks, 415);
    for (const auto& v : vectors(kContract, "wTaylorCompounded")) {
        CAPTURE(v.dump());
        CHECK_EQ(to_string(compounded(number(v.at("x")), number(v.at("n")).low_u64()).value()),
                 v.at("out").get<std::string>());
    }
    for (const auto& v : vectors(kContract, "toAssetsUp")) {
        CAPTURE(v.dump());
        CHECK_EQ(
            to_string(
                to_assets_up(number(v.at("shares")), number(v.at("totalAssets")), number(v.at("totalShares"))).value()),
            v.at("out").get<std::string>());
    }
}

TEST_CASE("Morpho Blue: accrual recorded from the contracts") {
    const auto all = vectors(kContract, "accrue");
    CHECK_EQ(all.size(), 8);
    for (const auto& v : all) {
        CAPTURE(v.dump());
        const Totals before = totals(v);
        const Timestamp now = number(v.at("now")).low_u64();
        const auto rate = adaptive_rate(before.supply_assets, before.borrow_assets, number(v.at("rateAtTarget")),
                                        now - before.last_update);
        REQUIRE(rate);
        CHECK_EQ(to_string(rate->average), v.at("avgRate").get<std::string>());
        const auto accrued = accrue(before, true, number(v.at("rateAtTarget")), now);
        REQUIRE(accrued);
        CHECK_EQ(to_string(accrued->rate_at_target), v.at("newRateAtTarget").get<std::string>());
        CHECK_EQ(to_string(accrued->totals.supply_assets), v.at("tsa2").get<std::string>());
        CHECK_EQ(to_string(accrued->totals.supply_shares), v.at("tss2").get<std::string>());
        CHECK_EQ(to_string(accrued->totals.borrow_assets), v.at("tba2").get<std::string>());
        CHECK_EQ(accrued->totals.last_update, now);
    }
}

TEST_CASE("Morpho Blue: rates and accrual of an implementation of others") {
    const auto rates = vectors(kSdk, "rates");
    CHECK_EQ(rates.size(), 400);
    for (const auto& v : rates) {
        CAPTURE(v.dump());
        const auto rate = adaptive_rate(number(v.at("tsa")), number(v.at("tba")), number(v.at("rateAtTarget")),
                                        number(v.at("elapsed")).low_u64());
        REQUIRE(rate);
        CHECK_EQ(to_string(rate->average), v.at("average").get<std::string>());
        CHECK_EQ(to_string(rate->rate_at_target), v.at("end").get<std::string>());
    }
    const auto accruals = vectors(kSdk, "accruals");
    CHECK_EQ(accruals.size(), 400);
    for (const auto& v : accruals) {
        CAPTURE(v.dump());
        const Totals before = totals(v);
        const auto accrued = accrue(before, true, number(v.at("rateAtTarget")), number(v.at("elapsed")).low_u64());
        REQUIRE(accrued);
        const Totals& now = accrued->totals;
        CHECK_EQ(to_string(checked_sub(now.borrow_assets, before.borrow_assets).value()),
                 v.at("interest").get<std::string>());
        CHECK_EQ(to_string(accrued->fee_shares), v.at("feeShares").get<std::string>());
        CHECK_EQ(to_string(to_assets_up(now.borrow_shares, now.borrow_assets, now.borrow_shares).value()),
                 v.at("debtOfAll").get<std::string>());
    }
}

TEST_CASE("Morpho Blue: health at the boundary") {
    const auto all = vectors(kContract, "health");
    CHECK_EQ(all.size(), 8);
    for (const auto& v : all) {
        CAPTURE(v.dump());
        Case c(v);
        c.account.borrow_shares = number(v.at("borrowShares"));
        c.account.collateral = number(v.at("collateral"));
        const auto summary = account_summary(c.view, c.account);
        REQUIRE(summary);
        CHECK_EQ(to_string(summary->debt), v.at("debt").get<std::string>());
        CHECK_EQ(to_string(max_borrow(c.view, c.account.collateral).value()), v.at("maxBorrow").get<std::string>());
        CHECK_EQ(summary->health_factor < Wad{kWad}, v.at("liquidatable").get<bool>());
        auto accrued = totals(v);
        const auto later = accrue(accrued, true, number(v.at("rateAtTarget")), number(v.at("now")).low_u64());
        REQUIRE(later);
        CHECK_EQ(to_string(later->totals.borrow_assets), v.at("tbaAccrued").get<std::string>());
    }
}

TEST_CASE("Morpho Blue: liquidations recorded from the contract") {
    const auto all = vectors(kContract, "liquidate");
    CHECK_EQ(all.size(), 8);
    for (const auto& v : all) {
        CAPTURE(v.dump());
        Case c(v);
        c.account.borrow_shares = c.view.totals.borrow_shares;
        c.account.collateral = U256::literal("1'000'000'000'000'000'000'000'000");
        CHECK_EQ(to_string(liquidation_incentive(c.terms.lltv).value()), v.at("lif").get<std::string>());
        const auto taken = liquidation(c.view, c.account, number(v.at("seizedIn")), number(v.at("sharesIn")));
        REQUIRE(taken);
        CHECK_EQ(to_string(taken->seized), v.at("seized").get<std::string>());
        CHECK_EQ(to_string(taken->repaid_shares), v.at("repaidShares").get<std::string>());
        CHECK_EQ(to_string(taken->repaid), v.at("repaidAssets").get<std::string>());
        CHECK(taken->bad_debt.is_zero());
    }
}
