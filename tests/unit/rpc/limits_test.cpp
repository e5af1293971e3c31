// SPDX-License-Identifier: Apache-2.0
// Nodes that limit requests or refuse credentials, budgets, roles, and the agreement of several nodes.
#include "tests/unit/rpc/liars.hpp"

using namespace plimsoll;
using namespace plimsoll::test::liars;

namespace {

rpc::CallRequest any_call() {
    rpc::CallRequest out;
    out.to = kPool;
    return out;
}

rpc::BlockId at(const Hash32& hash) {
    rpc::BlockId out;
    out.value = hash;
    return out;
}

Bytes raw_bytes() {
    return Bytes(1, 1);
}

rpc::Roles only(bool follow, bool read, bool send) {
    rpc::Roles out;
    out.follow = follow;
    out.read = read;
    out.send = send;
    return out;
}

/// eth_call answers with a word that ends in `digit`.
auto word(char digit) {
    return [digit](const std::string& method, const std::string&) -> std::string {
        return method == "eth_call" ? "\"0x" + std::string(63, '0') + digit + '"' : "";
    };
}

}  // namespace

TEST_SUITE("limits") {
    TEST_CASE("N28 HTTP 429 with Retry-After: that node is spared for so long, another answers at once") {
        Liars world;
        world.over_http = {true, true};
        bool limits = false;
        world.react = [&](const std::string&, Reaction& reaction) {
            if (!limits) return;
            reaction.text = "slow down";
            reaction.status = 429;
            reaction.retry_after = "7";
        };
        world.run([&]() -> Task<void> {
            const auto first = co_await world.eth->balance(kPool, rpc::BlockId());
            limits = true;
            const auto before = world.asked[0].size();
            for (int i = 0; i < 5; ++i) {
                const auto id = co_await world.eth->chain_id();
                CHECK(id == ChainId{1});
            }
            CHECK(world.asked[0].size() <= before + 2);  // one by us, one by the look for a head
            const auto stats = world.eth->clients()[0]->endpoint().stats();
            CHECK(stats.limited >= 1);
            CHECK(stats.resting > milliseconds(5'000));
            CHECK(stats.resting <= milliseconds(7'000));
            CHECK(world.eth->clients()[1]->endpoint().stats().resting == milliseconds(0));
            // A transaction goes to it all the same.
            const auto sent = co_await world.eth->clients()[0]->send_raw_transaction(raw_bytes());
            CHECK_FALSE(sent.has_value());
            CHECK(world.times(0, "eth_sendRawTransaction") == 1);
        });
        REQUIRE_FALSE(world.news.empty());
        CHECK(world.news[0].find("HTTP 429") != std::string::npos);
    }

    TEST_CASE("N28 the words that nodes limit by over JSON-RPC are known, and what only sounds so is not") {
        struct Said {
            const char* error;
            bool limited;
        };
        for (const auto& [error, limited] : {
                 Said{R"({"code":-32005,"message":"daily request count exceeded, request rate limited"})", true},
                 Said{R"({"code":-32029,"message":"too many"})", true},
                 Said{R"({"code":429,"message":"Your app has exceeded its compute units per second capacity"})", true},
                 Said{R"({"code":-32000,"message":"Too Many Requests"})", true},
                 Said{R"({"code":-32005,"message":"query returned more than 10000 results"})", false},
                 Said{R"({"code":-32000,"message":"header not found"})", false},
             }) {
            const auto document = rpc::JsonDocument::parse(error).value();
            const auto failure = rpc::decode_error(document->root(), "eth_call");
            CAPTURE(error);
            CHECK((failure.turned == rpc::Failure::Turned::Limited) == limited);
        }
    }

    TEST_CASE("N28 over a WebSocket: the followed node limits, another is read and followed") {
        Liars world;
        world.options.judge = milliseconds(1);
        world.twist = [](const std::string& asked, std::string answer) {
            if (asked.find("eth_getBalance") == std::string::npos) return answer;
            const auto id = answer.substr(0, answer.find("\"error\""));
            return id + R"("error":{"code":-32005,"message":"rate limit"}})";
        };
        world.chain.answer_instead = [](const std::string& method, const std::string&) -> std::string {
            return method == "eth_getBalance" ? "\"0x1\"" : "";
        };
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            co_await world.pause(30);
            world.twist = [](const std::string& asked, std::string answer) {
                if (asked.find("eth_getBalance") == std::string::npos) return answer;
                const auto id = answer.substr(0, answer.find("\"result\""));
                return id + R"("error":{"code":-32005,"message":"rate limit"}})";
            };
            const auto balance = co_await world.eth->balance(kPool, rpc::BlockId());
            CHECK(balance == Wei{U256{1}});
            co_await world.pause(20);
            CHECK(&world.eth->current() == world.eth->clients()[1].get());
        });
    }

    TEST_CASE("N28 the day's budget of a node is told when it runs out, and then another is asked") {
        Liars world;
        world.throttle.per_day = 1'000;
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            for (int i = 0; i < 960; ++i) {
                const auto id = co_await world.eth->chain_id();
                CHECK(id == ChainId{1});
            }
            const auto stats = world.eth->clients()[0]->endpoint().stats();
            CHECK(stats.used_today == 950);
            CHECK(stats.per_day == 1'000);
            CHECK(stats.held_back > 0);
        });
        REQUIRE(world.news.size() == 2);
        CHECK(world.news[0] == "first: 800 of the 1000 requests of today are used");
        CHECK(world.news[1] == "first: 950 of the 1000 requests of today are used");
    }

    TEST_CASE("N46 credentials that are refused: told, the node is left alone, another is asked") {
        Liars world;
        world.over_http = {true, true};
        world.react = [](const std::string&, Reaction& reaction) {
            reaction.text = "no";
            reaction.status = 401;
        };
        world.run([&]() -> Task<void> {
            for (int i = 0; i < 5; ++i) {
                const auto id = co_await world.eth->chain_id();
                CHECK(id == ChainId{1});
            }
            CHECK(world.asked[0].size() <= 2);
            CHECK(world.eth->clients()[0]->endpoint().stats().resting > milliseconds(50'000));
        });
        REQUIRE_FALSE(world.news.empty());
        CHECK(world.news[0].find("refuses the credentials") != std::string::npos);
    }
}

TEST_SUITE("roles") {
    TEST_CASE("N22 a node that only takes transactions: never read or followed, and need not tell its chain") {
        Liars world;
        world.options.roles = {only(false, false, true), only(true, true, false)};
        world.react = [&](const std::string& asked, Reaction& reaction) {
            if (asked.find("eth_sendRawTransaction") == std::string::npos)
                reaction.text =
                    with(reaction.text, "\"result\"", "\"error\":{\"code\":-32601,\"message\":\"no\"},\"was\"");
            else
                reaction.text = with(reaction.text, "\"error\":{",
                                     "\"result\":\"" + to_string(keccak256(raw_bytes())) + "\",\"was\":{");
        };
        world.run([&]() -> Task<void> {
            auto said = co_await world.next(2);
            CHECK(said == "restarted 9 live ");
            co_await world.pause(30);
            world.chain.add('a');
            world.nodes[1]->send(world.chain.announcement());
            said = co_await world.next();
            CHECK(said == "+10(0) ");
            REQUIRE(world.eth->senders().size() == 1);
            const auto sent = co_await world.eth->send_raw_transaction(raw_bytes());
            CHECK(sent == keccak256(raw_bytes()));
        });
        CHECK(world.asked[0].size() == 2);  // eth_chainId and the transaction
        CHECK(world.times(1, "eth_sendRawTransaction") == 0);
    }

    TEST_CASE("M21 it says that it took another transaction than it was given: its yes does not count, it is left") {
        Liars world;
        world.react = [&](const std::string& asked, Reaction& reaction) {
            if (asked.find("eth_sendRawTransaction") != std::string::npos)
                reaction.text =
                    with(reaction.text, "\"error\":{", "\"result\":\"" + to_string(kTopic) + "\",\"was\":{");
        };
        world.run([&]() -> Task<void> {
            auto said = co_await world.next(2);
            CHECK(said == "restarted 9 live ");
            CHECK(&world.eth->current() == world.eth->clients()[0].get());
            const auto sent = co_await world.eth->clients()[0]->send_raw_transaction(raw_bytes());
            REQUIRE_FALSE(sent.has_value());
            CHECK(sent.error().code == Errc::Mismatch);
            co_await world.pause(30);
            CHECK(&world.eth->current() == world.eth->clients()[1].get());
        });
        REQUIRE_FALSE(world.news.empty());
        CHECK(world.news[0].find("took " + to_string(kTopic)) != std::string::npos);
    }

    TEST_CASE("N22 ... but one that tells another chain's id is not sent to") {
        Liars world;
        world.options.roles = {only(false, false, true), only(true, true, false)};
        world.react = [](const std::string& asked, Reaction& reaction) {
            if (asked.find("eth_chainId") != std::string::npos) reaction.text = with(reaction.text, "0x1\"", "0x2\"");
        };
        world.run([&]() -> Task<void> {
            const auto sent = co_await world.eth->send_raw_transaction(raw_bytes());
            REQUIRE_FALSE(sent.has_value());
            CHECK(sent.error().code == Errc::Mismatch);
        });
        CHECK(world.times(0, "eth_sendRawTransaction") == 0);
    }

    TEST_CASE("a node that only follows is not read") {
        Liars world;
        world.options.roles = {only(true, false, false), only(false, true, true)};
        world.run([&]() -> Task<void> {
            auto said = co_await world.next(2);
            co_await world.pause(30);
            world.announce();
            said = co_await world.next();
            CHECK(said == "+10(0) ");
            co_await world.eth->chain_id();
        });
        CHECK(world.times(0, "eth_getBlock") == 0);
        CHECK(world.times(1, "eth_subscribe") == 0);
    }
}

TEST_SUITE("quorum") {
    TEST_CASE("two nodes that agree are enough; a third that lies is outvoted") {
        Liars world(3);
        world.chain.answer_instead = word('7');
        world.twist = [](const std::string& asked, std::string answer) {
            return asked.find("eth_call") == std::string::npos ? answer : with(std::move(answer), "07\"", "08\"");
        };
        world.run([&]() -> Task<void> {
            rpc::Quorum quorum;
            quorum.nodes = 2;
            const auto answer = co_await world.eth->agreed_call(any_call(), at(world.chain.head().ref.hash), quorum);
            REQUIRE(answer.has_value());
            CHECK(answer->back() == 7);
        });
        CHECK(world.news.empty());
    }

    TEST_CASE(
        "nodes that differ on one block: asked again for a while, then told, and nothing is spent or the owner's "
        "choice") {
        for (const bool go_on : {false, true}) {
            Liars world;
            world.chain.answer_instead = word('7');
            world.twist = [](const std::string& asked, std::string answer) {
                return asked.find("eth_call") == std::string::npos ? answer : with(std::move(answer), "07\"", "08\"");
            };
            world.run([&]() -> Task<void> {
                rpc::Quorum quorum;
                quorum.nodes = 2;
                quorum.wait = milliseconds(300);
                quorum.go_on = go_on;
                const auto answer =
                    co_await world.eth->agreed_call(any_call(), at(world.chain.head().ref.hash), quorum);
                CHECK(answer.has_value() == go_on);
                if (!answer) CHECK(answer.error().code == Errc::Mismatch);
                if (answer) CHECK(answer->back() == 8);  // the followed one's
            });
            CHECK(world.times(1, "eth_call") == 2);
            REQUIRE(world.news.size() == 1);
            CHECK(world.news[0] ==
                  "first: 1 of 2 nodes give the same answer to the simulation where 2 must: they differ "
                  "on the same block");
        }
    }

    TEST_CASE("a node that is late agrees a little later") {
        Liars world;
        world.chain.answer_instead = word('7');
        int late = 1;
        world.twist = [&](const std::string& asked, std::string answer) {
            if (asked.find("eth_call") == std::string::npos || late-- <= 0) return answer;
            return answer.substr(0, answer.find("\"result\"")) +
                   R"("error":{"code":-32000,"message":"header not found"}})";
        };
        world.run([&]() -> Task<void> {
            rpc::Quorum quorum;
            quorum.nodes = 2;
            const auto answer = co_await world.eth->agreed_call(any_call(), at(world.chain.head().ref.hash), quorum);
            CHECK(answer.has_value());
        });
        CHECK(world.news.empty());
        CHECK(world.times(0, "eth_call") == 2);
    }
}
