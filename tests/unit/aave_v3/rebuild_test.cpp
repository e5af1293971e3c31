// SPDX-License-Identifier: Apache-2.0
// Scaled balances from token events, against the token contract's own steps (tests/support/aave_deployment.cpp).
#include <doctest/doctest.h>
#include <random>

#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/events.hpp"
#include "chain/lending/aave_v3/words.hpp"
#include "tests/support/aave_deployment.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;

namespace {

u128 replay(const Profile& profile, bool debt, u128 before, const Log& log) {
    const Words words(log.data);
    const auto out = rebuilt(profile.rebuild, debt, log.topics[0] == event::kMint, before, words.number(0).value(),
                             words.number(1).value(), words.number(2).value());
    REQUIRE(out.has_value());
    return *out;
}

}  // namespace

TEST_CASE("random mints and burns are rebuilt to the last unit") {
    std::mt19937_64 rng(3);
    for (const auto version : {Version::V30, Version::V34, Version::V35, Version::V37}) {
        for (const bool debt : {false, true}) {
            test::AaveDeployment chain(version);
            const Address owner = chain.add_account(1, 0, debt ? 0 : 100, 0, debt ? 100 : 0);
            U256 index = debt ? chain.reserve(0).state.borrow_index : chain.reserve(0).state.liquidity_index;
            u128 ours = debt ? chain.accounts[owner].find(0)->debt : chain.accounts[owner].find(0)->supply;
            for (int i = 0; i < 400; ++i) {
                chain.next(1 + rng() % 5'000'000);
                // From dust to more than the interest, so that burns smaller than it come as Mint.
                const U256 amount{1 + rng() % (1ULL << (1 + rng() % 57))};
                const Holding& held = *chain.accounts[owner].find(0);
                const bool mint = rng() % 2 == 0 || (debt ? held.debt : held.supply) < (u128{1} << 60U);
                const Log log =
                    mint ? chain.minted(owner, 0, debt, amount, index) : chain.burnt(owner, 0, debt, amount, index);
                index = Words(log.data).number(2).value();
                ours = replay(chain.state.profile, debt, ours, log);
                const Holding& truth = *chain.accounts[owner].find(0);
                REQUIRE_EQ(to_string(U256::from_u128(ours)),
                           to_string(U256::from_u128(debt ? truth.debt : truth.supply)));
            }
        }
    }
}

TEST_CASE("a burn of more than is held is refused") {
    const U256 huge{1'000'000};
    CHECK_EQ(rebuilt(Profile::Rebuild::Delta, true, false, 10, huge, U256{}, kRay).error(), MathError::Underflow);
    CHECK_EQ(rebuilt(Profile::Rebuild::Inverse, true, false, 10, huge, U256{}, kRay).error(), MathError::Underflow);
    CHECK_EQ(rebuilt(Profile::Rebuild::Inverse, false, true, 10, huge, huge, kRay).error(), MathError::Underflow);
}

TEST_CASE("the interest-only Mint before a transfer changes nothing") {
    const U256 interest{12'345};
    const U256 index = U256::literal("1'100'000'000'000'000'000'000'000'000");
    CHECK(rebuilt(Profile::Rebuild::Delta, false, true, 999, interest, interest, index).value() == 999);
}
