// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/post.hpp>

#include "tests/unit/feed/feed_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test::feed_world;
using plimsoll::test::FakeChain;
using plimsoll::test::FakeNode;

TEST_SUITE("feed") {
    TEST_CASE("N05 heads with their logs, at one request a block at most") {
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
        CHECK(world.calls("eth_getBlockByHash") == 1);    // the parent of the first
        CHECK(world.calls("eth_subscribe") == 1);  // to heads: what logs there are is known without a stream of logs
        const auto stats = world.feed->stats();
        CHECK(stats.blocks == 22);
        CHECK(stats.logs_fetched == 11);
        CHECK(stats.logs_spared == 11);
        CHECK(stats.head == 31);
        CHECK(stats.live);
    }

    TEST_CASE("N01 N02 N06 a lost connection: what was missed comes in order, nothing twice") {
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

    TEST_CASE("N07 N10 N11 every head twice, old ones again, numbers that jump") {
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
        CHECK(world.calls("eth_getBlockByHash") == 2);
        CHECK(world.feed->stats().repeats >= 2);
    }

    TEST_CASE("N12 N14 reorganisations of several depths, with the logs of the new branch") {
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
            CHECK(world.calls("eth_getBlockByHash") == 1 + depth);
            CHECK(world.feed->stats().reorgs == 1);
        }
    }

    TEST_CASE("N18 logs that cannot be had are tried again, and no later block overtakes") {
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

    TEST_CASE("N14 an answer of another block, or out of the filter, is no answer") {
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
}
