// SPDX-License-Identifier: Apache-2.0
// Logs of a Morpho Blue market as a lying node could make them up, on a market in sync. Blocks, each a byte and its
// logs: what is applied can be taken back, and what is refused can be read anew.
#include "chain/codec/abi_words.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "tests/fuzz/support/hostile_logs.hpp"
#include "tests/unit/morpho_blue/fake.hpp"

using namespace plimsoll;
using fuzz::require;

namespace {

constexpr std::uint8_t kOwners[] = {20, 21};
constexpr std::uint8_t kPeople[] = {20, 21, 9, 7};  // the owners, the fee's recipient, a stranger

struct World {
    test::FakeMorpho fake;
    std::unique_ptr<lending::Market> market = fake.market();
    fuzz::Palette palette;

    World() {
        for (const std::uint8_t owner : kOwners) market->watch(test::address(owner));
        require(fake.sync(*market, fake.block).has_value(), "the market comes in sync");
        palette.emitters = {fake.terms.morpho, fake.terms.irm, fake.aggregator(0), fake.aggregator(1),
                            test::address(66)};
        palette.events = market->filter().topics0;
        palette.events.push_back(topic("Unknown()"));
        palette.words = {fake.terms.id};
        for (const std::uint8_t owner : kPeople) palette.words.push_back(abi::topic_of_address(test::address(owner)));
        for (const auto& one : {fake.totals.supply_assets, fake.totals.supply_shares, fake.totals.borrow_assets,
                                fake.totals.borrow_shares, fake.rate_at_target})
            palette.words.push_back(Hash32{one.to_be_bytes()});
        fuzz::add_numbers(palette);
    }

    std::vector<Result<lending::AccountSummary>> summaries(Timestamp at) const {
        std::vector<Result<lending::AccountSummary>> out;
        for (const auto& account : market->accounts()) out.push_back(market->summary(account, at));
        return out;
    }
    void read_anew() {
        market->reset();
        require(fake.sync(*market, fake.block).has_value(), "after a reset the market comes in sync");
        require(market->synced() == fake.block, "at the head");
        fuzz::ask_everything(*market, fake.block.timestamp + 10);
    }
};

/// One block of made-up logs; false when the market wants to be read anew.
bool play(World& world, fuzz::Input& input) {
    const BlockRef before = world.fake.block;
    const auto numbers = world.summaries(before.timestamp);
    const auto how = input.byte();
    const BlockRef block = world.fake.next(1 + how % 64U * 100U);
    std::vector<Log> logs;
    for (unsigned i = 0; i <= how >> 6U; ++i) {
        logs.push_back(take_log(input, world.palette, block, i));
        // Nearly all logs of Morpho name the market first.
        auto& topics = logs.back().topics;
        if (topics.size() > 1 && input.byte() % 8 != 0) topics[1] = world.fake.terms.id;
    }
    if (!world.market->apply(block, logs)) return false;
    fuzz::ask_everything(*world.market, block.timestamp + 10);
    if (how % 2 == 0) {
        if (!world.fake.sync(*world.market, block)) return false;
        fuzz::ask_everything(*world.market, block.timestamp);
        return true;
    }
    if (!world.market->rewind(before)) return false;
    world.fake.block = before;
    if (!world.fake.sync(*world.market, before)) return false;
    fuzz::require_as_before(world.summaries(before.timestamp), numbers);
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    World world;
    fuzz::play_blocks(world, input, 8, play);
    return 0;
}
