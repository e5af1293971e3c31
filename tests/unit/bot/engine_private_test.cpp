// SPDX-License-Identifier: Apache-2.0
// What is shown to relays alone, and when all are shown it.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Purpose;
using engine::SendOutcome;

namespace {

World with_relays(std::map<std::string, SendOutcome> relays) {
    World world;
    world.position().warn = wad(126);
    for (const auto& [name, says] : relays) world.config.relays.push_back(name);
    world.relays = std::move(relays);
    world.start();
    world.run();
    world.mine(1);
    return world;
}

std::vector<bool> hidden(const World& world) {
    std::vector<bool> out;
    for (const auto& broadcast : world.commands<engine::Broadcast>()) out.push_back(broadcast.hidden);
    return out;
}

U256 cost(const engine::TxFields& tx) {
    return *checked_mul(tx.max_fee.value, U256{tx.gas_limit});
}

/// No node takes what may cost more.
void refuse_above(World& world, const U256& most, engine::SendOutcome answer) {
    world.before = [&world, most, answer](const engine::Command& command) {
        const auto* sent = std::get_if<engine::Broadcast>(&command);
        if (sent == nullptr) return;
        world.send_answer.reset();
        for (const auto& row : world.journal) {
            if (row.stage == Stage::Signed && row.hash == sent->hash && cost(row.tx) > most) world.send_answer = answer;
        }
    };
}

}  // namespace

