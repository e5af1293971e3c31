// SPDX-License-Identifier: Apache-2.0
// How much a watch asks of its node, counted at the connection itself, with the feed that the daemon uses.
#include <algorithm>
#include <cstdio>
#include <doctest/doctest.h>

#include "chain/feed/feed.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "tests/onchain/player.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

namespace {

constexpr std::size_t kAccounts = 500;

/// The users, and others who hold what the users give them.
std::vector<Address> many_accounts(const World& world) {
    auto out = world.all_accounts();
    for (std::size_t i = 0; out.size() < kAccounts; ++i) {
        Address address;
        address.bytes[0] = 0x77;
        address.bytes[18] = static_cast<std::uint8_t>(i >> 8U);
        address.bytes[19] = static_cast<std::uint8_t>(i);
        out.push_back(address);
    }
    return out;
}

class Watcher {
  public:
    explicit Watcher(World& world)
        : node_(world.info.ws_url),
          market_(lending::make_aave_v3_market(world.info.provider)),
          feed_(node_.io().get_executor(), node_.eth(), {}) {}

    lending::Market& market() { return *market_; }
    Node& node() { return node_; }
    std::uint64_t requests() { return node_.eth().endpoint().stats().requests_sent; }

    /// Takes events until the block is followed.
    void until(const BlockRef& block) {
        while (head_.number < block.number) {
            const auto event = node_.run(feed_.next());
            if (const auto* restarted = std::get_if<feed::Restarted>(&event)) {
                head_ = restarted->block;
                settle();
                feed_.set_filter(market_->filter(), 1);
            }
            const auto* added = std::get_if<feed::BlockAdded>(&event);
            if (added == nullptr) continue;
            REQUIRE(added->filter == 1);
            REQUIRE(market_->apply(added->block, added->logs));
            head_ = added->block;
            settle();
        }
    }

  private:
    void settle() {
        for (;;) {
            auto calls = market_->reads(head_);
            if (calls.empty()) break;
            const auto results = node_.multicall(std::move(calls), head_.hash);
            REQUIRE(market_->answer(head_, results));
        }
    }

    Node node_;
    std::unique_ptr<lending::Market> market_;
    feed::Feed feed_;
    BlockRef head_;
};

}  // namespace

TEST_CASE("a steady watch of 500 accounts costs at most two requests per block") {
    World& world = shared_world();
    const Scene scene(world.node);
    const auto accounts = many_accounts(world);
    const auto& dai = world.info.reserve("DAI");
    std::vector<Tx> gifts;
    for (std::size_t i = 0; i < 150; ++i) {
        auto gift = world.pool.supply(world.users[0], dai.asset, units(100 + i, 18), accounts[i * 3]);
        gift.gas = 390'000;
        gifts.push_back(gift);
    }
    BlockRef head = world.node.must(gifts, world.next_second()).ref;
    Watcher watcher(world);
    for (const auto& account : accounts) watcher.market().watch(account);
    watcher.until(head);
    head = world.node.must({}, head.timestamp + 12).ref;
    watcher.until(head);
    REQUIRE(watcher.market().synced() == head);

    Dice dice(51);
    std::uint64_t most = 0;
    std::uint64_t all = 0;
    constexpr unsigned kBlocks = 120;
    for (unsigned i = 0; i < kBlocks; ++i) {
        std::vector<Tx> transactions;
        for (std::uint64_t k = dice.below(4); k > 0; --k) {
            const auto& user = dice.pick(world.users);
            transactions.push_back(world.pool.supply(user, dai.asset, units(dice.between(1, 500), 18), user));
        }
        if (dice.percent(40)) {
            const auto& feed = *world.info.reserve(dice.percent(50) ? "WETH" : "WBTC").aggregator;
            transactions.push_back(world.admin.price(feed, I256{U256{dice.between(190'000'000'000, 210'000'000'000)}}));
        }
        head = world.node.must(transactions, head.timestamp + 12).ref;
        const auto before = watcher.requests();
        watcher.until(head);
        REQUIRE(watcher.market().synced() == head);
        const auto used = watcher.requests() - before;
        most = std::max(most, used);
        all += used;
        CHECK_MESSAGE(used <= 2, "block " << head.number << " cost " << used << " requests");
    }
    std::printf("%zu accounts: %.2f requests per block over %u blocks, at most %llu\n", accounts.size(),
                static_cast<double>(all) / kBlocks, kBlocks, static_cast<unsigned long long>(most));
    CHECK(all > 0);
    for (const auto& account : accounts) {
        const auto result = watcher.node().multicall({watcher.market().audit_call(account)}, head.hash).front();
        const auto audit = watcher.market().audit(account, head, result);
        REQUIRE(audit);
        REQUIRE(audit->agrees);
    }
}
