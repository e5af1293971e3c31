// SPDX-License-Identifier: Apache-2.0
// Random accounts and liquidations in every version, from a model that agreed with the real contracts.
#include <doctest/doctest.h>
#include <map>

#include "chain/lending/aave_v3/liquidation.hpp"
#include "tests/conformance/aave_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using test::number;

namespace {

const std::map<std::string, Version> kVersions = {{"3.0", Version::V30}, {"3.1", Version::V31}, {"3.2", Version::V32},
                                                  {"3.3", Version::V33}, {"3.4", Version::V34}, {"3.5", Version::V35},
                                                  {"3.6", Version::V36}, {"3.7", Version::V37}};

}  // namespace

TEST_CASE("R11 Aave V3 random accounts") {
    const auto vectors = test::read_json_gz("aave/account-vectors.json.gz")["vectors"];
    std::size_t checked = 0;
    std::size_t skipped = 0;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        const auto& v = vectors[i];
        const Timestamp now = number(v["now"]).low_u64();
        const auto account = test::account(v["user"]);
        for (const auto& [name, expected] : v["expected"].items()) {
            const auto version = kVersions.find(name);
            if (version == kVersions.end()) {
                CHECK_EQ(name, "2");
                ++skipped;
                continue;
            }
            CAPTURE(i);
            CAPTURE(name);
            const auto market = test::market(v["reserves"], v["eModes"], profile_of(version->second), now);
            const View view(market, now);
            const auto totals = account_totals(view, account);
            REQUIRE(totals);
            CHECK_EQ(totals->zero_ltv, expected["hasZeroLtv"].get<bool>());
            const auto ours = summarize(market.profile, *totals);
            REQUIRE(ours);
            CHECK(*ours == test::summary(expected));
            CHECK_EQ(to_string(ours->health_factor), expected["hf"].get<std::string>());
            ++checked;
        }
    }
    CHECK_EQ(checked, 300 * kVersions.size());
    MESSAGE("account vectors: " << vectors.size() << " accounts, " << checked << " in the versions 3.0 to 3.7; "
                                << skipped << " of Aave V2 are out of scope");
}

TEST_CASE("Aave V3 random liquidations") {
    const auto vectors = test::read_json_gz("aave/liquidation-vectors.json.gz")["vectors"];
    std::size_t checked = 0;
    std::size_t skipped = 0;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        const auto& from = vectors[i]["in"];
        LiquidationInput in;
        in.health_factor = number(from["hf"]);
        in.total_debt = number(from["totalDebtBase"]);
        in.collateral_balance = number(from["collBal"]);
        in.debt_balance = number(from["debtBal"]);
        in.collateral_price = number(from["collPrice"]);
        in.debt_price = number(from["debtPrice"]);
        in.collateral_unit = number(from["collUnit"]);
        in.debt_unit = number(from["debtUnit"]);
        in.bonus = number(from["bonus"]);
        in.protocol_fee = number(from["feePct"]);
        in.debt_to_cover = number(from["debtToCover"]);
        for (const auto& [name, expected] : vectors[i]["expected"].items()) {
            const auto version = kVersions.find(name);
            if (version == kVersions.end()) {
                CHECK_EQ(name, "2");
                ++skipped;
                continue;
            }
            CAPTURE(i);
            CAPTURE(name);
            const auto ours = liquidate(profile_of(version->second).liquidation, in);
            REQUIRE(ours);
            CHECK_EQ(to_string(ours->max_debt), expected["maxDebt"].get<std::string>());
            CHECK_EQ(to_string(ours->debt), expected["debt"].get<std::string>());
            CHECK_EQ(to_string(ours->to_liquidator), expected["collateral"].get<std::string>());
            CHECK_EQ(to_string(ours->fee), expected["fee"].get<std::string>());
            CHECK_EQ(ours->leaves_dust, expected["mustNotLeaveDust"].get<bool>());
            ++checked;
        }
    }
    CHECK_EQ(checked, 400 * kVersions.size());
    MESSAGE("liquidation vectors: " << vectors.size() << " liquidations, " << checked << " in the versions 3.0 to 3.7; "
                                    << skipped << " of Aave V2 are out of scope");
}
