// SPDX-License-Identifier: Apache-2.0
// Faults of nodes, pools and hosts (tests/faults/list.md), each with what the engine must make of it.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::SendOutcome;
using engine::Stage;

namespace {

/// One repayment was mined, it was signed `signatures` times, and the position is safe.
void check_once(World& world, std::size_t signatures = 1) {
    check_rules(world);
    CHECK(signed_fields(world).size() == signatures);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.mined_count(false) == 0);
    CHECK(count(world, Stage::Settled) == 1);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.health() >= wad(159));
}

template <class Command>
bool is(const engine::Command& command) {
    return std::holds_alternative<Command>(command);
}

}  // namespace

TEST_CASE("M01 M02 M43 taken by the node and known to nobody a block later: the same bytes go out again") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(world.pool.size() == 1);
    const Bytes raw = world.pool[0].raw;
    world.pool.clear();
    world.mine(1);
    REQUIRE(world.pool.size() == 1);
    CHECK(world.pool[0].raw == raw);
    world.pool.clear();
    world.inclusion = true;
    world.mine(4);
    check_once(world, signed_fields(world).size());
}

TEST_CASE(
    "M04 a replacement that the pool calls too cheap: at once a dearer one than the dearest, no stranger suspected") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    std::size_t replacements = 0;
    world.before = [&](const engine::Command& command) {
        if (!is<engine::Broadcast>(command)) return;
        world.send_answer.reset();
        const bool second = signed_fields(world).size() == 2;
        if (second && ++replacements == 1) world.send_answer = SendOutcome::ReplacementUnderpriced;
    };
    world.mine(2);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() == 3);
    CHECK(sent[2].nonce == sent[1].nonce);
    CHECK(sent[2].max_fee.value > *mul_div_down(sent[1].max_fee.value, U256{110}, U256{100}));
    CHECK(sent[2].max_priority_fee.value > *mul_div_down(sent[1].max_priority_fee.value, U256{110}, U256{100}));
    CHECK(world.alerts("foreign-pending").empty());
    world.inclusion = true;
    world.mine(3);
    check_once(world, 3);
}

TEST_CASE("M03 every bid is refused: a few in one block, not all that there are") {
    for (const auto said : {SendOutcome::Underpriced, SendOutcome::ReplacementUnderpriced, SendOutcome::Invalid}) {
        World world = running();
        world.send_answer = said;
        world.set_price(1'500);
        world.mine(1);
        CHECK(signed_fields(world).size() == 3);
        world.mine(1);
        CHECK(signed_fields(world).size() <= 6);
        world.send_answer.reset();
        world.mine(6);
        check_once(world, signed_fields(world).size());
    }
}

TEST_CASE("M07 the base fee rises by an eighth for twenty blocks: the bid keeps up") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    for (int i = 0; i < 20; ++i) {
        world.base_fee = Wei{*mul_div_up(world.base_fee.value, U256{9}, U256{8})};
        world.mine(1);
        REQUIRE_FALSE(signed_fields(world).empty());
        // What is out now would be taken by the next block, however full this one was.
        CHECK(signed_fields(world).back().max_fee.value >= *mul_div_up(world.base_fee.value, U256{9}, U256{8}));
    }
    world.inclusion = true;
    world.mine(4);
    check_once(world, signed_fields(world).size());
}

