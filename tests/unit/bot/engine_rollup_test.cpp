// SPDX-License-Identifier: Apache-2.0
// Chains that bill for data: in plans, limits, balance, alerts and what was spent.
#include "chain/tx/data_fee.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;

namespace {

/// A transaction of some hundred bytes then costs some thousandths of the coin.
const U256 kPerByte = units(1, 13);

World on(tx::Rollup rollup, const U256& per_byte = kPerByte) {
    World world;
    world.position().warn = wad(126);
    world.config.rollup = rollup;
    world.config.wrapped_native = kEth;
    world.state().wei_per_byte = per_byte;
    return world;
}

void fall(World& world) {
    world.start();
    world.run();
    world.mine(1);
    world.set_price(1'500);
    world.mine(1);
}

/// What is bid for a rescue that may cost so much in all, by what the key has or by what it may spend in a day.
engine::TxFields bid_within(World world, const U256& bound, bool by_balance) {
    if (by_balance)
        world.state().native[kOwner] = bound;
    else
        world.position().limits.max_gas_per_day = Wei{bound};
    fall(world);
    REQUIRE(signed_fields(world).size() == 1);
    return signed_fields(world)[0];
}

const engine::Gate* gate(const World& world, const std::string& name) {
    static engine::Decision decision;
    decision = *world.last_decision();
    for (const auto& one : decision.gates) {
        if (one.name == name) return &one;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("the fee for data is asked with the simulation, of the very call, and only where there is one") {
    for (const auto rollup : {tx::Rollup::None, tx::Rollup::OpStack, tx::Rollup::Arbitrum}) {
        World world = on(rollup);
        fall(world);
        const auto simulations = world.commands<engine::Simulate>();
        REQUIRE_FALSE(simulations.empty());
        const bool asks = rollup == tx::Rollup::OpStack;
        CHECK(simulations[0].before.size() == (asks ? 4 : 1));
        if (!asks) continue;
        CHECK(simulations[0].before[1] ==
              tx::data_fee_call(world.config.chain_id, simulations[0].calls[0].to, simulations[0].calls[0].data));
        CHECK(simulations[0].before[2] == tx::operator_fee_calls()[0]);
        CHECK(simulations[0].before[3] == tx::operator_fee_calls()[1]);
        world.mine(3);
        CHECK(world.journal.back().outcome == "rescued");
        check_rules(world);
    }
}

TEST_CASE("the fee for data counts within the gas of a day and the balance") {
    struct Bound {
        std::string gate;
        std::function<void(World&, const U256&)> set;
    };
    const std::vector<Bound> bounds = {
        {"limit-gas-per-day", [](World& w, const U256& wei) { w.position().limits.max_gas_per_day = Wei{wei}; }},
        {"native-balance", [](World& w, const U256& wei) { w.state().native[kOwner] = wei; }},
    };
    for (const auto& bound : bounds) {
        for (const auto rollup : {tx::Rollup::None, tx::Rollup::OpStack}) {
            CAPTURE(bound.gate);
            World world = on(rollup);
            // 250'000 gas at some 10 gwei are 0.0025 of the coin; an approval's bytes are about 0.0015 more.
            bound.set(world, units(32, 14));
            fall(world);
            const bool billed = rollup == tx::Rollup::OpStack;
            CHECK(world.commands<engine::Sign>().empty() == billed);
            REQUIRE(gate(world, bound.gate) != nullptr);
            CHECK(gate(world, bound.gate)->passed != billed);
        }
    }
}

TEST_CASE("the bid leaves room for the fee for data") {
    const U256 bound = units(8, 15);
    for (const bool by_balance : {false, true}) {
        CAPTURE(by_balance);
        const auto bid = [&](const U256& per_byte) {
            return bid_within(on(tx::Rollup::OpStack, per_byte), bound, by_balance);
        };
        const auto cheap = bid(U256{1});
        const auto dear = bid(kPerByte);
        CHECK(dear.max_fee < cheap.max_fee);
        CHECK(*checked_mul(dear.max_fee.value, U256{dear.gas_limit}) < bound);
    }
}

TEST_CASE("what was spent is gas and the fee for data, by the receipt") {
    World world = on(tx::Rollup::OpStack);
    world.data_fee = Wei{units(7, 15)};
    fall(world);
    world.mine(4);
    REQUIRE(world.journal.back().stage == Stage::Settled);
    const auto& last = world.journal.back();
    const U256 gas = *checked_mul(U256{world.gas_used}, last.tx.max_fee.value);
    CHECK(last.gas_spent.value == *checked_add(gas, units(7, 15)));
    check_rules(world);
}

/// With coin for many rescues' gas and little else.
bool lacks_gas_money(World& world) {
    world.config.audit_interval = 4;
    world.state().native[kOwner] = units(2, 16);
    world.base_fee = gwei(1);
    world.start();
    world.run();
    world.mine(12);
    world.give(engine::Tick());
    world.run();
    return !world.alerts("gas-money").empty();
}

TEST_CASE("X13 gas money for few rescues counts the fee for data") {
    for (const bool billed : {false, true}) {
        World world = on(tx::Rollup::OpStack, billed ? kPerByte : U256{1});
        CHECK(lacks_gas_money(world) == billed);
    }
}

/// Of a transaction, and of a million gas.
tx::OperatorFee operation(const U256& constant, const U256& per_million) {
    return {Wei{constant}, Wei{per_million}};
}

TEST_CASE("the operator's fee of the whole gas limit counts within the gas of a day and the balance") {
    for (const bool by_balance : {false, true}) {
        for (const bool by_gas : {false, true}) {
            for (const bool billed : {false, true}) {
                CAPTURE(by_balance);
                CAPTURE(by_gas);
                World world = on(tx::Rollup::OpStack, U256{1});
                // Gas is below 0.003 of the coin, 0.001 is left; a limit of 250'000 gas makes a quarter of per_million.
                if (by_balance)
                    world.state().native[kOwner] = units(40, 14);
                else
                    world.position().limits.max_gas_per_day = Wei{units(40, 14)};
                if (by_gas) world.state().operation = operation({}, units(billed ? 80 : 16, 14));
                if (!by_gas) world.state().operation = operation(units(billed ? 20 : 4, 14), {});
                fall(world);
                CHECK(world.commands<engine::Sign>().empty() == billed);
                const auto* bound = gate(world, by_balance ? "native-balance" : "limit-gas-per-day");
                REQUIRE(bound != nullptr);
                CHECK(bound->passed != billed);
            }
        }
    }
}

TEST_CASE("the bid leaves room for the operator's fee of the gas limit") {
    const U256 bound = units(8, 15);
    for (const bool by_balance : {false, true}) {
        CAPTURE(by_balance);
        const auto bid = [&](const tx::OperatorFee& fee) {
            World world = on(tx::Rollup::OpStack, U256{1});
            world.state().operation = fee;
            return bid_within(std::move(world), bound, by_balance);
        };
        const auto dear = operation(units(1, 15), units(8, 15));
        const auto fields = bid(dear);
        CHECK(fields.max_fee < bid(operation({}, {})).max_fee);
        const U256 gas = *checked_mul(fields.max_fee.value, U256{fields.gas_limit});
        const U256 whole = *checked_add(gas, dear.of_gas(fields.gas_limit).value);
        CHECK(whole <= bound);
        CHECK(*checked_add(whole, units(1, 13)) > bound);
    }
}

TEST_CASE("the operator's fee that a simulation does not say is as it was last read") {
    World world = on(tx::Rollup::OpStack, U256{1});
    world.state().operation = operation(units(20, 14), {});
    world.position().limits.max_gas_per_day = Wei{units(40, 14)};
    world.start();
    world.run();
    world.mine(1);
    world.before = [&](const engine::Command& command) {
        if (std::holds_alternative<engine::Simulate>(command)) world.state().wei_per_byte = {};
    };
    world.set_price(1'500);
    world.mine(1);
    CHECK(world.commands<engine::Sign>().empty());
    REQUIRE(gate(world, "limit-gas-per-day") != nullptr);
    CHECK_FALSE(gate(world, "limit-gas-per-day")->passed);
}

TEST_CASE("what was spent has the operator's fee of the gas used") {
    World world = on(tx::Rollup::OpStack);
    world.data_fee = Wei{units(7, 15)};
    world.state().operation = operation(units(3, 15), units(4, 15));
    fall(world);
    world.mine(4);
    const auto& last = world.journal.back();
    REQUIRE(last.stage == Stage::Settled);
    const U256 gas = *checked_mul(U256{world.gas_used}, last.tx.max_fee.value);
    const U256 operated = *checked_add(units(3, 15), units(6, 14));  // of 150'000 gas
    CHECK(last.gas_spent.value == *checked_add(gas, *checked_add(units(7, 15), operated)));
    check_rules(world);
}

TEST_CASE("gas money for few rescues counts the operator's fee") {
    for (const bool billed : {false, true}) {
        World world = on(tx::Rollup::OpStack, U256{1});
        world.state().operation = operation({}, billed ? units(1, 17) : U256{1});
        CHECK(lacks_gas_money(world) == billed);
    }
}

TEST_CASE("a chain that does not say what data costs: told, and the rescue goes on") {
    for (const auto rollup : {tx::Rollup::OpStack, tx::Rollup::Arbitrum}) {
        World world = on(rollup, U256{});
        fall(world);
        world.mine(4);
        CHECK(world.alerts("data-fee").size() == 1);
        CHECK(world.journal.back().outcome == "rescued");
        check_rules(world);
    }
}

TEST_CASE("on Arbitrum gas holds the bytes too: limits for other chains do not stop it") {
    constexpr Gas kWithData = 40'000'000;
    for (const auto rollup : {tx::Rollup::None, tx::Rollup::Arbitrum}) {
        config::Settings settings;
        config::Chain chain;
        chain.id = rollup == tx::Rollup::Arbitrum ? 42161 : 1;
        const auto known = engine::engine_config(settings, chain);
        CHECK(known.rollup == rollup);
        World world = on(rollup, U256{1});
        world.config.gas_limit_max = known.gas_limit_max;
        world.gas_estimate = kWithData;
        world.base_fee = Wei{units(1, 7)};  // a hundredth of a gwei
        fall(world);
        if (rollup == tx::Rollup::None) {
            CHECK_FALSE(gate(world, "gas-limit")->passed);
            continue;
        }
        REQUIRE(signed_fields(world).size() == 1);
        CHECK(signed_fields(world)[0].gas_limit == kWithData + kWithData / 4);
    }
}

TEST_CASE("on Arbitrum a node that cannot estimate leaves room for the gas of the bytes") {
    const auto limit = [](const U256& per_byte) {
        World world = on(tx::Rollup::Arbitrum, per_byte);
        world.config.gas_limit_max = engine::kArbitrumGasMax;
        world.base_fee = Wei{units(1, 7)};
        world.lose = [](const engine::Command& command) {
            return std::holds_alternative<engine::EstimateGas>(command);
        };
        fall(world);
        REQUIRE(signed_fields(world).size() == 1);
        return signed_fields(world)[0].gas_limit;
    };
    const Gas bytes = 512 * 20'000;  // a gas costs 1e7, a byte 2e11
    CHECK(limit(units(2, 11)) - limit(U256{0}) == bytes + bytes / 4);
}