TEST_CASE("P02 P08 a rescue with time is shown to relays alone for two blocks, then to all: the same bytes") {
    World world = with_relays({{"one", SendOutcome::Accepted}});
    world.config.replace_after = 10;
    world.give(engine::SettingsReloaded{world.config});
    world.set_price(1'500);
    world.mine(1);
    CHECK(hidden(world) == std::vector{true});
    world.mine(1);
    CHECK(hidden(world) == std::vector{true, true});
    CHECK(world.pool.empty());
    world.mine(1);
    CHECK(hidden(world) == std::vector{true, true, false});
    REQUIRE(world.pool.size() == 1);
    CHECK(world.pool[0].hash == world.commands<engine::Broadcast>()[0].hash);
    world.mine(2);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(signed_fields(world).size() == 1);
    check_rules(world);
}

TEST_CASE("P01 when no relay has it, all are shown it in the same block") {
    World world = with_relays({{"one", SendOutcome::Accepted}, {"two", SendOutcome::Unknown}});
    world.set_price(1'500);
    world.mine(1);
    CHECK(hidden(world) == std::vector{true});  // the other has it
    CHECK(world.alerts("relay").size() == 1);
    CHECK(world.alerts("relay")[0].position == "relay two");
    world.relays["one"] = SendOutcome::Unknown;  // it says that it has lost it
    world.give(engine::Sent{world.commands<engine::Broadcast>()[0].hash, "relay one", SendOutcome::Unknown, "", true});
    world.run();
    CHECK(hidden(world) == std::vector{true, false});
    world.relays["one"] = SendOutcome::Accepted;
    world.mine(2);
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("P03 a fee that a relay calls too low is raised at once, and stays hidden") {
    World world = with_relays({{"one", SendOutcome::Accepted}});
    world.set_price(1'500);
    world.mine(1);
    world.give(
        engine::Sent{world.commands<engine::Broadcast>()[0].hash, "relay one", SendOutcome::Underpriced, "", true});
    world.run();
    REQUIRE(signed_fields(world).size() == 2);
    CHECK(signed_fields(world)[1].nonce == signed_fields(world)[0].nonce);
    CHECK(signed_fields(world)[1].max_fee > signed_fields(world)[0].max_fee);
    CHECK(hidden(world) == std::vector{true, true});
    check_rules(world);
}

TEST_CASE("R19 what has no time left is shown to all at once") {
    World world = with_relays({{"one", SendOutcome::Accepted}});
    world.config.private_blocks = 50;
    world.give(engine::SettingsReloaded{world.config});
    SUBCASE("from the beginning") {
        world.set_price(1'300);
        world.mine(1);
        CHECK(hidden(world) == std::vector{false});
    }
    SUBCASE("from the block on that takes the time away") {
        world.set_price(1'500);
        world.mine(1);
        CHECK(hidden(world) == std::vector{true});
        world.set_price(1'300);
        world.mine(1);
        CHECK_FALSE(hidden(world).back());
    }
    world.mine(2);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("R19 what loses its time while it is being written is shown to all when it goes out") {
    World world = with_relays({{"one", SendOutcome::Accepted}});
    world.config.private_blocks = 50;
    world.give(engine::SettingsReloaded{world.config});
    bool slow = true;
    world.delay = [&](const engine::Command& command) {
        return slow && std::holds_alternative<engine::Persist>(command);
    };
    world.set_price(1'500);
    world.mine(1);
    CHECK(hidden(world).empty());
    world.set_price(1'300);
    world.mine(1);
    slow = false;
    world.release();
    REQUIRE_FALSE(hidden(world).empty());
    CHECK_FALSE(hidden(world).front());
    world.mine(2);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("P04 what all were shown is not hidden again when a reorganisation takes the head back") {
    World world = with_relays({{"one", SendOutcome::Accepted}});
    world.config.replace_after = 20;
    world.give(engine::SettingsReloaded{world.config});
    world.inclusion = false;
    world.mine(3);
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(hidden(world) == std::vector{true, true, false});
    world.reorg(3, false);
    world.set_price(1'500);
    world.mine(2);
    const auto all = hidden(world);
    REQUIRE(all.size() > 3);
    CHECK(std::count(all.begin(), all.end(), true) == 2);
}

TEST_CASE("approvals hide nothing, and without relays nothing is hidden") {
    World world = with_relays({{"one", SendOutcome::Accepted}});
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.mine(12);
    world.set_price(1'500);
    world.mine(1);
    CHECK(world.journal.front().purpose == Purpose::Approve);
    CHECK(hidden(world) == std::vector{false});
    World bare = running();
    bare.set_price(1'500);
    bare.mine(1);
    CHECK(hidden(bare) == std::vector{false});
}

TEST_CASE("P04 after a restart or out of its block again it is shown to all") {
    World world = with_relays({{"one", SendOutcome::Accepted}});
    world.config.private_blocks = 50;
    world.give(engine::SettingsReloaded{world.config});
    world.set_price(1'500);
    world.mine(1);
    CHECK(hidden(world) == std::vector{true});
    world.start();
    world.run();
    world.mine(1);
    CHECK_FALSE(hidden(world).back());
    world.mine(2);
    CHECK(world.mined_count(true) == 1);
    const auto before = hidden(world).size();
    world.reorg(3, false);
    world.mine(1);
    REQUIRE(hidden(world).size() > before);
    CHECK_FALSE(hidden(world).back());
    check_rules(world);
}

TEST_CASE("M10 a bid is lowered to what nodes take, as long as that covers the base fee") {
    World world = running();
    world.set_price(1'500);
    world.mine(1);
    const auto usual = signed_fields(world).at(0);
    const auto cost = [](const engine::TxFields& tx) { return *checked_mul(tx.max_fee.value, U256{tx.gas_limit}); };

    World capped = running();
    capped.config.rpc_fee_cap = Wei{*mul_div_down(cost(usual), U256{3}, U256{4})};
    capped.give(engine::SettingsReloaded{capped.config});
    capped.set_price(1'500);
    capped.mine(1);
    const auto lower = signed_fields(capped).at(0);
    CHECK(cost(lower) <= capped.config.rpc_fee_cap.value);
    CHECK(lower.max_fee >= capped.base_fee);
    CHECK(capped.alerts("rpc-fee-cap").empty());

    World hopeless = running();
    hopeless.config.rpc_fee_cap = Wei{*div_down(cost(usual), U256{100})};
    hopeless.give(engine::SettingsReloaded{hopeless.config});
    hopeless.set_price(1'500);
    hopeless.mine(1);
    CHECK(signed_fields(hopeless).at(0).max_fee == usual.max_fee);  // a node without a cap, or a relay, takes it
    CHECK(hopeless.alerts("rpc-fee-cap").size() == 1);
}

TEST_CASE("M10 what the key cannot pay any more does not hold the nonce when fees have fallen") {
    World world = running();
    world.position().limits.max_fee_per_gas = gwei(300);
    world.give(engine::SettingsReloaded{world.config});
    world.base_fee = gwei(100);
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    const auto first = signed_fields(world).at(0);
    const U256 left = *div_up(cost(first), U256{2});
    world.state().native[kOwner] = left;
    world.pool.clear();
    world.inclusion = true;
    refuse_above(world, left, engine::SendOutcome::InsufficientFunds);
    world.base_fee = gwei(10);
    world.mine(12);
    CHECK(world.mined_count(true) == 1);
    CHECK(signed_fields(world).back().nonce == first.nonce);
    CHECK(signed_fields(world).back().max_fee < first.max_fee);
    CHECK(count(world, Stage::Reserved) == 1);
    check_rules(world);
}

TEST_CASE("M10 what costs more than nodes take does not hold the nonce when fees have fallen") {
    World world = running();
    world.set_price(1'500);
    world.mine(1);
    const Gas gas = signed_fields(world).at(0).gas_limit;
    const Wei cap{*checked_mul(gwei(40).value, U256{gas})};

    const auto capped = [&](const Wei& limit) {
        World out = running();
        out.config.rpc_fee_cap = cap;
        out.position().limits.max_fee_per_gas = limit;
        out.give(engine::SettingsReloaded{out.config});
        return out;
    };

    World dear = capped(gwei(300));
    refuse_above(dear, cap.value, engine::SendOutcome::FeeCapExceeded);
    dear.base_fee = gwei(100);
    dear.set_price(1'500);
    dear.mine(2);
    const auto first = signed_fields(dear).at(0);
    REQUIRE(cost(first) > cap.value);
    REQUIRE(dear.pool.empty());
    dear.base_fee = gwei(10);
    dear.mine(12);  // the base fee of the bid falls with the blocks
    CHECK(dear.mined_count(true) == 1);
    CHECK(dear.health() >= wad(159));
    CHECK(signed_fields(dear).back().max_fee < first.max_fee);
    CHECK(signed_fields(dear).back().nonce == first.nonce);
    CHECK(count(dear, Stage::Reserved) == 1);
    check_rules(dear);

    // A node said that it took it, and no pool has it.
    World deceived = capped(gwei(100));
    refuse_above(deceived, cap.value, engine::SendOutcome::Accepted);
    deceived.base_fee = gwei(80);
    deceived.set_price(1'500);
    deceived.mine(2);
    REQUIRE(cost(signed_fields(deceived).at(0)) > cap.value);
    deceived.base_fee = gwei(10);
    deceived.mine(12);
    CHECK(deceived.mined_count(true) == 1);
    CHECK(signed_fields(deceived).back().max_fee < signed_fields(deceived).at(0).max_fee);
    CHECK(count(deceived, Stage::Reserved) == 1);
    check_rules(deceived);

    // What waits for the base fee to fall below the owner's limit waits where nodes take it.
    World waits = capped(gwei(60));
    waits.base_fee = gwei(100);
    waits.set_price(1'500);
    waits.mine(1);
    CHECK(cost(signed_fields(waits).at(0)) <= cap.value);
    CHECK(stands(waits, "rpc-fee-cap"));
}

TEST_CASE("M27 what ran out of gas has more the next time") {
    World world = running();
    world.forced_revert = true;
    world.gas_used = 10'000'000;
    world.set_price(1'500);
    world.mine(3);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() >= 2);
    CHECK(sent[1].nonce == sent[0].nonce + 1);
    CHECK(sent[1].gas_limit == sent[0].gas_limit + sent[0].gas_limit / 2);
    World other = running();
    other.forced_revert = true;
    other.set_price(1'500);
    other.mine(3);
    REQUIRE(signed_fields(other).size() >= 2);
    CHECK(signed_fields(other)[1].gas_limit == signed_fields(other)[0].gas_limit);
}

TEST_CASE("M28 an estimate below the plan's own measure is not believed") {
    World world = running();
    world.planner = [](const strategies::Situation& situation) {
        auto ladder = strategies::plan_ladder(situation);
        for (auto& plan : ladder.rungs) plan.gas = 400'000;
        return ladder;
    };
    world.start();
    world.run();
    world.mine(1);
    world.set_price(1'500);
    world.mine(1);
    CHECK(signed_fields(world).at(0).gas_limit == 500'000);
}
