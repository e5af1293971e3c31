// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/eth_pool.hpp"

#include <boost/asio/use_awaitable.hpp>

#include "tests/unit/feed/feed_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test::feed_world;
using plimsoll::test::FakeChain;
using plimsoll::test::FakeNode;
using plimsoll::test::Reaction;

namespace {

/// One chain behind two nodes, each with its own humour, and a feed over both.
struct Pool {
    boost::asio::io_context io;
    FakeChain chain;
    std::vector<std::unique_ptr<FakeNode>> nodes;
    std::vector<bool> mute{false, false};
    std::string swallows;  // what the first never answers
    std::vector<std::size_t> asked{0, 0};
    std::vector<std::string> changes;
    rpc::EthPoolOptions options;
    std::shared_ptr<rpc::EthPool> eth;
    std::unique_ptr<feed::Feed> feed;
    feed::FeedOptions feed_options;
    std::int64_t wall_ms = 0;

    Pool() {
        for (int i = 0; i < 9; ++i) chain.add('a');
        for (std::size_t i = 0; i < 2; ++i) {
            nodes.push_back(std::make_unique<FakeNode>(io.get_executor(), [this, i](const std::string& message) {
                ++asked[i];
                const bool swallowed = i == 0 && !swallows.empty() && message.find(swallows) != std::string::npos;
                return mute[i] || swallowed ? std::vector<Reaction>{} : chain.react(message);
            }));
        }
        wall_ms = static_cast<std::int64_t>(chain.head().ref.timestamp) * 1'000;
        feed_options.wall_ms = [this] { return wall_ms; };
        feed_options.retry = milliseconds(1);
        options.judge = milliseconds(2);
        options.hedge = milliseconds(20);
        options.poll = milliseconds(2);
        options.rules.grace = milliseconds(5);
        options.rules.silence = milliseconds(100);
        options.rules.lag = milliseconds(5);
        options.changed = [this, first = nodes[0]->ws()](const std::string&, const std::string& to,
                                                         const std::string& why) {
            changes.push_back((to == first ? "first: " : "second: ") + why);
        };
    }
    ~Pool() {
        feed.reset();
        if (eth) eth->stop();
        io.restart();
        io.poll();
    }

