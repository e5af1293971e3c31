// SPDX-License-Identifier: Apache-2.0
// What the market says of liquidations, done for real on a chain that is put back afterwards.
#include <cstdio>
#include <doctest/doctest.h>

#include "tests/onchain/population.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

namespace {

constexpr Hash32 kLiquidationCall = topic("LiquidationCall(address,address,address,uint256,uint256,address,bool)");
constexpr Hash32 kTransfer = topic("Transfer(address,address,uint256)");

struct Stage {
    Stage() : world(shared_world()), scene(world.node), watch(world) {
        Dice dice(7);
        populate(world, dice);
        for (const auto& account : world.all_accounts()) watch.market().watch(account);
        head = world.node.latest().ref;
        watch.sync(head);
    }

    /// The account's health factor in a block of its own that is taken back.
    U256 health_after(const Address& account, std::span<const Tx> transactions, Timestamp at) {
        const Scene aside(world.node);
        const auto block = world.node.must(transactions, at);
        return contract_summary(world, account, block.ref.hash).value().health_factor.value;
    }

    World& world;
    Scene scene;
    Watch watch;
    BlockRef head;
};

/// What the account lost of its collateral and debt by the liquidation in `block`.
struct Taken {
    U256 debt;
    U256 collateral;
};

Taken taken_in(World& world, const Hash32& block, const Address& user, const DevReserve& collateral) {
    Taken out;
    const LogFilter filter{{world.info.pool, collateral.a_token}, {kLiquidationCall, kTransfer}};
    for (const auto& log : world.node.logs(filter, block)) {
        abi::Reader reader(log.data);
        if (log.topics[0] == kLiquidationCall) {
            out.debt = reader.uint().value();
            out.collateral = *checked_add(out.collateral, reader.uint().value());
        } else if (log.topics[1] == abi::topic_of_address(user) &&
                   log.topics[2] == abi::topic_of_address(world.info.treasury)) {
            out.collateral = *checked_add(out.collateral, reader.uint().value());  // the protocol's fee
        }
    }
    return out;
}

const DevReserve& reserve_of(World& world, const Address& asset) {
    for (const auto& reserve : world.info.reserves) {
        if (reserve.asset == asset) return reserve;
    }
    throw std::runtime_error("no such reserve");
}

}  // namespace

TEST_CASE("at the liquidation price the contract says below one, one unit nearer to safety it does not") {
    Stage stage;
    World& world = stage.world;
    const Timestamp at = stage.head.timestamp + 1;
    unsigned checked = 0;
    unsigned rising = 0;
    for (const auto& user : world.users) {
        const auto prices = stage.watch.market().liquidation_prices(user, at);
        REQUIRE(prices);
        for (const auto& entry : *prices) {
            const auto& symbol = reserve_of(world, entry.asset).symbol;
            CAPTURE(to_checksum(user));
            CAPTURE(symbol);
            CAPTURE(to_string(entry.price));
            if (entry.price.is_zero()) {
                // No fall liquidates: not even to the lowest price there is.
                if (!entry.rises) CHECK(stage.health_after(user, reprice(world, entry.asset, U256{1}), at) >= kWad);
                continue;
            }
            ++checked;
            rising += entry.rises ? 1 : 0;
            CHECK(stage.health_after(user, reprice(world, entry.asset, entry.price.value), at) < kWad);
            const U256 safe =
                entry.rises ? *checked_sub(entry.price.value, U256{1}) : *checked_add(entry.price.value, U256{1});
            CHECK(stage.health_after(user, reprice(world, entry.asset, safe), at) >= kWad);
        }
    }
    std::printf("%u liquidation prices exact, %u of them upwards\n", checked, rising);
    CHECK(checked >= 24);
    CHECK(rising >= 10);
}

TEST_CASE("interest alone liquidates in the second that was foretold") {
    Stage stage;
    World& world = stage.world;
    unsigned checked = 0;
    for (const auto& user : world.users) {
        CAPTURE(to_checksum(user));
        const auto left = stage.watch.market().time_to_liquidation(user, stage.head.timestamp);
        REQUIRE(left);
        if (!*left) {
            constexpr std::uint64_t kTenYears = 10ULL * 365 * 86'400;
            CHECK(stage.health_after(user, {}, stage.head.timestamp + kTenYears) >= kWad);
            continue;
        }
        ++checked;
        CAPTURE(**left);
        REQUIRE(**left > 1);
        CHECK(stage.health_after(user, {}, stage.head.timestamp + **left) < kWad);
        CHECK(stage.health_after(user, {}, stage.head.timestamp + **left - 1) >= kWad);
    }
    std::printf("%u times to liquidation exact\n", checked);
    CHECK(checked >= 6);
}

