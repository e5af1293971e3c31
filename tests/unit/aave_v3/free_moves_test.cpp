// SPDX-License-Identifier: Apache-2.0
// Moves without value that raise the health factor.
#include "chain/lending/aave_v3/free_moves.hpp"

#include <algorithm>
#include <doctest/doctest.h>

#include "tests/unit/aave_v3/rules_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;
using test::kVersions;
using test::Rules;
using Moves = std::vector<Change>;

namespace {

std::vector<Moves> moves_of(Rules& r) {
    const View view(r.chain.state, r.chain.head.timestamp);
    return free_moves(view, r.chain.accounts[r.owner]);
}

bool holds(const std::vector<Moves>& all, const Moves& wanted) {
    return std::find(all.begin(), all.end(), wanted) != all.end();
}

}  // namespace

TEST_CASE("nothing to gain, nothing named") {
    for (const auto version : kVersions) {
        Rules r(version);
        CHECK(moves_of(r).empty());
        r.category(1).borrowable_bitmap = 4;  // enters, but no collateral of the account is in it
        r.config(2).emode_category = 1;
        CHECK(moves_of(r).empty());
        r.holding(1).supply = 100'000'000;
        CHECK_FALSE(moves_of(r).empty());
        r.holding(2).debt = 0;  // without debt there is no health factor to raise
        CHECK(moves_of(r).empty());
    }
}

TEST_CASE("unused collateral, an eMode, and both") {
    for (const auto version : kVersions) {
        Rules r(version);
        r.holding(1).supply = 100'000'000;
        auto& category = r.category(1);
        category.borrowable_bitmap = 4;
        category.collateral_bitmap = 1;
        r.config(2).emode_category = 1;
        r.config(0).emode_category = 1;
        const auto all = moves_of(r);
        CHECK(holds(all, {r.use(1, true)}));
        CHECK(holds(all, {Rules::emode(1)}));
        REQUIRE_FALSE(all.empty());
        CHECK(all.front() == Moves{Rules::emode(1), r.use(1, true)});  // the best first
        r.holding(3).supply = 1;
        CHECK(holds(moves_of(r), {r.use(1, true), r.use(3, true)}) == false);  // a single unit of it moves nothing
        r.holding(3).supply = r.tokens(3, 5'000).low_u128();
        CHECK(holds(moves_of(r), {r.use(1, true), r.use(3, true)}));
        CHECK(holds(moves_of(r), {r.use(1, true)}));
        CHECK(holds(moves_of(r), {r.use(3, true)}));
        r.holding(3).supply = 0;
        // What the pool would refuse is not named: isolation, no LTV, a debt that does not fit.
        r.config(1).isolated = true;
        CHECK_EQ(holds(moves_of(r), {r.use(1, true)}), version == Version::V37);
        r.config(1).isolated = false;
        r.config(1).ltv = 0;
        CHECK_FALSE(holds(moves_of(r), {r.use(1, true)}));
        category.borrowable_bitmap = 0;
        r.config(2).emode_category = 0;
        CHECK_FALSE(holds(moves_of(r), {Rules::emode(1)}));
    }
}

TEST_CASE("leaving an eMode helps where it counts less, and switching on first may open the way in") {
    for (const auto version : kVersions) {
        Rules r(version);
        auto& category = r.category(1);
        category.threshold = 7'000;
        category.ltv = 6'000;
        category.borrowable_bitmap = 4;
        category.collateral_bitmap = 1;
        r.config(2).emode_category = 1;
        r.config(0).emode_category = 1;
        r.chain.accounts[r.owner].emode = 1;
        CHECK(moves_of(r).front() == Moves{Rules::emode(0)});
        // Below one: only with the unused collateral is the other mode open, from 3.2 on.
        if (version < Version::V32) continue;
        r.chain.accounts[r.owner].emode = 0;
        category.threshold = 9'300;
        category.ltv = 9'000;
        category.collateral_bitmap = 2;
        r.chain.moved_price(0, 20'000'000'000);
        r.holding(1).supply = 33'000'000;  // 13,200 dollars beside 10,000
        const auto all = moves_of(r);
        CHECK_FALSE(holds(all, {Rules::emode(1)}));
        CHECK_FALSE(holds(all, {Rules::emode(1), r.use(1, true)}));
        CHECK(holds(all, {r.use(1, true), Rules::emode(1)}));
    }
}
