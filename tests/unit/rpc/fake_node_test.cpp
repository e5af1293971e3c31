// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "chain/rpc/multicall.hpp"
#include "tests/unit/rpc/node_world.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;
using namespace plimsoll::test::node_world;
using plimsoll::test::FakeChain;
using plimsoll::test::FakeNode;
using plimsoll::test::FakeNodeOptions;
using plimsoll::test::Reaction;

namespace {
constexpr auto kQuietly = boost::asio::as_tuple(boost::asio::use_awaitable);
}

TEST_SUITE("a node over sockets") {
    TEST_CASE("the same calls over WebSocket and HTTP") {
        for (const bool socket : {true, false}) {
            CAPTURE(socket);
            World world;
            world.connect(options_for(socket ? world.node->ws() : world.node->http()));
            world.run([&]() -> Task<void> {
                const auto chain_id = co_await world.eth->chain_id();
                CHECK(chain_id.value() == 1);
                BlockId latest;
                const auto head = co_await world.eth->header(latest);
                CHECK(head.value() == world.chain.head());
                const auto missing = co_await world.eth->header(by_hash(FakeChain::hash('x', 1)));
                CHECK(missing.error().code == Errc::NotFound);
                LogFilter filter;
                const auto logs = co_await world.eth->logs_of_block(filter, world.chain.head().ref.hash);
                CHECK(logs.value().empty());
                const auto unknown = co_await world.eth->logs_of_block(filter, FakeChain::hash('x', 1));
                CHECK(unknown.error().code == Errc::NotFound);
                const auto code = co_await world.eth->code(Address(), latest);
                CHECK(code.error().code == Errc::Rpc);
                CHECK(code.error().message == "eth_getCode: node error -32601: the method does not exist");
                const auto outcomes =
                    co_await world.eth->endpoint().batch(std::vector<Request>(3, make("eth_chainId")));
                for (const auto& outcome : outcomes) CHECK(outcome.value().value().raw() == "0x1");
                const auto all = co_await world.eth->endpoint().all(std::vector<Request>(3, make("eth_chainId")));
                for (const auto& outcome : all) CHECK(outcome.value().value().raw() == "0x1");
            });
            const auto stats = world.stats();
            CHECK(stats.requests_sent == 13);
            CHECK(stats.faults == 0);
            CHECK(stats.timeouts == 0);
            CHECK(stats.connections == 1);
            CHECK(stats.state == "live");
        }
    }

    TEST_CASE("credentials of the URL go with the request and not into messages") {
        for (const bool socket : {true, false}) {
            World world;
            auto options =
                options_for(fmt::format("{}://me:secret@127.0.0.1:{}/key", socket ? "ws" : "http", world.node->port()));
            world.connect(options);
            world.run([&]() -> Task<void> {
                const auto chain_id = co_await world.eth->chain_id();
                CHECK(chain_id.value() == 1);
            });
            CHECK(world.node->authorizations().front() == "Basic bWU6c2VjcmV0");
            CHECK(world.stats().url.find("secret") == std::string::npos);
            CHECK(world.stats().url.find("key") == std::string::npos);
        }
    }

    TEST_CASE("N01 N02 a reset and an orderly close while idle: both are found out and mended") {
        for (const bool reset : {true, false}) {
            World world;
            world.connect(options_for(world.node->ws()));
            world.run([&]() -> Task<void> {
                const auto subscription = world.eth->subscribe_heads();
                std::string heard;
                while (heard.find("ended began") == std::string::npos) {
                    const auto note = co_await subscription->next();
                    REQUIRE(note);
                    if (note->kind == SubscriptionNote::Kind::Ended) heard += "ended ";
                    if (note->kind != SubscriptionNote::Kind::Began) continue;
                    heard += "began ";
                    if (world.node->connections() > 1) continue;
                    if (reset)
                        world.node->drop_all();
                    else
                        world.node->close_all();
                }
                CHECK(heard == "began ended began ");
            });
            CHECK(world.stats().connections == 2);
        }
    }

    TEST_CASE("N02 M18 a connection lost in a call: a read is made again, a transaction is not") {
        int drops = 1;
        FakeChain chain;
        chain.add('a');
        const auto moody = [&](const std::string& message) {
            if (message.find("eth_chainId") != std::string::npos || drops-- <= 0) return chain.react(message);
            Reaction reset;
            reset.drop = true;
            return std::vector<Reaction>(1, reset);
        };
        World world(moody);
        world.connect(options_for(world.node->ws()));
        world.run([&]() -> Task<void> {
            BlockId latest;
            const auto head = co_await world.eth->header(latest);
            CHECK(head.has_value());
            drops = 1;
            const auto sent = co_await world.eth->send_raw_transaction(Bytes(3, 1));
            CHECK(sent.error().code == Errc::Io);
        });
        std::size_t written = 0;
        for (const auto& text : world.node->received())
            written += text.find("eth_sendRawTransaction") != std::string::npos ? 1U : 0U;
        CHECK(written == 1);
    }

    TEST_CASE("N30 garbage, foreign ids and messages out of turn fail nobody else's call") {
        FakeChain chain;
        chain.add('a');
        const auto noisy = [&](const std::string& message) {
            std::vector<Reaction> out;
            for (const auto* noise :
                 {"<html>", R"({"jsonrpc":"2.0","id":999,"result":1})", "[", R"({"id":1,"method":"eth_call"})",
                  R"({"method":"eth_subscription","params":{"subscription":"0x99","result":1}})"}) {
                out.emplace_back();
                out.back().text = noise;
            }
            const auto answer = chain.react(message);
            out.insert(out.end(), answer.begin(), answer.end());
            return out;
        };
        World world(noisy);
        world.connect(options_for(world.node->ws()));
        world.run([&]() -> Task<void> {
            BlockId latest;
            const auto head = co_await world.eth->header(latest);
            CHECK(head.value() == chain.head());
        });
        CHECK(world.stats().faults == 10);
    }

    TEST_CASE("N33 an answer above the limit is refused; the next call is served") {
        for (const bool socket : {true, false}) {
            CAPTURE(socket);
            FakeChain chain;
            chain.add('a');
            const auto generous = [&](const std::string& message) {
                if (message.find("eth_getCode") == std::string::npos) return chain.react(message);
                Reaction flood;
                flood.text = R"({"jsonrpc":"2.0","id":2,"result":"0x)" + std::string(100'000, '0') + "\"}";
                return std::vector<Reaction>(1, flood);
            };
            World world(generous);
            auto options = options_for(socket ? world.node->ws() : world.node->http());
            options.limits.frame_bytes = 10'000;
            options.deadline = std::chrono::milliseconds(400);  // over WebSocket the read is made again until then
            world.connect(options);
            world.run([&]() -> Task<void> {
                BlockId latest;
                const auto code = co_await world.eth->code(Address(), latest);
                REQUIRE_FALSE(code);
                CHECK(code.error().code == (socket ? Errc::Timeout : Errc::Range));
                const auto head = co_await world.eth->header(latest);
                CHECK(head.value() == chain.head());
            });
        }
    }

    TEST_CASE("a node that does not answer in time") {
        for (const bool socket : {true, false}) {
            World world([](const std::string& message) {
                Reaction reaction;
                if (message.find("eth_chainId") != std::string::npos) {
                    const auto document = rpc::JsonDocument::parse(message).value();
                    const auto id = document->root().at("id")->raw();
                    reaction.text = fmt::format(R"({{"id":{},"result":"0x1"}})", id);
                    return std::vector<Reaction>(1, reaction);
                }
                return std::vector<Reaction>();
            });
            auto options = options_for(socket ? world.node->ws() : world.node->http());
            options.deadline = std::chrono::milliseconds(50);
            world.connect(options);
            world.run([&]() -> Task<void> {
                BlockId latest;
                const auto head = co_await world.eth->header(latest);
                CHECK(head.error().code == Errc::Timeout);
            });
            CHECK(world.stats().timeouts == 1);
        }
    }

    TEST_CASE("N32 an answer that drips in: the deadline is of the whole call") {
        World world;
        using Tcp = boost::asio::ip::tcp;
        Tcp::acceptor acceptor(world.io, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        std::size_t dripped = 0;
        const auto drip = [&]() -> Task<void> {
            auto [refused, socket] = co_await acceptor.async_accept(kQuietly);
            boost::asio::steady_timer timer(world.io);
            std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
            while (!refused) {
                const auto [error, size] =
                    co_await boost::asio::async_write(socket, boost::asio::buffer(text), kQuietly);
                if (error) co_return;
                dripped += size;
                text = " ";
                timer.expires_after(std::chrono::milliseconds(5));
                co_await timer.async_wait(kQuietly);
            }
        };
        auto options = options_for(fmt::format("http://127.0.0.1:{}", acceptor.local_endpoint().port()));
        options.deadline = std::chrono::milliseconds(100);
        world.connect(options);
        boost::asio::co_spawn(world.io, drip(), boost::asio::detached);
        world.run([&]() -> Task<void> {
            const auto chain_id = co_await world.eth->chain_id();
            CHECK(chain_id.error().code == Errc::Timeout);
        });
        CHECK(dripped > 50);  // bytes came all the time
    }

    TEST_CASE("N29 HTTP that is no JSON-RPC") {
        struct Row {
            unsigned status;
            const char* body;
            Errc code;
            const char* reason;
        };
        constexpr Row kTable[] = {
            {503, "<html>busy</html>", Errc::Io, "HTTP 503"},
            {429, "slow down", Errc::Io, "HTTP 429: the node limits the rate of requests"},
            {401, "", Errc::Refused, "HTTP 401: the node refuses the credentials"},
            {200, "", Errc::Decode, "JSON: the text ends where a value should stand at byte 0"},
            {200, "[]", Errc::Decode, "no answer to it in the reply"},
            {500, R"({"id":1,"result":"0x1"})", Errc::Io, "HTTP 500"},
            {301, "", Errc::Io, "HTTP 301"},
        };
        for (const auto& row : kTable) {
            CAPTURE(row.reason);
            World world([&row](const std::string&) {
                Reaction reaction;
                reaction.text = row.body;
                reaction.status = row.status;
                return std::vector<Reaction>(1, reaction);
            });
            world.connect(options_for(world.node->http()));
            world.run([&]() -> Task<void> {
                BlockId latest;
                const auto head = co_await world.eth->header(latest);
                REQUIRE_FALSE(head);
                CHECK(head.error().code == row.code);
                CHECK(head.error().message == fmt::format("eth_chainId: {}: {}", world.node->http(), row.reason));
            });
        }
    }

    TEST_CASE("N35 an error of the node counts whatever the HTTP status") {
        World world([](const std::string&) {
            Reaction reaction;
            reaction.text = R"({"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"daily limit"}})";
            reaction.status = 429;
            return std::vector<Reaction>(1, reaction);
        });
        world.connect(options_for(world.node->http()));
        world.run([&]() -> Task<void> {
            const auto chain_id = co_await world.eth->chain_id();
            CHECK(chain_id.error().message == "eth_chainId: node error -32005: daily limit");
        });
    }

    TEST_CASE("N22 HTTP: the wrong chain is asked nothing else, and connections are reused") {
        World world;
        world.chain.chain_id = 5;
        world.connect(options_for(world.node->http()));
        world.run([&]() -> Task<void> {
            BlockId latest;
            const auto head = co_await world.eth->header(latest);
            CHECK(head.error().code == Errc::Mismatch);
            world.chain.chain_id = 1;
            for (int i = 0; i < 5; ++i) {
                const auto again = co_await world.eth->header(latest);
                CHECK(again.has_value());
            }
        });
        CHECK(world.chain.calls["eth_getBlockByNumber"] == 5);
        CHECK(world.chain.calls["eth_chainId"] == 2);
        CHECK(world.node->connections() == 1);
    }

    TEST_CASE("a handshake that is refused says so, and so does the call that waits for it") {
        FakeNodeOptions refusing;
        refusing.refuse_upgrade = 403;
        World world({}, refusing);
        auto options = options_for(world.node->ws());
        options.deadline = std::chrono::milliseconds(5);
        world.connect(options);
        world.run([&]() -> Task<void> {
            const auto trouble = co_await first_trouble(world);
            CHECK(trouble == "the WebSocket handshake was answered with HTTP 403");
            const auto chain_id = co_await world.eth->chain_id();
            CHECK(chain_id.error().code == Errc::Timeout);
            CHECK(chain_id.error().message ==
                  fmt::format("eth_chainId: could not be sent in time ({}: {})", world.node->ws(), trouble));
        });
    }

    TEST_CASE("N41 nobody listens") {
        for (const bool socket : {true, false}) {
            World world;
            const std::string url = socket ? world.node->ws() : world.node->http();
            world.node->shut();
            world.connect(options_for(url));
            world.run([&]() -> Task<void> {
                if (socket) {
                    const auto trouble = co_await first_trouble(world);
                    CHECK(trouble == "connecting: Connection refused");
                    co_return;
                }
                const auto chain_id = co_await world.eth->chain_id();
                CHECK(chain_id.error().code == Errc::Io);
                CHECK(chain_id.error().message == "eth_chainId: " + url + ": Couldn't connect to server");
            });
        }
        for (const char* scheme : {"ws", "http"}) {  // a name that is nowhere (RFC 2606)
            World world;
            world.connect(options_for(std::string(scheme) + "://node.invalid:8546"));
            world.run([&]() -> Task<void> {
                const auto chain_id = co_await world.eth->chain_id();
                REQUIRE_FALSE(chain_id.has_value());
                CHECK((chain_id.error().code == Errc::Io || chain_id.error().code == Errc::Timeout));
            });
        }
    }
}