namespace {

/// Liquidations of one account below one, each done and taken back.
class Liquidations {
  public:
    Liquidations(Stage& stage, const Address& user, Timestamp at)
        : stage_(stage), user_(user), at_(at), position_(stage.watch.market().position(user, at).value()) {}

    Taken take(const Address& collateral, const Address& debt) {
        World& world = stage_.world;
        const auto& liquidator = user_ == world.users[0] ? world.users[1] : world.users[0];
        const Scene aside(world.node);
        const auto block =
            world.node.must({world.pool.liquidate(liquidator, collateral, debt, user_, kU256Max, false)}, at_);
        return taken_in(world, block.ref.hash, user_, reserve_of(world, collateral));
    }

    /// Value lost less value of the debt that is gone, as lending::LiquidationCost counts it.
    U256 loss(const Address& collateral, const Address& debt) {
        const auto taken = take(collateral, debt);
        return saturating_sub(value(collateral, taken.collateral), value(debt, taken.debt));
    }

    const lending::Position& position() const { return position_; }

  private:
    U256 value(const Address& asset, const U256& amount) const {
        for (const auto& each : position_.assets) {
            if (each.asset == asset) return *mul_div_down(amount, each.price.value, *pow10(each.decimals));
        }
        throw std::runtime_error("no such asset in the position");
    }

    Stage& stage_;
    Address user_;
    Timestamp at_;
    lending::Position position_;
};

}  // namespace

TEST_CASE("a real liquidation takes what was foretold, and no other pair costs more") {
    Stage stage;
    World& world = stage.world;
    unsigned whole = 0;
    unsigned half = 0;
    unsigned others = 0;
    for (const auto& user : world.users) {
        const auto prices = stage.watch.market().liquidation_prices(user, stage.head.timestamp);
        REQUIRE(prices);
        for (const auto& entry : *prices) {
            for (const std::uint64_t permille : {999U, 930U, 700U}) {
                if (entry.price.is_zero() || entry.rises) continue;
                const Scene aside(world.node);
                const U256 price = *mul_div_down(entry.price.value, U256{permille}, U256{1'000});
                const auto block = world.node.must(reprice(world, entry.asset, price), stage.head.timestamp + 1);
                stage.watch.follow(block);
                Liquidations liquidations(stage, user, block.ref.timestamp + 1);
                const auto cost = stage.watch.market().liquidation_cost(user, block.ref.timestamp + 1);
                REQUIRE(cost);
                REQUIRE(*cost);
                const auto& foretold = **cost;
                CAPTURE(to_checksum(user));
                CAPTURE(reserve_of(world, foretold.collateral_asset).symbol);
                CAPTURE(permille);
                const auto& health = liquidations.position().summary.health_factor.value;
                if (health >= kWad) {
                    // The average threshold went up a whole basis point as this asset's share fell.
                    CHECK(permille == 999);
                    REQUIRE(stage.watch.market().rewind(stage.head));
                    stage.watch.sync(stage.head);
                    continue;
                }
                const auto taken = liquidations.take(foretold.collateral_asset, foretold.debt_asset);
                CHECK(to_string(taken.debt) == to_string(foretold.debt_repaid));
                CHECK(to_string(taken.collateral) == to_string(foretold.collateral_seized));
                ++(health > U256::literal("950'000'000'000'000'000") ? half : whole);
                for (const auto& collateral : liquidations.position().assets) {
                    for (const auto& debt : liquidations.position().assets) {
                        if (!collateral.collateral || debt.debt.is_zero() || permille == 930) continue;
                        CHECK(liquidations.loss(collateral.asset, debt.asset) <= foretold.loss.value);
                        ++others;
                    }
                }
                REQUIRE(stage.watch.market().rewind(stage.head));
                stage.watch.sync(stage.head);
            }
        }
    }
    std::printf("%u liquidations as foretold, %u of them of half the debt; %u pairs, none worse\n", whole + half, half,
                others);
    CHECK(whole >= 10);
    CHECK(half >= 10);
}
