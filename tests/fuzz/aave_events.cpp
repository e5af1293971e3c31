// SPDX-License-Identifier: Apache-2.0
// Logs of an Aave V3 market as a lying node could make them up, on a small market in sync. First byte: the version of
// the contracts. Then blocks, each a byte and its logs: what is applied can be taken back, and what is refused can be
// read anew. The contracts' own answers do not change, so that after reading anew the accounts must equal them.
#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "tests/fuzz/support/hostile_logs.hpp"
#include "tests/support/aave_deployment.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using fuzz::require;

namespace {

constexpr Version kVersions[] = {Version::V30, Version::V31, Version::V33, Version::V35, Version::V37};

struct World {
    test::AaveDeployment chain;
    std::unique_ptr<lending::Market> market;
    fuzz::Palette palette;

    explicit World(Version version) : chain(version, 3) {
        EModeCategory& category = chain.state.edit_emode(1);
        category.ltv = 9'000;
        category.threshold = 9'300;
        category.collateral_bitmap = 1;
        chain.feeds[2].aggregator = {};  // an adapter: its price is read at every head
        market = lending::make_aave_v3_market(chain.provider());
        market->watch(chain.add_account(1, 0, 40, 2, 10'000));
        market->watch(chain.add_account(2, 1, 3, 0, 2));
        require(chain.settle(*market).has_value(), "the market comes in sync");
        palette.emitters = {chain.pool(), chain.configurator(), chain.oracle(), chain.provider()};
        palette.words = {abi::topic_of_address(test::AaveDeployment::address(9, 3))};
        for (const auto& account : market->accounts()) palette.words.push_back(abi::topic_of_address(account));
        for (std::size_t i = 0; i < chain.state.reserves.size(); ++i) {
            const auto& reserve = chain.reserve(i);
            for (const auto& one : {reserve.a_token, reserve.debt_token, reserve.stable_token}) {
                if (!one.is_zero()) palette.emitters.push_back(one);
            }
            if (!chain.feeds[i].aggregator.is_zero()) palette.emitters.push_back(chain.feeds[i].aggregator);
            palette.words.push_back(abi::topic_of_address(reserve.asset));
        }
        palette.emitters.push_back(test::AaveDeployment::address(66, 6));
        palette.events = market->filter().topics0;
        palette.events.push_back(topic("Unknown()"));
        fuzz::add_numbers(palette);
    }

    std::vector<Result<lending::AccountSummary>> summaries(Timestamp at) const {
        std::vector<Result<lending::AccountSummary>> out;
        for (const auto& account : market->accounts()) out.push_back(market->summary(account, at));
        return out;
    }
    void read_anew() {
        market->reset();
        require(chain.settle(*market).has_value(), "after a reset the market comes in sync");
        require(market->synced() == chain.head, "at the head");
        for (const auto& account : market->accounts()) {
            const auto audit = chain.audit(*market, account);
            require(audit && audit->agrees, "and counts as the contracts do");
        }
    }
};

/// One block of made-up logs; false when the market wants to be read anew.
bool play(World& world, fuzz::Input& input) {
    const BlockRef before = world.chain.head;
    const auto numbers = world.summaries(before.timestamp);
    const auto how = input.byte();
    const auto kept = world.chain;
    const BlockRef block = world.chain.next(1 + how % 64U * 100U);
    std::vector<Log> logs;
    for (unsigned i = 0; i <= how >> 6U; ++i) logs.push_back(take_log(input, world.palette, block, i));
    if (!world.market->apply(block, logs)) return false;
    fuzz::ask_everything(*world.market, block.timestamp + 10);
    if (how % 2 == 0) {
        return world.chain.settle(*world.market).has_value();
    }
    if (!world.market->rewind(before)) return false;
    world.chain = kept;
    if (!world.chain.settle(*world.market)) return false;
    fuzz::require_as_before(world.summaries(before.timestamp), numbers);
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    World world(kVersions[input.byte() % std::size(kVersions)]);
    fuzz::play_blocks(world, input, 6, play);
    return 0;
}
