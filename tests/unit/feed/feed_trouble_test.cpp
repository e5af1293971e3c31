// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/post.hpp>

#include "tests/unit/feed/feed_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test::feed_world;
using plimsoll::test::FakeChain;
using plimsoll::test::FakeNode;

TEST_SUITE("feed in trouble") {
    TEST_CASE("N04 a subscription that fell silent is found out, renewed, and what it kept back is told") {
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

    TEST_CASE("X17 a clock that is an hour behind makes no old head fresh: it is stale by the time since it was told") {
        World world;
        world.options.head_age_max = milliseconds(50);
        world.options.silence = milliseconds(5);
        world.wall_ms -= 3'600'000;
        world.run([&]() -> Task<void> {
            std::string said;
            said = co_await world.next();
            CHECK(said == "restarted a9");
            do {
                said = co_await world.next();
            } while (said == "live");
            CHECK(said.starts_with("stale: the newest block 9 is "));
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

    TEST_CASE("N17 answers from behind a balancer: the newest block goes back and forth, and what is told goes forth") {
        World world;
        world.over_http = true;
        world.chain.subscribes = false;
        int lags = 0;
        world.chain.answer_instead = [&](const std::string& method, const std::string& params) -> std::string {
            const bool newest = method == "eth_getBlockByNumber" && params.find("latest") != std::string::npos;
            if (!newest || world.chain.head().ref.number < 13 || ++lags % 2 == 0) return "";
            auto late = world.chain.head();
            late.ref.number -= 2;
            late.ref.hash = FakeChain::hash('a', late.ref.number);
            late.ref.parent = FakeChain::hash('a', late.ref.number - 1);
            return FakeChain::json(late);
        };
        world.run([&]() -> Task<void> {
            auto said = co_await world.next(2);
            CHECK(said == "restarted a9 live");
            for (int i = 10; i <= 20; ++i) {
                world.chain.add('a', pool_logs(1));
                said = co_await world.next();
                CHECK(said == fmt::format("+a{}(1 logs)", i));
            }
        });
        CHECK(lags > 10);
        CHECK(world.feed->stats().reorgs == 0);
    }

    TEST_CASE("N26 a chain that was taken back goes on lower: it is followed there") {
        World world;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            std::string said;
            for (int i = 0; i < 4; ++i) world.announce('a');
            said = co_await world.next(4);
            CHECK(said == "+a11 +a12 +a13 +a14");
            world.chain.set_head(FakeChain::hash('a', 11));
            world.node->send(world.chain.announcement());
            world.announce('b', pool_logs(1));
            said = co_await world.next(2);
            CHECK(said == "<a11(a14 a13 a12) +b12(1 logs)");
        });
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
        CHECK(world.calls("eth_getBlockByHash") == 2);  // the parents of the first and of where it starts anew
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

    TEST_CASE("N18 a missing parent that the node lacks at first") {
        World world;
        int refusals = 0;
        world.chain.answer_instead = [&](const std::string& method, const std::string&) -> std::string {
            return method == "eth_getBlockByHash" && refusals-- > 0 ? "null" : "";
        };
        world.run([&]() -> Task<void> {
            co_await world.begin();
            refusals = 2;
            std::string said;
            world.chain.add('a');
            world.announce('a');
            said = co_await world.next(2);
            CHECK(said == "+a11 +a12");
        });
    }

    TEST_CASE("heads whose parents nobody has do not put off the look at the newest one, however many there are") {
        World world;
        world.options.retry = milliseconds(20);
        world.options.retry_max = std::chrono::hours(1);
        int refusals = 0;
        world.chain.answer_instead = [&](const std::string& method, const std::string&) -> std::string {
            return method == "eth_getBlockByHash" && refusals-- > 0 ? "null" : "";
        };
        world.run([&]() -> Task<void> {
            co_await world.begin();
            refusals = 16;
            std::string said;
            world.chain.add('a');
            for (int i = 0; i < 16; ++i) world.announce('a');
            for (int i = 11; i <= 27; ++i) {
                said = co_await world.next();
                CHECK(said == fmt::format("+a{}", i));
            }
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

    TEST_CASE("N33 more heads than are kept while nobody asks: a gap, filled") {
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
