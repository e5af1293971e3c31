// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "chain/feed/feed.hpp"
#include "chain/rpc/eth_client.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_node.hpp"
#include "tests/support/run_task.hpp"

namespace plimsoll::test::feed_world {

using std::chrono::milliseconds;

constexpr auto kPool = Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2");
constexpr auto kOther = Address::literal("0x0000000000000000000000000000000000000001");
constexpr auto kTopic = Hash32::literal("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

inline std::string name(const BlockRef& block) {
    return fmt::format("{}{}", static_cast<char>(block.hash.bytes[0]), block.number);
}

inline std::string shown(const feed::FeedEvent& event) {
    struct Shower {
        std::string operator()(const feed::BlockAdded& it) const {
            return fmt::format("+{}{}", name(it.block),
                               it.logs.empty() ? "" : fmt::format("({} logs)", it.logs.size()));
        }
        std::string operator()(const feed::Reorg& it) const {
            std::string removed;
            for (const auto& block : it.removed) removed += (removed.empty() ? "" : " ") + name(block);
            return fmt::format("<{}({})", name(it.ancestor), removed);
        }
        std::string operator()(const feed::Restarted& it) const { return "restarted " + name(it.block); }
        std::string operator()(const feed::Stale& it) const { return "stale: " + it.reason; }
        std::string operator()(const feed::Live&) const { return "live"; }
    };
    return std::visit(Shower{}, event);
}

/// A chain behind a node, a client, a feed on it, and a wall clock that stands still unless moved.
struct World {
    boost::asio::io_context io;
    FakeChain chain;
    std::unique_ptr<FakeNode> node;
    std::unique_ptr<rpc::EthClient> eth;
    std::unique_ptr<feed::Feed> feed;
    std::int64_t wall_ms = 0;
    feed::FeedOptions options;
    bool over_http = false;

    World() {
        for (int i = 0; i < 9; ++i) chain.add('a');
        node = std::make_unique<FakeNode>(io.get_executor(), chain.handler());
        set_clock();
        options.wall_ms = [this] { return wall_ms; };
        options.retry = milliseconds(1);
        options.poll = milliseconds(1);
    }
    ~World() {
        feed.reset();
        eth.reset();
    }

    /// The clock is at the newest block's time.
    void set_clock() { wall_ms = static_cast<std::int64_t>(chain.head().ref.timestamp) * 1'000; }
    void start() {
        rpc::EndpointOptions endpoint;
        endpoint.url = over_http ? node->http() : node->ws();
        endpoint.chain_id = 1;
        endpoint.random = [] { return 0.0; };
        eth = rpc::make_eth(io.get_executor(), std::move(endpoint)).value();
        feed = std::make_unique<feed::Feed>(io.get_executor(), *eth, options);
        LogFilter filter;
        filter.addresses.push_back(kPool);
        feed->set_filter(filter, 1);
    }
    /// A new block, announced.
    void announce(char branch, std::vector<Log> logs = {}) {
        chain.add(branch, std::move(logs));
        node->send(chain.announcement());
    }
    Task<std::string> next() {
        auto event = co_await feed->next();
        co_return event ? shown(*event) : "end: " + event.error().message;
    }
    /// The next `count` events on one line.
    Task<std::string> next(int count) {
        std::string out;
        for (int i = 0; i < count; ++i) {
            const auto event = co_await next();
            out += (i == 0 ? "" : " ") + event;
        }
        co_return out;
    }
    /// Until the subscription stands.
    Task<void> settled() {
        boost::asio::steady_timer timer(io);
        while (chain.calls["eth_subscribe"] == 0 || eth->endpoint().stats().waiting > 0) {
            timer.expires_after(milliseconds(1));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
    }
    /// Follows up to block 10, with the look at the start of the subscription behind it.
    Task<void> begin() {
        auto said = co_await next(2);
        CHECK(said == "restarted a9 live");
        co_await settled();
        announce('a');
        said = co_await next();
        CHECK(said == "+a10");
    }
    template <class Body>
    void run(Body body) {
        start();
        test::run(io, body());
    }
    std::size_t calls(const std::string& method) { return chain.calls[method]; }
};

inline std::vector<Log> pool_logs(std::size_t count) {
    return std::vector<Log>(count, test::make_log(kPool, kTopic));
}

}  // namespace plimsoll::test::feed_world
