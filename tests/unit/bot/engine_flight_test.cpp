// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Outcome;
using engine::Purpose;
using engine::SendOutcome;
using engine::Stage;

TEST_CASE("a missing allowance is a step of its own, with the next nonce for the repayment") {
    World world = running();
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.mine(12);  // the wallet is looked at again
    world.set_price(1'500);
    world.mine(6);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() == 2);
    CHECK(sent[0].to == kUsd);
    CHECK(sent[0].nonce == 7);
    CHECK(sent[1].to == kMarket);
    CHECK(sent[1].nonce == 8);
    CHECK(world.journal.front().purpose == Purpose::Approve);
    CHECK(world.journal.front().value.is_zero());
    CHECK(world.journal.back().purpose == Purpose::Rescue);
    CHECK(world.journal.back().incident == world.journal.front().incident);
    CHECK(world.journal.back().step == 1);
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("what was read before the approval was included is not believed after it: one approval") {
    World world = running();
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.mine(12);
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);  // the approval is on its way
    REQUIRE(signed_fields(world).size() == 1);
    // The funds of the next block are answered only when the one after it is there, with the approval in it.
    world.delay = [](const engine::Command& command) { return std::holds_alternative<engine::Read>(command); };
    world.mine(1);
    world.inclusion = true;
    world.mine(1);
    world.delay = nullptr;
    world.release();
    world.mine(4);
    CHECK(signed_fields(world).size() == 2);
    CHECK(world.mined_count(true) == 2);
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("an approval that is included while its replacement is being simulated is not given twice") {
    World world = running();
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.mine(12);
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(2);
    REQUIRE(signed_fields(world).size() == 1);
    world.inclusion = true;
    world.receipts_hidden = true;
    world.delay = [](const engine::Command& command) {
        return std::holds_alternative<engine::Simulate>(command) ||
               std::holds_alternative<engine::FetchAccount>(command);
    };
    world.mine(1);
    REQUIRE(world.mined_count(true) == 1);
    const engine::ReceiptInfo info{world.head().number, world.head().hash, true, 50'000, gwei(10)};
    world.give(engine::ReceiptDone{world.commands<engine::Broadcast>()[0].hash, {}, info});
    world.run();
    world.receipts_hidden = false;
    world.delay = nullptr;
    world.release();
    world.mine(4);
    CHECK(signed_fields(world).size() == 2);
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("a token that refuses to change an allowance gets a zero first") {
    World world = running();
    world.state().tokens[kUsd].allowance[kOwner] = units(10, 6);
    world.state().tokens[kUsd].stubborn = true;
    world.mine(12);
    world.set_price(1'500);
    world.mine(8);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].data == erc20::approve(kUsd, kMarket, TokenAmount{}).data);
    CHECK(sent[1].to == kUsd);
    CHECK(sent[2].to == kMarket);
    CHECK(world.journal.front().purpose == Purpose::ResetApproval);
    CHECK(world.health() >= wad(159));
    CHECK(world.mined_count(false) == 0);
    check_rules(world);
}

TEST_CASE("in the warning zone the allowance is given ahead, once") {
    for (const bool stubborn : {false, true}) {
        CAPTURE(stubborn);
        World world;
        world.state().tokens[kUsd].allowance[kOwner] = stubborn ? units(10, 6) : U256{};
        world.state().tokens[kUsd].stubborn = stubborn;
        world.start();
        world.run();
        world.set_price(1'700);  // 1.36
        world.mine(20);
        CHECK(world.mined_count(true) == (stubborn ? 2 : 1));
        CHECK(world.journal.back().purpose == Purpose::Prepare);
        CHECK(world.journal.back().outcome == "approved");
        CHECK(world.state().tokens[kUsd].allowance[kOwner] > units(10'000, 6));
        CHECK(world.state().tokens[kUsd].allowance[kOwner] < units(10'600, 6));
        CHECK(world.commands<engine::Decide>().empty());
        world.set_price(1'500);
        world.mine(2);
        CHECK(world.journal.back().purpose == Purpose::Rescue);
        CHECK(world.health() >= wad(159));
        check_rules(world);
    }
}

TEST_CASE("the time between two rescues does not keep an allowance from being given ahead") {
    World world = running();
    world.position().limits.cooldown = std::chrono::hours{1};
    world.position().warn = wad(140);
    world.give(engine::SettingsReloaded{world.config});
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(world.journal.back().outcome == "rescued");
    world.set_allowance(U256{});
    world.set_price(1'250);  // 1.33
    world.mine(20);
    CHECK(world.journal.back().purpose == Purpose::Prepare);
    CHECK(world.journal.back().outcome == "approved");
    check_rules(world);
}

TEST_CASE("not included: replaced at the same nonce, higher in both fields, as often as needed") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(8);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() == 4);  // after two blocks each
    for (std::size_t i = 1; i < sent.size(); ++i) {
        CHECK(sent[i].nonce == 7);
        CHECK(sent[i].max_fee.value > *mul_div_down(sent[i - 1].max_fee.value, U256{112}, U256{100}));
        CHECK(sent[i].max_priority_fee.value > *mul_div_down(sent[i - 1].max_priority_fee.value, U256{112}, U256{100}));
        CHECK(sent[i].gas_limit >= sent[i - 1].gas_limit);
    }
    CHECK(world.pool.size() == 1);
    CHECK(count(world, Stage::Reserved) == 1);
    CHECK(count(world, Stage::Signed) == 4);
    CHECK(world.last_decision()->outcome == Outcome::Waiting);
    world.inclusion = true;
    world.mine(3);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.journal.back().attempt == 3);
    check_rules(world);
}

TEST_CASE("an emergency is replaced after one block") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'270);  // 1.016
    world.mine(4);
    CHECK(signed_fields(world).size() == 4);
    check_rules(world);
}

TEST_CASE("M11 M22 the earlier, cheaper attempt is mined: recognised, nothing is repeated") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    const auto first = world.pool;
    world.mine(2);
    REQUIRE(signed_fields(world).size() == 2);
    world.pool = first;
    world.inclusion = true;
    world.mine(4);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.journal.back().attempt == 0);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("M08 M09 at the fee ceiling the same bytes go out again every block, and the limit is named") {
    World world = running();
    world.position().limits.max_fee_per_gas = gwei(23);
    world.give(engine::SettingsReloaded{world.config});
    world.inclusion = false;
    world.set_price(1'500);
    world.base_fee = gwei(22);
    world.mine(1);
    REQUIRE(world.pool.size() == 1);
    CHECK(world.pool[0].tx.max_fee == gwei(23));
    const auto before = world.commands<engine::Broadcast>().size();
    world.mine(6);
    CHECK(signed_fields(world).size() == 1);
    CHECK(world.commands<engine::Broadcast>().size() == before + 6);
    CHECK(world.alerts("limit-fee-per-gas").size() == 1);
    // A ceiling above what is out and below what pools take for a replacement.
    world.position().limits.max_fee_per_gas = gwei(24);
    world.give(engine::SettingsReloaded{world.config});
    world.run();
    const auto then = world.commands<engine::Broadcast>().size();
    world.mine(4);
    CHECK(signed_fields(world).size() == 1);
    CHECK(world.commands<engine::Broadcast>().size() == then + 4);
    world.inclusion = true;
    world.base_fee = gwei(12);
    world.mine(3);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("M08 a base fee above the ceiling lowers the bid and does not stop it") {
    World world = running();
    world.position().limits.max_fee_per_gas = gwei(23);
    world.give(engine::SettingsReloaded{world.config});
    world.base_fee = gwei(40);
    world.set_price(1'500);
    world.mine(3);
    CHECK(signed_fields(world).size() == 1);
    CHECK(world.mined_count(true) == 0);
    CHECK(world.alerts("limit-fee-per-gas").size() == 1);
    world.base_fee = gwei(20);
    world.mine(3);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("M02 M41 the number of replacements is bounded; the last is sent again") {
    World world = running();
    world.config.attempts_max = 3;
    world.give(engine::SettingsReloaded{world.config});
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(30);
    CHECK(signed_fields(world).size() == 3);
    CHECK(world.alerts("stuck").size() == 1);
    CHECK(world.commands<engine::Broadcast>().size() > 25);
    world.pool.clear();  // every pool forgot it
    world.inclusion = true;
    world.mine(3);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("M03 M05 underpriced is answered at once, not after the timer") {
    for (const auto outcome : {SendOutcome::Underpriced, SendOutcome::ReplacementUnderpriced}) {
        World world = running();
        world.set_price(1'500);
        bool first = true;
        world.before = [&](const engine::Command& command) {
            if (!std::holds_alternative<engine::Broadcast>(command)) return;
            world.send_answer.reset();
            if (first) world.send_answer = outcome;
            first = false;
        };
        world.mine(1);
        CHECK(signed_fields(world).size() == 2);
        CHECK(world.alerts("foreign-pending").size() == (outcome == SendOutcome::Underpriced ? 0 : 1));
        world.mine(2);
        CHECK(world.mined_count(true) == 1);
        check_rules(world);
    }
}

TEST_CASE("M18 an unknown outcome keeps the bytes going out") {
    World world = running();
    world.send_answer = SendOutcome::Unknown;
    world.set_price(1'500);
    world.mine(2);
    CHECK(count(world, Stage::Sent) == 0);
    CHECK(world.pool.empty());
    world.send_answer.reset();
    world.mine(2);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("an allowance that is given ahead and stuck does not hold the rescue back: it has the same nonce") {
    World world;
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.start();
    world.run();
    world.inclusion = false;
    world.set_price(1'700);  // 1.36, in the warning zone
    world.mine(3);
    REQUIRE(signed_fields(world).size() == 1);
    CHECK(world.journal.back().purpose == Purpose::Prepare);
    world.set_price(1'500);
    world.mine(3);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() >= 2);
    CHECK(sent.back().nonce == sent.front().nonce);
    CHECK(sent.back().max_fee > sent.front().max_fee);
    world.inclusion = true;
    world.mine(8);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.health() >= wad(159));
    check_rules(world);
}
