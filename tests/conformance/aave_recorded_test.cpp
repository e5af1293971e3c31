// SPDX-License-Identifier: Apache-2.0
// States recorded from the real contracts of five versions, and what they answered.
#include <doctest/doctest.h>

#include "tests/conformance/aave_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using test::number;

namespace {

struct Recording {
    const char* file;
    Version version;
    std::size_t steps;
};

constexpr Recording kRecordings[] = {{"aave/recorded-3.0.2.json.gz", Version::V30, 14},
                                     {"aave/recorded-3.2.json.gz", Version::V32, 17},
                                     {"aave/recorded-3.4.json.gz", Version::V34, 17},
                                     {"aave/recorded-3.6.json.gz", Version::V36, 17},
                                     {"aave/recorded-3.7.json.gz", Version::V37, 18}};

struct Counts {
    std::size_t steps{};
    std::size_t indices{};
    std::size_t balances{};
    std::size_t accounts{};
};

U256 or_zero(const Math<U256>& value) {
    return value.value_or(U256{});
}

void check_indices(const View& view, const test::Json& reserves, Counts& counts) {
    for (const auto& from : reserves) {
        const auto id = static_cast<ReserveId>(number(from["id"]).low_u64());
        const auto reserve = view.reserve(id);
        REQUIRE(reserve);
        CHECK_EQ(to_string((*reserve)->income), from["income"].get<std::string>());
        CHECK_EQ(to_string((*reserve)->debt_index), from["debtIndex"].get<std::string>());
        counts.indices += 2;
    }
}

void check_balances(const View& view, const AccountState& account, const test::Json& balances, Counts& counts) {
    for (const auto& [key, expected] : balances.items()) {
        const auto id = static_cast<ReserveId>(std::stoul(key));
        const auto* reserve = *view.reserve(id);
        const Holding none;
        const Holding& holding = account.find(id) != nullptr ? *account.find(id) : none;
        CHECK_EQ(to_string(or_zero(supply_of(view, *reserve, holding.supply))), expected[0].get<std::string>());
        CHECK_EQ(to_string(or_zero(debt_of(view, *reserve, holding.debt))), expected[1].get<std::string>());
        counts.balances += 2;
        if (expected.size() < 3) continue;
        const auto* stable = account.stable_of(id);
        const U256 owed = stable != nullptr ? or_zero(stable_debt_of(view, *stable)) : U256{};
        CHECK_EQ(to_string(owed), expected[2].get<std::string>());
        ++counts.balances;
    }
}

}  // namespace

TEST_CASE("R11 Aave V3 recordings of the real contracts") {
    for (const auto& recording : kRecordings) {
        const auto steps = test::read_json_gz(recording.file)["steps"];
        Counts counts;
        for (const auto& step : steps) {
            CAPTURE(recording.file);
            CAPTURE(step["label"].get<std::string>());
            const Timestamp at = number(step["timestamp"]).low_u64();
            const auto market = test::market(step["reserves"], step["eModes"], profile_of(recording.version), at);
            const View view(market, at);
            check_indices(view, step["reserves"], counts);
            for (const auto& user : step["users"]) {
                const auto account = test::account(user);
                check_balances(view, account, user["balances"], counts);
                const auto ours = account_summary(view, account);
                REQUIRE(ours);
                CHECK(*ours == test::summary(user["expected"]));
                CHECK_EQ(to_string(ours->health_factor), user["expected"]["hf"].get<std::string>());
                ++counts.accounts;
            }
            ++counts.steps;
        }
        CHECK_EQ(counts.steps, recording.steps);
        MESSAGE(recording.file << ": " << counts.steps << " steps, " << counts.indices << " indices, "
                               << counts.balances << " balances, " << counts.accounts << " accounts (6 numbers each)");
    }
}