TEST_CASE("M13 the nonce is used and nobody tells by what: nothing new is signed until the receipt is there") {
    World world = running();
    world.set_price(1'500);
    world.mine(1);
    world.receipts_hidden = true;
    world.set_price(900);  // what is mined now does not suffice any more
    world.mine(3);
    CHECK(world.mined_count(true) == 1);
    for (const auto& tx : signed_fields(world)) CHECK(tx.nonce == 7);
    world.receipts_hidden = false;
    world.position().limits.cooldown = std::chrono::seconds{0};
    world.give(engine::SettingsReloaded{world.config});
    world.mine(6);
    CHECK(world.mined_count(true) == 2);
    const auto sent = signed_fields(world);
    CHECK(sent.back().nonce == 8);
    CHECK(sent.back().data != sent.front().data);  // planned anew, not signed again
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE("M19 the node says no and took it all the same: it is found, and there is no second one") {
    for (const auto said : {SendOutcome::Unknown, SendOutcome::Invalid, SendOutcome::FeeCapExceeded,
                            SendOutcome::InsufficientFunds, SendOutcome::NonceTooHigh}) {
        World world = running();
        world.send_answer = said;
        world.set_price(1'500);
        world.mine(1);
        REQUIRE(world.pool.empty());
        for (const auto& record : world.journal) {
            if (record.stage == Stage::Signed) world.pool.push_back({kOwner, record.tx, record.raw, record.hash});
        }
        REQUIRE_FALSE(world.pool.empty());
        world.pool.resize(1);
        world.mine(3);
        check_once(world, signed_fields(world).size());
    }
}

TEST_CASE("M20 one node takes it, another calls it impossible: it was taken") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(world.pool.size() == 1);
    world.give(engine::Sent{world.pool[0].hash, "other node", SendOutcome::Invalid, "exceeds block gas limit", false});
    world.run();
    CHECK(world.alerts("send-refused").size() == 1);
    CHECK(count(world, Stage::Abandoned) == 0);
    world.inclusion = true;
    world.mine(3);
    check_once(world);
}

TEST_CASE("M11 M23 M37 the first is mined while its replacement goes out: 'nonce too low' changes nothing") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    const auto first = world.pool;
    world.before = [&](const engine::Command& command) {
        if (!is<engine::Broadcast>(command) || signed_fields(world).size() < 2) return;
        world.pool = first;
        world.send_answer = SendOutcome::NonceTooLow;
    };
    world.mine(2);
    REQUIRE(signed_fields(world).size() == 2);
    world.before = nullptr;
    world.inclusion = true;
    world.mine(1);
    world.send_answer.reset();
    world.mine(3);
    check_once(world, 2);
    CHECK(world.journal.back().attempt == 0);
    CHECK(world.alerts("wallet-stopped").empty());
}

TEST_CASE("gas is never estimated: the plan's own measure is used") {
    World world = running();
    world.lose = [](const engine::Command& command) { return is<engine::EstimateGas>(command); };
    world.set_price(1'500);
    world.mine(6);
    check_once(world);
}

TEST_CASE("M30 fees cannot be asked for any more: what was known last still sends") {
    World world = running();
    world.lose = [](const engine::Command& command) { return is<engine::FetchFees>(command); };
    world.mine(20);
    world.set_price(1'500);
    world.mine(6);
    check_once(world);
}

TEST_CASE("M33 no money for gas: alarm, and the same bytes once there is some") {
    World world = running();
    world.send_answer = SendOutcome::InsufficientFunds;
    world.set_price(1'500);
    world.mine(1);
    CHECK(world.alerts("insufficient-funds").size() == 1);
    CHECK(world.alerts("insufficient-funds").front().level == engine::AlertLevel::Critical);
    world.send_answer.reset();
    world.mine(3);
    check_once(world);
}

TEST_CASE("M38 the block of the inclusion is the first confirmation") {
    for (const std::uint32_t confirmations : {1U, 2U, 4U}) {
        CAPTURE(confirmations);
        World world = running();
        world.config.confirmations = confirmations;
        world.give(engine::SettingsReloaded{world.config});
        world.set_price(1'500);
        world.mine(1);
        for (std::uint32_t seen = 1; seen <= confirmations; ++seen) {
            CHECK(count(world, Stage::Settled) == 0);
            world.mine(1);
            CHECK(world.mined_count(true) == 1);
        }
        CHECK(count(world, Stage::Settled) == 1);
    }
}

TEST_CASE("O22 the price comes back before anything is signed: nothing is") {
    World world = running();
    world.delay = [](const engine::Command& command) { return is<engine::Simulate>(command); };
    world.set_price(1'500);
    world.mine(1);
    world.delay = nullptr;
    world.set_price(2'000);
    world.build();
    world.give(engine::BlockAdded{world.head(), world.chain.back().logs, 1});
    world.release();
    world.mine(3);
    CHECK(signed_fields(world).empty());
    CHECK(world.last_decision()->outcome == engine::Outcome::Safe);
}

TEST_CASE("H01 X06 asleep for five minutes between simulation and signature: nothing of before goes out") {
    World world = running();
    world.delay = [](const engine::Command& command) { return is<engine::Simulate>(command); };
    world.set_price(1'500);
    world.mine(1);
    world.delay = nullptr;
    world.extra_ms += 300'000;
    world.release();
    CHECK(signed_fields(world).empty());
    CHECK(world.journal.empty());
    world.extra_ms -= 300'000;  // the next head is of now
    world.mine(4);
    check_once(world);
}

TEST_CASE("O03 R21 the oracle has no price: alarm, nothing is sent, and what it says later is acted on") {
    World world = running();
    world.set_price(0);
    world.mine(3);
    CHECK(world.alerts("no-value").size() == 1);
    CHECK(world.alerts("no-value").front().level == engine::AlertLevel::Critical);
    CHECK(signed_fields(world).empty());
    world.set_price(1'500);
    world.mine(4);
    CHECK(world.alerts("no-value").back().resolved);
    check_once(world);
}

TEST_CASE("D10 the disk fills up after the signature: what is signed goes on being sent, nothing new is signed") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    world.lose = [](const engine::Command& command) { return is<engine::Persist>(command); };
    world.mine(4);
    std::set<Hash32> sent;
    for (const auto& broadcast : world.commands<engine::Broadcast>()) sent.insert(broadcast.hash);
    CHECK(sent.size() == 1);  // a replacement is not sent before it is on disk
    CHECK(world.commands<engine::Broadcast>().size() >= 4);
    CHECK_FALSE(world.alerts("outbox").empty());
    world.lose = nullptr;
    world.inclusion = true;
    world.mine(4);
    check_rules(world);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.journal.back().outcome == "rescued");
}

TEST_CASE("R15 a plan that raises nothing is not sent, whatever it says of itself") {
    World world;
    world.position().warn = wad(126);
    const auto plain = world.planner;
    world.planner = [&](const strategies::Situation& situation) {
        auto ladder = plain(situation);
        for (auto& plan : ladder.rungs) {
            const U256 dust{1};
            auto& data = plan.calls.back().data;
            for (std::size_t i = 0; i < 32; ++i) data[65 + i] = dust.to_be_bytes()[i];
        }
        return ladder;
    };
    world.start();
    world.run();
    world.mine(1);
    world.set_price(1'500);
    world.mine(4);
    CHECK(signed_fields(world).empty());
    CHECK(world.last_decision()->reason == "simulation");
}

TEST_CASE("R03 a liquidator was first, in part: planned anew on what is left") {
    World world = running();
    world.simulation_fails = true;
    world.set_price(1'500);
    world.mine(2);
    REQUIRE(signed_fields(world).empty());
    const auto wanted = world.last_decision()->plan;
    world.set_position(units(8, 18), units(8'300, 6));  // 9,600 over 8,300
    world.mine(1);
    CHECK(world.last_decision()->plan != wanted);
    world.simulation_fails = false;
    world.mine(4);
    check_once(world);
    CHECK(world.health() < wad(161));
}

TEST_CASE("R04 the position is gone before anything is sent: the incident ends without a transaction") {
    World world = running();
    world.simulation_fails = true;
    world.set_price(1'500);
    world.mine(2);
    REQUIRE(world.alerts("below-trigger").size() == 1);
    world.simulation_fails = false;
    world.set_position(units(1, 18), U256{});
    world.mine(4);
    CHECK(signed_fields(world).empty());
    CHECK(world.journal.empty());
    CHECK(world.alerts("below-trigger").back().resolved);
    CHECK(world.last_decision()->outcome == engine::Outcome::Safe);
}

TEST_CASE("R10 interest alone brings it below the trigger with the next block: it acts in this one") {
    World world;
    world.position().warn = wad(126);
    world.state().market.assets[1].rate = 2'000'000'000'000;  // 2,000 a year, as 1e-9 of the debt: 0.08 % a block
    world.start();
    world.run();
    world.mine(1);
    for (int i = 0; i < 400 && signed_fields(world).empty(); ++i) world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    const auto decisions = world.commands<engine::Decide>();
    const auto acting = std::find_if(decisions.begin(), decisions.end(), [](const auto& command) {
        return command.decision.outcome == engine::Outcome::Acting;
    });
    REQUIRE(acting != decisions.end());
    CHECK(acting->decision.health_now >= wad(125));
    CHECK(acting->decision.health_next < wad(125));
}

TEST_CASE("M26 it reverts since the position recovered: no failure, and the next danger finds it ready") {
    World world = running();
    world.config.failures_max = 1;
    world.give(engine::SettingsReloaded{world.config});
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    world.inclusion = true;
    world.forced_revert = true;
    world.set_price(2'000);
    world.mine(3);
    CHECK(world.mined_count(false) == 1);
    CHECK(world.journal.back().outcome == "not needed");
    CHECK(world.alerts("transaction-failed").empty());
    CHECK(world.alerts("not-needed").size() == 1);
    CHECK(world.engine->status().in_flight == 0);
    CHECK(signed_fields(world).size() == 1);
    world.forced_revert = false;
    world.set_price(1'500);
    world.mine(3);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.health() >= wad(159));
    check_rules(world);
}
