// SPDX-License-Identifier: Apache-2.0
// What several nodes say of the same block: prices that jump are asked of a second one, and nodes that differ.
#include <sstream>

#include "bot/engine/replay.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::AlertLevel;
using engine::Outcome;

namespace {

void honest(ChainState&) {}

/// Sees this price of the collateral, whatever it is.
std::function<void(ChainState&)> sees(std::uint64_t dollars) {
    return [dollars](ChainState& state) { state.market.assets[0].price = units(dollars, 8); };
}

/// 10 ETH at 2,000 over 10,000 USD: 1.6, at 1,500: 1.2, below its trigger.
World several(std::map<std::string, std::function<void(ChainState&)>> nodes) {
    World world;
    world.position().warn = wad(126);
    world.market_options = [] {
        FakeMarket::Options options;
        options.sources = {{0, address_of(0xF001)}};
        return options;
    };
    world.nodes = std::move(nodes);
    world.start();
    world.run();
    world.mine(2);
    return world;
}

std::size_t spent(const World& world) {
    return world.commands<engine::Sign>().size();
}

bool stopped_by(const World& world, const std::string& gate) {
    const auto decision = world.last_decision();
    if (!decision || decision->outcome == Outcome::Acting) return false;
    return std::any_of(decision->gates.begin(), decision->gates.end(),
                       [&](const auto& it) { return it.name == gate && !it.passed; });
}

}  // namespace

