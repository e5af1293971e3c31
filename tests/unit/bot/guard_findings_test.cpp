// SPDX-License-Identifier: Apache-2.0
// What is said of the guard of one position, and how it is mended.
#include "bot/app/guard_findings.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace plimsoll;
using namespace plimsoll::bot;

namespace {

constexpr Timestamp kNow = 1'700'000'000;
constexpr Timestamp kDay = 86'400;

Address filled(std::uint8_t byte) {
    Address out;
    out.bytes.fill(byte);
    return out;
}

struct World {
    config::Settings settings;
    GuardStatus status;

    World() {
        settings.chains.resize(1);
        settings.chains[0].name = "here";
        settings.chains[0].guard = filled(0xaa);
        settings.markets.resize(1);
        settings.markets[0].name = "aave";
        settings.markets[0].chain = "here";
        settings.wallets.resize(1);
        auto& wallet = settings.wallets[0];
        wallet.name = "w";
        wallet.address = filled(0x11);
        wallet.guard = guard::Access::Allowance;
        wallet.positions.resize(1);
        wallet.positions[0].name = "p";
        wallet.positions[0].wallet = "w";
        wallet.positions[0].market = "aave";
        status.head.timestamp = kNow;
        status.code = {1};
        status.genuine = true;
        status.wanted.emplace();
        status.wanted->guardian = filled(0x33);
        status.wanted->value_per_day = U256{100};
        status.wanted->expiry = kNow + 90 * kDay;
        status.standing.policy = *status.wanted;
        status.grants = {{Grant::Kind::Supply, "supplied WETH", filled(0x44), true}};
    }

    /// "name | detail | mend" of what is no good.
    std::vector<std::string> problems() const {
        const auto subject = guard_subject(settings, settings.wallets[0].positions[0], filled(0x33));
        REQUIRE(subject.has_value());
        std::vector<std::string> out;
        for (const auto& line : guard_findings(*subject, status)) {
            CHECK(line.ok == line.mend.empty());
            if (!line.ok) out.push_back(fmt::format("{} | {} | {}", line.name, line.detail, line.mend));
        }
        return out;
    }
    std::string only() const {
        const auto all = problems();
        REQUIRE(all.size() == 1);
        return all.front();
    }
};

}  // namespace

TEST_CASE("nothing is wrong where all is as configured") {
    CHECK(World().problems().empty());
}

TEST_CASE("each lack is named with its mend") {
    World world;
    world.status.code.clear();
    world.status.genuine = false;
    CHECK(world.only() == "p: guard | no code at " + to_checksum(filled(0xaa)) + " | plimsoll guard deploy here");
    world = World();
    world.status.genuine = false;
    CHECK(world.only().find("not this program's guard") != std::string::npos);
    world = World();
    world.status.standing = {};
    CHECK(world.only() == "p: policy | none | plimsoll guard policy p");
    world = World();
    world.status.grants[0].given = false;
    CHECK(world.only() == "p: access | supplied WETH is closed to the guard | plimsoll guard policy p");
    world = World();
    world.status.standing.policy.cooldown = 7;
    CHECK(world.only() == "p: policy | cool-down: 7 s on chain, 0 s configured | plimsoll guard policy p");
    world = World();
    world.status.wanted.reset();
    world.status.not_wanted = "no such thing; do that";
    CHECK(world.only() == "p: policy | no such thing | do that");
}

TEST_CASE("an end within two weeks is a problem") {
    World world;
    world.status.standing.policy.expiry = kNow + 14 * kDay;
    CHECK(world.problems().empty());
    world.status.standing.policy.expiry = kNow + 14 * kDay - 1;
    CHECK(world.only().find("ends 2023-11-28 22:13 UTC, in 13 days") != std::string::npos);
    world.status.standing.policy.expiry = kNow;
    const auto all = world.problems();
    REQUIRE(all.size() == 2);
    CHECK(all[0].starts_with("p: expiry | ended"));
    CHECK(all[1].starts_with("p: policy | it has expired"));
}

TEST_CASE("a budget that is used up is a problem") {
    World world;
    world.status.standing.spent_current = U256{60};
    world.status.standing.spent_previous = U256{39};
    CHECK(world.problems().empty());
    world.status.standing.spent_previous = U256{40};
    CHECK(world.only().starts_with("p: budget | 0 of 100 left today"));
    world.status.standing.spent_previous = U256::max();
    CHECK(world.only().starts_with("p: budget | 0 of 100"));
}

TEST_CASE("where the policy is kept, and who has none") {
    World world;
    const auto& position = world.settings.wallets[0].positions[0];
    CHECK(guard_subject(world.settings, position, {})->contract() == filled(0xaa));
    world.settings.wallets[0].guard = guard::Access::Self;
    CHECK(guard_subject(world.settings, position, {})->contract() == filled(0x11));
    world.settings.wallets[0].guard.reset();
    CHECK(guard_subject(world.settings, position, {}).error().code == Errc::Refused);
    world.settings.markets[0].chain = "elsewhere";
    CHECK(guard_subject(world.settings, position, {}).error().code == Errc::NotFound);
}
