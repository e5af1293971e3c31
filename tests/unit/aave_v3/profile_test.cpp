// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/profile.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;

TEST_CASE("the version by what the pool answers") {
    struct Case {
        Probes probes;
        Version version;
    };
    const Case cases[] = {
        {{U256{1}, false, false, false, false, false, false}, Version::V30},
        {{U256{3}, false, false, false, false, false, false}, Version::V30},
        {{U256{4}, true, false, false, false, false, false}, Version::V31},
        {{U256{6}, true, true, false, false, false, false}, Version::V32},
        {{U256{7}, true, true, true, false, false, false}, Version::V33},
        {{U256{8}, true, true, true, true, false, false}, Version::V34},
        {{U256{9}, true, true, true, true, false, false}, Version::V35},
        {{U256{10}, true, true, true, true, true, false}, Version::V36},
        {{U256{11}, true, true, true, true, true, true}, Version::V37},
    };
    for (const auto& c : cases) CHECK(version_of(c.probes) == c.version);
}

TEST_CASE("each version's switches") {
    CHECK_EQ(to_string(profile_of(Version::V30)),
             "binomial, half-up balances, averaged threshold, half-up borrows, one eMode per reserve, liquidation 3.0, "
             "balances by event amounts, checks 3.0");
    Profile v31 = profile_of(Version::V31);
    CHECK(v31.checks == Profile::Checks::V31);
    v31.checks = Profile::Checks::V30;
    CHECK(v31 == profile_of(Version::V30));
    CHECK_EQ(to_string(profile_of(Version::V33)),
             "binomial, half-up balances, averaged threshold, half-up borrows, eMode bitmaps, liquidation 3.3, "
             "balances by event amounts, checks 3.1");
    CHECK_EQ(to_string(profile_of(Version::V34)),
             "taylor, half-up balances, averaged threshold, half-up borrows, eMode bitmaps, liquidation 3.3, balances "
             "by event amounts, checks 3.4");
    CHECK_EQ(to_string(profile_of(Version::V35)),
             "taylor, directed balances, summed threshold, floored borrows, eMode bitmaps, liquidation 3.5, balances "
             "by inverse, checks 3.4");
    CHECK_EQ(to_string(profile_of(Version::V37)),
             "taylor, directed balances, summed threshold, floored borrows, isolated eMode, liquidation 3.7, balances "
             "by inverse, checks 3.4");
}

TEST_CASE("candidates begin with the expected profile and hold every mix once") {
    const auto first = profile_of(Version::V30);
    const auto all = candidates(first);
    REQUIRE_EQ(all.size(), 16);
    CHECK(all.front() == first);
    // What exists comes before what could: 3.4, 3.5, then directed rounding with the other rules of 3.0.
    CHECK(all[1].compounding == Profile::Compounding::Taylor);
    CHECK(all[1].balances == Profile::Balances::HalfUp);
    CHECK(all[2].borrows == Profile::Borrows::Down);
    CHECK(all[2].health == Profile::Health::Sum);
    CHECK(all[3].compounding == Profile::Compounding::Binomial);
    CHECK(all[3].balances == Profile::Balances::Directed);
    CHECK(all[3].borrows == Profile::Borrows::HalfUp);
    std::set<std::string> texts;
    for (const auto& p : all) {
        texts.insert(to_string(p));
        CHECK(p.emode == first.emode);
        // Token events of a mix are not trusted.
        CHECK((p == first || p.rebuild == Profile::Rebuild::Reread));
    }
    CHECK_EQ(texts.size(), all.size());
}