TEST_CASE(
    "O20 a price jumps: a second node is asked within the block, and with its word it is acted on in that block") {
    World world = several({{"first", honest}, {"second", honest}});
    bool asked = false;
    world.before = [&](const engine::Command& command) {
        asked = asked || std::holds_alternative<engine::AskEach>(command);
        if (std::holds_alternative<engine::Sign>(command)) CHECK(asked);
    };
    world.delay = [](const engine::Command& command) { return std::holds_alternative<engine::AskEach>(command); };
    asked = false;
    world.set_price(1'500);
    world.mine();
    CHECK(asked);
    CHECK(spent(world) == 0);
    CHECK(stopped_by(world, "second-node"));
    REQUIRE(world.last_decision());
    CHECK_FALSE(world.last_decision()->plan.empty());  // made meanwhile
    world.delay = nullptr;
    world.release();
    CHECK(spent(world) == 1);
    CHECK(world.alerts("jump-unconfirmed").empty());
    world.mine(3);
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("O20 nobody else says anything: after two blocks it is acted on all the same, and that is told") {
    World world = several({{"first", honest}, {"second", nullptr}});
    world.set_price(1'500);
    world.mine();
    CHECK(stopped_by(world, "second-node"));
    world.mine();
    CHECK(spent(world) == 0);
    CHECK(world.alerts("jump-unconfirmed").empty());
    world.mine();
    CHECK(spent(world) == 1);
    REQUIRE_FALSE(world.alerts("jump-unconfirmed").empty());
    CHECK(world.alerts("jump-unconfirmed")[0].level == AlertLevel::Critical);
    CHECK(world.alerts("jump-unconfirmed")[0].text.find("25.00 %") != std::string::npos);
    world.nodes["second"] = honest;
    world.mine(4);
    CHECK_FALSE(stands(world, "jump-unconfirmed"));
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("O20 a price that moves little, and a chain with one node: nothing is waited for") {
    World world = several({{"first", honest}, {"second", nullptr}});
    SUBCASE("in small steps") {
        for (const unsigned dollars : {1'920U, 1'840U, 1'760U, 1'680U, 1'610U, 1'550U}) {
            world.set_price(dollars);
            world.mine();
        }
    }
    SUBCASE("one node") {
        world = several({});
        CHECK(world.commands<engine::AskEach>().size() == 1);  // then it is known
        world.set_price(1'500);
        world.mine();
    }
    CHECK(spent(world) == 1);
    check_rules(world);
}

TEST_CASE("O20 nobody else says anything near liquidation: after one block it is acted on") {
    World world = several({{"first", honest}, {"second", nullptr}});
    world.set_price(1'300);  // 1.04
    world.mine();
    CHECK(stopped_by(world, "second-node"));
    CHECK(spent(world) == 0);
    world.mine();
    CHECK(spent(world) == 1);
    CHECK(stands(world, "jump-unconfirmed"));
    check_rules(world);
}

TEST_CASE("O20 a price jumps and one of three nodes knows nothing of it: the second one's word is enough") {
    World world = several({{"first", honest}, {"second", honest}, {"third", sees(2'000)}});
    world.set_price(1'500);
    world.mine();
    CHECK(spent(world) == 1);
    CHECK(stands(world, "nodes-differ"));
    CHECK(world.alerts("jump-unconfirmed").empty());
    check_rules(world);
}

TEST_CASE("O20 the second node knows nothing of the jump: nothing is spent on it") {
    World world = several({{"first", honest}, {"second", sees(2'000)}});
    world.set_price(1'500);
    world.mine(3);
    CHECK(spent(world) == 0);
    CHECK(stopped_by(world, "majority"));
    CHECK(stands(world, "nodes-differ"));
    SUBCASE("it says the same a little later") {
        world.nodes["second"] = honest;
        world.mine();
        CHECK(spent(world) == 1);
        CHECK_FALSE(stands(world, "nodes-differ"));
    }
    SUBCASE("a third one sees it too") {
        world.nodes["third"] = honest;
        world.mine();
        CHECK(spent(world) == 1);
        CHECK(stands(world, "nodes-differ"));
    }
    check_rules(world);
}

TEST_CASE("N36 another node reads it worse than we do: alarm as if it were so, prepared for, and nothing is spent") {
    World world = several({{"first", honest}, {"second", honest}});
    world.position().warn = wad(126);
    world.nodes["second"] = sees(1'500);
    world.mine(4);  // more than the thirty seconds between looks at what is well
    REQUIRE(stands(world, "nodes-differ"));
    CHECK(world.alerts("nodes-differ")[0].level == AlertLevel::Critical);
    CHECK(world.alerts("nodes-differ")[0].text.find("1 of 2 agree with our health factor 1.59") != std::string::npos);
    CHECK(world.alerts("nodes-differ")[0].text.find("second reads 1.19") != std::string::npos);
    REQUIRE(stands(world, "below-trigger"));
    CHECK(world.alerts("below-trigger")[0].text.find("as another node reads it") != std::string::npos);
    world.mine(10);
    CHECK(stopped_by(world, "majority"));
    CHECK(spent(world) == 0);
    world.nodes["second"] = honest;
    world.mine();
    CHECK_FALSE(stands(world, "nodes-differ"));
    CHECK_FALSE(stands(world, "below-trigger"));
    check_rules(world);
}

TEST_CASE("N36 most nodes contradict our figures: everything is read anew") {
    World world = several({{"first", honest}, {"second", honest}, {"third", honest}});
    const auto loads = [&] {
        const auto reads = world.commands<engine::Read>();
        return std::count_if(reads.begin(), reads.end(), [](const auto& read) {
            return std::any_of(read.calls.begin(), read.calls.end(),
                               [](const auto& call) { return call.to == kMarket && call.data.at(0) == kLoad; });
        });
    };
    const auto before = loads();
    world.nodes["first"] = world.nodes["second"] = sees(1'500);
    world.mine(4);
    CHECK(loads() == before + 1);
    CHECK(spent(world) == 0);
    world.nodes["second"] = world.nodes["third"];
    world.mine(20);                // longer than it waits until everything is read anew again
    CHECK(loads() == before + 1);  // one against two is outvoted
    CHECK(stands(world, "nodes-differ"));
    check_rules(world);
}

TEST_CASE("N36 one against one and no guard: after five blocks from the wallet, and not before") {
    World world = several({{"first", honest}, {"second", sees(2'000)}});
    world.set_price(1'500);
    world.mine(5);
    CHECK(spent(world) == 0);
    CHECK(stopped_by(world, "majority"));
    world.mine(1);
    CHECK(spent(world) == 1);
    CHECK(stands(world, "nodes-differ"));
    check_rules(world);
}

TEST_CASE("N36 one against one: after five blocks the guard alone, which measures for itself") {
    World world = only_guarded({kAlice});
    world.config.wallets[0].positions[0].warn = wad(126);
    world.config.wallets[0].positions[0].limits.allowed_contracts = {kGuard};
    world.planner = own_key_too;
    world.nodes = {{"first", honest}, {"second", sees(2'000)}};
    world.start();
    world.run();
    world.mine(2);
    world.set_price(1'500);
    world.mine(5);
    CHECK(spent(world) == 0);
    world.mine(2);
    const auto rows = std::count_if(world.journal.begin(), world.journal.end(), [](const auto& row) {
        return row.stage == Stage::Signed && row.strategy == "repay-with-collateral";
    });
    CHECK(spent(world) == 1);
    CHECK(rows == 1);
    check_rules(world);
}

TEST_CASE("N36 questions to every node and their answers are in the recording") {
    World world = several({{"first", honest}, {"second", nullptr}});
    world.set_price(1'500);
    world.mine(4);
    std::istringstream recorded(world.recording);
    const auto report = engine::replay(
        recorded,
        [&](const engine::EngineConfig&) -> Result<std::vector<std::unique_ptr<lending::Market>>> {
            std::vector<std::unique_ptr<lending::Market>> markets;
            markets.push_back(std::make_unique<FakeMarket>(world.market_options()));
            return markets;
        },
        world.planner);
    REQUIRE(report.has_value());
    CHECK(report->same());
    CHECK(world.recording.find("ask_each") != std::string::npos);
}
