// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/population.hpp"

namespace plimsoll::onchain {

namespace {

using Symbols = std::vector<std::string>;

struct Kind {
    std::uint64_t emode;
    Symbols collaterals;
    Symbols debts;
    RateMode mode = RateMode::Variable;
};

/// CRV loses its LTV after it was supplied; ENS is isolated.
std::vector<Kind> kinds() {
    return {{0, {"WETH"}, {"USDC"}},
            {0, {"WETH", "WBTC"}, {"DAI", "USDT"}},
            {0, {"WBTC", "USDC", "wstETH"}, {"WETH"}},
            {0, {"CRV", "WETH"}, {"USDC", "DAI"}},
            {0, {"ENS"}, {"USDT"}},
            {1, {"USDC", "DAI"}, {"USDT"}},
            {1, {"DAI", "WETH"}, {"USDC", "USDT"}},
            {2, {"wstETH"}, {"WETH"}},
            {2, {"WETH", "wstETH", "WBTC"}, {"WETH"}},
            {0, {"WETH", "DAI"}, {"WETH", "DAI"}},
            {0, {"WBTC", "WETH"}, {"USDC", "WBTC"}, RateMode::Stable},
            {0, {"CRV", "WETH", "WBTC", "USDC", "DAI"}, {"USDT", "wstETH", "WETH"}}};
}

constexpr std::uint64_t kDay = 86'400;

}  // namespace

U256 amount_worth(World& world, const DevReserve& reserve, const U256& base) {
    return *mul_div_down(base, *pow10(reserve.decimals), world.price_of(reserve.asset));
}

void populate(World& world, Dice& dice) {
    const auto& crv = world.info.reserve("CRV").asset;
    std::vector<Tx> setup{world.admin.collateral(crv, 3'000, 4'100, 10'850)};
    for (const auto* symbol : {"USDC", "WBTC"})
        setup.push_back(world.admin.flag("setReserveStableRateBorrowing", world.info.reserve(symbol).asset, true));
    const auto all = kinds();
    for (std::size_t i = 0; i < world.users.size(); ++i) {
        const Kind& kind = all[i % all.size()];
        for (const auto& symbol : kind.collaterals) {
            const auto& reserve = world.info.reserve(symbol);
            const U256 value = *checked_mul(U256{dice.between(1'000, 40'000)}, U256{100'000'000});
            setup.push_back(
                world.pool.supply(world.users[i], reserve.asset, amount_worth(world, reserve, value), world.users[i]));
            if (symbol == "ENS") setup.push_back(world.pool.use_as_collateral(world.users[i], reserve.asset, true));
        }
        if (kind.emode != 0) setup.push_back(world.pool.set_emode(world.users[i], kind.emode));
    }
    auto head = world.node.must(setup, world.next_second()).ref;
    for (std::size_t turn = 0; turn < 3; ++turn) {
        std::vector<Tx> borrows;
        for (std::size_t i = 0; i < world.users.size(); ++i) {
            const Kind& kind = all[i % all.size()];
            if (turn >= kind.debts.size()) continue;
            const auto& user = world.users[i];
            const bool last = turn + 1 == kind.debts.size();
            const auto summary = contract_summary(world, user, head.hash);
            const U256 part{last ? dice.between(900, 985) : dice.between(100, 500)};
            const U256 value = *mul_div_down(summary.value().available_borrow.value, part, U256{1'000});
            const auto& reserve = world.info.reserve(kind.debts[turn]);
            const RateMode mode = turn == 0 ? kind.mode : RateMode::Variable;
            borrows.push_back(world.pool.borrow(user, reserve.asset, amount_worth(world, reserve, value), mode, user));
        }
        head = world.node.must(borrows, world.next_second()).ref;
    }
    world.node.must({world.admin.collateral(crv, 0, 4'100, 10'850)}, head.timestamp + kDay);
}

std::vector<Tx> reprice(World& world, const Address& asset, const U256& price) {
    return {world.admin.price(world.spare_aggregator, I256{price}),
            world.admin.price_source(asset, world.spare_aggregator)};
}

}  // namespace plimsoll::onchain
