// SPDX-License-Identifier: Apache-2.0
#include "chain/feed/feed.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "chain/rpc/eth_client.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_node.hpp"
#include "tests/support/run_task.hpp"

using namespace plimsoll;
using plimsoll::test::FakeChain;
using plimsoll::test::FakeNode;
using std::chrono::milliseconds;

namespace {

constexpr auto kPool = Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2");
constexpr auto kOther = Address::literal("0x0000000000000000000000000000000000000001");
constexpr auto kTopic = Hash32::literal("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

std::string name(const BlockRef& block) {
    return fmt::format("{}{}", static_cast<char>(block.hash.bytes[0]), block.number);
}

std::string shown(const feed::FeedEvent& event) {
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

std::vector<Log> pool_logs(std::size_t count) {
    return std::vector<Log>(count, test::make_log(kPool, kTopic));
}

}  // namespace

TEST_SUITE("feed") {
    TEST_CASE("heads with their logs, at one request a block at most") {
        World world;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            world.announce('a', pool_logs(2));
            auto said = co_await world.next();
            CHECK(said == "+a11(2 logs)");
            for (int i = 0; i < 20; ++i) {
                world.announce('a', i % 2 == 0 ? pool_logs(1) : std::vector<Log>(1, test::make_log(kOther, kTopic)));
                said = co_await world.next();
                CHECK(said == fmt::format("+a{}{}", 12 + i, i % 2 == 0 ? "(1 logs)" : ""));
            }
        });
        CHECK(world.calls("eth_getLogs") == 11);
        CHECK(world.calls("eth_getBlockByNumber") == 2);  // the first head, and once more when the subscription stood
        CHECK(world.calls("eth_getBlockByHash") == 0);
        const auto stats = world.feed->stats();
        CHECK(stats.blocks == 22);
        CHECK(stats.logs_fetched == 11);
        CHECK(stats.logs_spared == 11);
        CHECK(stats.head == 31);
        CHECK(stats.live);
    }

    TEST_CASE("a lost connection: what was missed comes in order, nothing twice") {
        for (const bool reset : {true, false}) {
            World world;
            world.run([&]() -> Task<void> {
                co_await world.begin();
                std::string said;
                world.announce('a', pool_logs(1));
                said = co_await world.next();
                CHECK(said == "+a11(1 logs)");
                if (reset)
                    world.node->drop_all();
                else
                    world.node->close_all();
                for (int i = 0; i < 3; ++i) world.chain.add('a', pool_logs(3));
                said = co_await world.next(3);
                CHECK(said == "+a12(3 logs) +a13(3 logs) +a14(3 logs)");
                world.announce('a');
                said = co_await world.next();
                CHECK(said == "+a15");
            });
            CHECK(world.calls("eth_getLogs") == 4);
            CHECK(world.node->connections() == 2);
        }
    }