    void start(bool second_notifies = true) {
        std::vector<std::shared_ptr<rpc::EthClient>> clients;
        for (std::size_t i = 0; i < 2; ++i) {
            rpc::EndpointOptions endpoint;
            endpoint.url = i == 0 || second_notifies ? nodes[i]->ws() : nodes[i]->http();
            endpoint.chain_id = 1;
            endpoint.deadline = milliseconds(200);
            endpoint.random = [] { return 0.0; };
            clients.push_back(rpc::make_eth(io.get_executor(), std::move(endpoint)).value());
        }
        eth = std::make_shared<rpc::EthPool>(io.get_executor(), std::move(clients), options);
        eth->start();
        feed = std::make_unique<feed::Feed>(
            io.get_executor(), *eth, [this] { return eth->subscribe_heads(); }, feed_options);
    }
    void announce(std::initializer_list<std::size_t> by) {
        chain.add('a');
        for (const auto i : by) nodes[i]->send(chain.announcement());
    }
    Task<std::string> next(int count = 1) {
        std::string out;
        for (int i = 0; i < count; ++i) {
            auto event = co_await feed->next();
            out += (i == 0 ? "" : " ") + (event ? shown(*event) : "end");
        }
        co_return out;
    }
    Task<void> pause(int ms) {
        boost::asio::steady_timer timer(io, milliseconds(ms));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    template <class Body>
    void run(Body body) {
        start();
        test::run(io, body());
    }
};

}  // namespace

TEST_SUITE("several endpoints as one") {
    TEST_CASE("N01 the followed one is gone: the stream goes on at the other, nothing is missed or told twice") {
        Pool pool;
        pool.run([&]() -> Task<void> {
            auto said = co_await pool.next(2);
            CHECK(said == "restarted a9 live");
            co_await pool.pause(30);
            pool.announce({0, 1});
            said = co_await pool.next();
            CHECK(said == "+a10");
            pool.nodes[0]->shut();
            pool.chain.add('a');  // while nobody is followed
            pool.announce({1});
            said = co_await pool.next(2);
            CHECK(said == "+a11 +a12");
            pool.announce({1});
            said = co_await pool.next();
            CHECK(said == "+a13");
        });
        CHECK(pool.changes == std::vector<std::string>{"second: its connection is lost"});
    }

    TEST_CASE("N09 the followed one never answers the subscription: heads come by another") {
        Pool pool;
        pool.swallows = "eth_subscribe";
        pool.run([&]() -> Task<void> {
            auto said = co_await pool.next(2);
            CHECK(said == "restarted a9 live");
            co_await pool.pause(30);  // the other's subscription stands
            for (int i = 10; i < 13; ++i) {
                pool.announce({1});
                said = co_await pool.next();
                CHECK(said == fmt::format("+a{}", i));
            }
        });
        REQUIRE(pool.changes.size() == 1);
        CHECK(pool.changes[0].starts_with("second: no new block for"));
    }

    TEST_CASE("N03 the followed one says nothing more: the other has blocks, and is followed") {
        Pool pool;
        pool.run([&]() -> Task<void> {
            auto said = co_await pool.next(2);
            co_await pool.pause(30);
            pool.announce({0, 1});
            said = co_await pool.next();
            CHECK(said == "+a10");
            pool.mute[0] = true;
            pool.announce({1});
            said = co_await pool.next();
            CHECK(said == "+a11");
        });
        REQUIRE(pool.changes.size() == 1);
        CHECK(pool.changes[0].starts_with("second: no new block for"));
    }

    TEST_CASE("N18 N29 a call that takes long is asked elsewhere as well; one that fails, at once") {
        Pool pool;
        pool.run([&]() -> Task<void> {
            co_await pool.pause(30);
            pool.mute[0] = true;
            const auto began = std::chrono::steady_clock::now();
            const auto id = co_await pool.eth->chain_id();
            CHECK(id == ChainId{1});
            CHECK(std::chrono::steady_clock::now() - began < milliseconds(150));  // not the deadline of the first
            pool.mute[0] = false;
            pool.chain.error_instead = [&](const std::string& method, const std::string&) -> std::string {
                if (method != "eth_chainId") return "";
                pool.chain.error_instead = nullptr;
                return R"({"code":-32005,"message":"limit exceeded"})";
            };
            const auto before = pool.asked;
            const auto again = co_await pool.eth->chain_id();
            CHECK(again == ChainId{1});
            CHECK(pool.asked[0] + pool.asked[1] == before[0] + before[1] + 2);
        });
    }

    TEST_CASE("N39 nobody answers: the first error is given, and the followed one is kept") {
        Pool pool;
        pool.run([&]() -> Task<void> {
            co_await pool.pause(30);
            pool.mute = {true, true};
            const auto id = co_await pool.eth->chain_id();
            REQUIRE_FALSE(id.has_value());
            CHECK(id.error().code == Errc::Timeout);
        });
        CHECK(&pool.eth->current() == pool.eth->clients()[0].get());
    }

    TEST_CASE("the other one cannot notify: it is polled from the moment that it is followed") {
        Pool pool;
        pool.options.probe = std::chrono::hours(1);
        pool.start(false);
        test::run(pool.io, [&]() -> Task<void> {
            auto said = co_await pool.next(2);
            co_await pool.pause(30);
            pool.nodes[0]->shut();
            pool.chain.add('a');
            said = co_await pool.next();
            CHECK(said == "+a10");
            pool.chain.add('a');
            said = co_await pool.next();
            CHECK(said == "+a11");
        }());
    }
}
