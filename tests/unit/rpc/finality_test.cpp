// SPDX-License-Identifier: Apache-2.0
// What several nodes call final, branches they do not share, and nodes that cannot read by a block's hash.
#include "tests/unit/rpc/liars.hpp"

using namespace plimsoll;
using namespace plimsoll::test::liars;

namespace {

constexpr BlockNumber kFinal = 5;

/// All nodes call block 5 final; `other` is another block at that height.
struct Finals : Liars {
    std::vector<rpc::Finality> told;
    std::string final_block;
    std::string other;

    explicit Finals(std::size_t count = 2) : Liars(count) {
        Hash32 at = chain.head().ref.hash;
        while (chain.header(at).ref.number > kFinal) at = chain.header(at).ref.parent;
        final_block = test::FakeChain::json(chain.header(at));
        const Hash32 head = chain.head().ref.hash;
        other = test::FakeChain::json(chain.add_above(chain.header(at).ref.parent, 'b', pool_logs(1)));
        chain.set_head(head);
        chain.answer_instead = [this](const std::string& method, const std::string& params) {
            const bool named =
                params.find("finalized") != std::string::npos || params.find("\"0x5\"") != std::string::npos;
            return method == "eth_getBlockByNumber" && named ? final_block : std::string();
        };
        options.finality = milliseconds(10);
        options.finality_told = [this](const rpc::Finality& finality) { told.push_back(finality); };
    }
    /// Until so much is told, or some news: whichever is asked for.
    Task<void> until(std::size_t tellings, std::size_t some_news = 0) {
        for (int i = 0; i < 2'500 && (told.size() < tellings || news.size() < some_news); ++i) co_await pause(2);
    }
    Task<void> until_asked(std::size_t times_of_number) {
        for (int i = 0; i < 2'500 && chain.calls["eth_getBlockByNumber"] < times_of_number; ++i) co_await pause(2);
    }
    /// The first one has another block there from now on.
    void first_replaces() {
        twist = [this](const std::string& question, std::string answer) {
            return question.find("\"0x5\"") == std::string::npos ? answer : with(std::move(answer), final_block, other);
        };
    }
};

}  // namespace

TEST_SUITE("final blocks") {
    TEST_CASE(
        "N15 N37 a node replaces what others still call final: it is left, and nothing is said against the chain") {
        Finals world;
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            co_await world.until(1);
            REQUIRE(world.told.size() == 1);
            CHECK(world.told[0].number == kFinal);
            CHECK(world.told[0].known);
            world.first_replaces();
            co_await world.until(1, 1);
            CHECK(&world.eth->current() == world.eth->clients()[1].get());
        });
        REQUIRE_FALSE(world.news.empty());
        CHECK(world.news[0] == "first: it has replaced blocks that were final, and that others still have");
        CHECK(world.told.size() == 1);
    }

    TEST_CASE("N15 the only node replaces what it called final: told as violated, and when it is back") {
        Finals world(1);
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            co_await world.until(1);
            world.first_replaces();
            co_await world.until(2);
            REQUIRE(world.told.size() == 2);
            CHECK(world.told[1].violated.find("block 5 was final") == 0);
            world.twist = {};
            co_await world.until(3);
            REQUIRE(world.told.size() == 3);
            CHECK(world.told[2].violated.empty());
        });
        CHECK(world.news.empty());
    }

    TEST_CASE("N43 nodes that know no final blocks say so once") {
        Finals world;
        world.chain.answer_instead = {};
        world.chain.error_instead = [](const std::string&, const std::string& params) {
            const bool tag = params.find("finalized") != std::string::npos;
            return tag ? std::string(R"({"code":-32602,"message":"unknown block tag"})") : std::string();
        };
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            co_await world.until_asked(8);
        });
        REQUIRE(world.told.size() == 1);
        CHECK_FALSE(world.told[0].known);
        CHECK(world.told[0].number == 0);
    }

    TEST_CASE("N37 two nodes on different branches: the followed one's is told, without a step to and fro") {
        Liars world;
        world.run([&]() -> Task<void> {
            auto said = co_await world.next(2);
            CHECK(said == "restarted 9 live ");
            co_await world.pause(30);
            Hash32 ours = world.chain.head().ref.hash;
            Hash32 theirs = ours;
            for (int i = 0; i < 4; ++i) {
                world.chain.add_above(theirs, 'b', pool_logs(1));
                theirs = world.chain.head().ref.hash;
                world.nodes[1]->send(world.chain.announcement());
                world.chain.add_above(ours, 'a');
                ours = world.chain.head().ref.hash;
                world.nodes[0]->send(world.chain.announcement());
                said = co_await world.next();
                CHECK(said == fmt::format("+{}(0) ", 10 + i));
                CHECK(world.feed->stats().reorgs == 0);
            }
            CHECK(ours != theirs);
            CHECK(&world.eth->current() == world.eth->clients()[0].get());
        });
    }

    TEST_CASE("N19 a node that cannot read by a block's hash: found out, said, asked by the number and checked") {
        Liars world(1);
        world.options.probes = true;
        world.chain.answer_instead = [](const std::string& method, const std::string&) {
            return std::string(method == "eth_getBalance" ? "\"0x5\"" : method == "eth_call" ? "\"0x0102\"" : "");
        };
        world.chain.error_instead = [](const std::string&, const std::string& params) {
            const bool hashed = params.find("requireCanonical") != std::string::npos;
            return hashed ? std::string(R"({"code":-32602,"message":"invalid argument 1"})") : std::string();
        };
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            for (int i = 0; i < 2'500 && world.news.empty(); ++i) co_await world.pause(2);
            rpc::BlockId head;
            head.value = world.chain.head().ref.hash;
            head.number = world.chain.head().ref.number;
            const auto balance = co_await world.eth->balance(kPool, head);
            CHECK(balance == Wei{U256{5}});
            rpc::CallRequest request;
            request.to = kPool;
            const auto answer = co_await world.eth->call(request, head);
            CHECK(answer == Bytes{1, 2});
            world.chain.add('a');  // it has another block by now
            const auto late = co_await world.eth->call(request, head);
            REQUIRE_FALSE(late.has_value());
            CHECK(late.error().code == Errc::Mismatch);
        });
        REQUIRE(world.news.size() == 1);
        CHECK(world.news[0].find("first: it cannot read state by a block's hash") == 0);
        CHECK(world.times(0, "\"0x9\"") > 0);
    }
}