    TEST_CASE("every head twice, old ones again, numbers that jump") {
        World world;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            world.announce('a');
            world.node->send(world.chain.announcement());
            const auto old = world.chain.announcement();
            world.chain.add('a');  // not announced
            world.announce('a');
            world.node->send(old);
            world.announce('a');
            said = co_await world.next(4);
            CHECK(said == "+a11 +a12 +a13 +a14");
        });
        CHECK(world.calls("eth_getBlockByHash") == 1);
        CHECK(world.feed->stats().repeats >= 2);
    }

    TEST_CASE("reorganisations of several depths, with the logs of the new branch") {
        for (std::uint64_t depth = 1; depth <= 5; ++depth) {
            CAPTURE(depth);
            World world;
            world.run([&]() -> Task<void> {
                co_await world.begin();
                std::string said;
                std::string removed;
                for (std::uint64_t i = 1; i <= depth; ++i) {
                    world.announce('a', pool_logs(1));
                    removed = fmt::format("a{}{}{}", 10 + i, removed.empty() ? "" : " ", removed);
                    said = co_await world.next();
                }
                world.chain.set_head(FakeChain::hash('a', 10));
                std::string expected = fmt::format("<a10({})", removed);
                for (std::uint64_t i = 1; i <= depth; ++i) {
                    world.chain.add('b', pool_logs(2));
                    expected += fmt::format(" +b{}(2 logs)", 10 + i);
                }
                world.announce('b');
                expected += fmt::format(" +b{}", 11 + depth);
                said = co_await world.next(static_cast<int>(depth) + 2);
                CHECK(said == expected);
            });
            CHECK(world.calls("eth_getBlockByHash") == depth);
            CHECK(world.feed->stats().reorgs == 1);
        }
    }

    TEST_CASE("logs that cannot be had are tried again, and no later block overtakes") {
        World world;
        int refusals = 3;
        world.chain.error_instead = [&](const std::string& method, const std::string&) -> std::string {
            return method == "eth_getLogs" && refusals-- > 0 ? R"({"code":-32000,"message":"header not found"})" : "";
        };
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            world.announce('a', pool_logs(1));
            world.announce('a', pool_logs(2));
            said = co_await world.next(2);
            CHECK(said == "+a11(1 logs) +a12(2 logs)");
        });
        CHECK(world.calls("eth_getLogs") == 5);
        CHECK(world.feed->stats().retries == 3);
    }

    TEST_CASE("an answer of another block, or out of the filter, is no answer") {
        World world;
        int lies = 2;
        Log stray = test::make_log(kOther, kTopic);
        world.chain.answer_instead = [&](const std::string& method, const std::string&) -> std::string {
            if (method != "eth_getLogs" || lies-- <= 0) return "";
            return '[' + FakeChain::json(stray) + ']';
        };
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            world.announce('a', pool_logs(1));
            said = co_await world.next();
            CHECK(said == "+a11(1 logs)");
        });
        CHECK(world.calls("eth_getLogs") == 3);
    }

    TEST_CASE("a block whose logs cannot be had and that is then replaced was never there") {
        World world;
        const auto gone = to_string(FakeChain::hash('a', 11));
        world.chain.error_instead = [&](const std::string& method, const std::string& params) -> std::string {
            const bool lost = method == "eth_getLogs" && params.find(gone) != std::string::npos;
            return lost ? R"({"code":-32000,"message":"unknown block"})" : "";
        };
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            world.announce('a', pool_logs(1));
            world.chain.error_instead = [&, before = world.chain.error_instead](const std::string& method,
                                                                                const std::string& params) {
                // After the first refusal the node has another block 11.
                const auto out = before(method, params);
                if (!out.empty() && world.chain.head().ref.number == 11)
                    world.chain.add_above(FakeChain::hash('a', 10), 'b', pool_logs(2));
                return out;
            };
            said = co_await world.next();
            CHECK(said == "+b11(2 logs)");
        });
        CHECK(world.feed->stats().reorgs == 0);
    }

    TEST_CASE("a subscription that fell silent is found out, renewed, and what it kept back is told") {
        World world;
        world.options.silence = milliseconds(20);
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            world.chain.add('a', pool_logs(1));
            world.chain.add('a');
            said = co_await world.next(2);
            CHECK(said == "+a11(1 logs) +a12");
            boost::asio::steady_timer timer(world.io);
            while (world.calls("eth_subscribe") < 2) {
                timer.expires_after(milliseconds(1));
                co_await timer.async_wait(boost::asio::use_awaitable);
            }
        });
        CHECK(world.calls("eth_unsubscribe") == 1);
        CHECK(world.feed->stats().renewals == 1);
        CHECK(world.feed->stats().probes >= 1);
    }

    TEST_CASE("an old head is stale and said so once; a new one is live") {
        World world;
        world.options.silence = milliseconds(5);
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            world.wall_ms += 62'000;  // 50 after block 10
            said = co_await world.next();
            CHECK(said == "stale: the newest block 10 is 50 s old");
            world.chain.add('a');  // still old
            said = co_await world.next();
            CHECK(said == "+a11");
            world.announce('a');
            said = co_await world.next(2);
            CHECK(said == "+a12 live");
        });
    }

    TEST_CASE("36 s are not stale, a millisecond more is") {
        for (const bool more : {false, true}) {
            World world;
            world.wall_ms += 36'000 + (more ? 1 : 0);
            world.run([&]() -> Task<void> {
                const auto said = co_await world.next(2);
                CHECK(said == (more ? "restarted a9 stale: the newest block 9 is 36 s old" : "restarted a9 live"));
            });
        }
    }

    TEST_CASE("a node that cannot be reached: stale with the reason, live when it is back") {
        World world;
        world.chain.error_instead = [](const std::string& method, const std::string&) -> std::string {
            return method == "eth_getBlockByNumber" ? R"({"code":-32000,"message":"still syncing"})" : "";
        };
        world.run([&]() -> Task<void> {
            auto said = co_await world.next();
            CHECK(said ==
                  "stale: no block has been received yet: eth_getBlockByNumber: node error -32000: still syncing");
            world.chain.error_instead = {};
            said = co_await world.next(2);
            CHECK(said == "restarted a9 live");
        });
    }

    TEST_CASE("polling, where the node does not notify: HTTP, and a subscription refused") {
        for (const bool http : {true, false}) {
            CAPTURE(http);
            World world;
            world.over_http = http;
            world.chain.subscribes = false;
            world.run([&]() -> Task<void> {
                auto said = co_await world.next(2);
                CHECK(said == "restarted a9 live");
                for (int i = 0; i < 3; ++i) {
                    world.chain.add('a', pool_logs(1));
                    said = co_await world.next();
                    CHECK(said == fmt::format("+a{}(1 logs)", 10 + i));
                }
                world.chain.add('a');
                world.chain.add('a');
                said = co_await world.next(2);
                CHECK(said == "+a13 +a14");
            });
        }
    }

    TEST_CASE("a filter holds from the next block, and its revision comes with the block") {
        World world;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            std::vector<Log> both = pool_logs(1);
            both.push_back(test::make_log(kOther, kTopic));
            world.announce('a', both);
            auto event = co_await world.feed->next();
            CHECK(std::get<feed::BlockAdded>(*event).filter == 1);
            CHECK(std::get<feed::BlockAdded>(*event).logs.size() == 1);
            LogFilter wider;
            wider.addresses = std::vector<Address>(1, kPool);
            wider.addresses.push_back(kOther);
            world.feed->set_filter(wider, 2);
            world.announce('a', both);
            event = co_await world.feed->next();
            CHECK(std::get<feed::BlockAdded>(*event).filter == 2);
            CHECK(std::get<feed::BlockAdded>(*event).logs.size() == 2);
        });
    }

    TEST_CASE("without a filter no logs are asked for") {
        World world;
        world.run([&]() -> Task<void> {
            feed::Feed bare(world.io.get_executor(), *world.eth, world.options);
            auto event = co_await bare.next();
            event = co_await bare.next();
            co_await world.settled();
            world.announce('a', pool_logs(1));
            event = co_await bare.next();
            CHECK(std::get<feed::BlockAdded>(*event).logs.empty());
            CHECK(std::get<feed::BlockAdded>(*event).filter == 0);
            bare.stop();
        });
        CHECK(world.calls("eth_getLogs") == 0);
    }

    TEST_CASE("a gap above the limit starts anew") {
        World world;
        world.options.gap = 4;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            for (int i = 0; i < 10; ++i) world.chain.add('a');
            world.announce('a');
            said = co_await world.next();
            CHECK(said == "restarted a21");
            world.announce('a');
            said = co_await world.next();
            CHECK(said == "+a22");
        });
        CHECK(world.calls("eth_getBlockByHash") == 0);
    }

    TEST_CASE("a header that cannot be read is asked for again") {
        World world;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            world.chain.add('a');
            auto text = world.chain.announcement();
            text.replace(text.find("gasUsed"), 7, "gasuSed");
            world.node->send(text);
            said = co_await world.next();
            CHECK(said == "+a11");
        });
        CHECK(world.feed->stats().rejected == 1);
    }

    TEST_CASE("a missing parent that the node lacks at first") {
        World world;
        int refusals = 2;
        world.chain.answer_instead = [&](const std::string& method, const std::string&) -> std::string {
            return method == "eth_getBlockByHash" && refusals-- > 0 ? "null" : "";
        };
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            world.chain.add('a');
            world.announce('a');
            said = co_await world.next(2);
            CHECK(said == "+a11 +a12");
        });
    }

    TEST_CASE("a chain that leaves its blooms empty is asked for its logs all the same") {
        World world;
        Log log = test::make_log(kPool, kTopic);
        world.chain.answer_instead = [&](const std::string& method, const std::string&) -> std::string {
            if (method != "eth_getLogs") return "";
            log.block_hash = world.chain.head().ref.hash;
            return '[' + FakeChain::json(log) + ']';
        };
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            auto header = world.chain.add('a', pool_logs(1));
            header.logs_bloom = {};
            std::string text =
                R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0xsub1","result":)";
            world.node->send(text + FakeChain::json(header) + "}}");
            said = co_await world.next();
            CHECK(said == "+a11(1 logs)");
        });
    }

    TEST_CASE("heads ahead of the clock are counted") {
        World world;
        world.wall_ms -= 31'000;
        world.run([&]() -> Task<void> {
            const auto said = co_await world.next(2);
            CHECK(said == "restarted a9 live");
        });
        CHECK(world.feed->stats().future_heads == 1);
    }

    TEST_CASE("more heads than are kept while nobody asks: a gap, filled") {
        World world;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            for (int i = 0; i < 300; ++i) world.announce('a');
            boost::asio::steady_timer timer(world.io);
            while (world.eth->endpoint().stats().notifications < 300) {
                timer.expires_after(milliseconds(1));
                co_await timer.async_wait(boost::asio::use_awaitable);
            }
            for (int i = 0; i < 300; ++i) {
                said = co_await world.next();
                CHECK(said == fmt::format("+a{}", 11 + i));
            }
        });
    }

    TEST_CASE("stopping the feed, or the endpoint under it, ends the wait") {
        for (const bool feed_first : {true, false}) {
            World world;
            world.run([&]() -> Task<void> {
                co_await world.begin();
                std::string said;
                boost::asio::post(world.io, [&] {
                    if (feed_first)
                        world.feed->stop();
                    else
                        world.eth->endpoint().stop();
                });
                said = co_await world.next();
                CHECK(said == "end: the feed has stopped");
                said = co_await world.next();
                CHECK(said == "end: the feed has stopped");
            });
        }
    }
}
