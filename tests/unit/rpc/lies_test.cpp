// SPDX-License-Identifier: Apache-2.0
// Nodes that lie, on a chain whose blocks have the hashes of their headers.
#include "tests/unit/rpc/liars.hpp"

using namespace plimsoll;
using namespace plimsoll::test::liars;

namespace {

/// The first node leaves out every log.
std::string without_logs(const std::string& asked, std::string answer) {
    if (asked.find("eth_getLogs") == std::string::npos) return answer;
    const auto at = answer.find("\"result\":");
    return answer.substr(0, at) + "\"result\":[]}";
}

}  // namespace

TEST_SUITE("nodes that lie") {
    TEST_CASE("N24 a forged head is dropped, the node is left for another, and it is said") {
        Liars world;
        world.run([&]() -> Task<void> {
            auto said = co_await world.next(2);
            CHECK(said == "restarted 9 live ");
            co_await world.pause(30);
            world.announce();
            said = co_await world.next();
            CHECK(said == "+10(0) ");
            // Block 11 with another parent under the same hash.
            world.chain.add('a');
            world.nodes[0]->send(
                with(world.chain.announcement(), to_string(world.chain.head().ref.parent), to_string(Hash32{})));
            world.nodes[1]->send(world.chain.announcement());
            said = co_await world.next();
            CHECK(said == "+11(0) ");
            CHECK(&world.eth->current() == world.eth->clients()[1].get());
        });
        CHECK(world.news == std::vector<std::string>{"first: block 11 has not the hash of its header"});
        CHECK(world.feed->stats().restarts == 1);
    }

    TEST_CASE("N24 a forged block is asked of another node") {
        Liars world;
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            world.twist = [](const std::string& asked, std::string answer) {
                const bool header = asked.find("eth_getBlockByHash") != std::string::npos;
                return header ? with(std::move(answer), "\"gasLimit\":\"0x1c9c380\"", "\"gasLimit\":\"0x1\"") : answer;
            };
            const auto wanted = world.chain.head();
            rpc::BlockId id;
            id.value = wanted.ref.hash;
            const auto got = co_await world.eth->header(id);
            REQUIRE(got.has_value());
            CHECK(*got == wanted);
        });
        CHECK(world.news.size() == 1);
    }

    TEST_CASE("N20 N21 a node says that there are no logs where the bloom allows some: two are asked") {
        Liars world;
        world.twist = without_logs;
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            co_await world.pause(30);
            world.announce(pool_logs(2));
            const auto said = co_await world.next();
            CHECK(said == "+10(2) ");
        });
        REQUIRE(world.news.size() == 1);
        CHECK(world.news[0].starts_with("first: it leaves out the logs of block"));
    }

    TEST_CASE("N20 two nodes agree that there are none: it is believed, with nothing said") {
        Liars world;
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            co_await world.pause(30);
            // Every bit is set: the bloom allows everything.
            world.chain.answer_instead = [](const std::string& method, const std::string&) -> std::string {
                return method == "eth_getLogs" ? "[]" : "";
            };
            world.announce(pool_logs(1));
            const auto said = co_await world.next();
            CHECK(said == "+10(0) ");
        });
        CHECK(world.news.empty());
        CHECK(world.chain.calls["eth_getLogs"] == 3);
    }

    TEST_CASE("N20 a single node's empty answer is believed only when all logs of the block fill the bloom") {
        Liars world(1);
        int lies = 0;  // answers for the whole block to come
        world.twist = [&](const std::string& asked, std::string answer) {
            if (asked.find("eth_getLogs") == std::string::npos) return answer;
            const bool whole = asked.find("\"address\"") == std::string::npos;
            if (whole && lies-- <= 0) return answer;
            return without_logs(asked, std::move(answer));
        };
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            co_await world.pause(30);
            world.announce(pool_logs(2));
            auto said = co_await world.next();
            CHECK(said == "+10(2) ");  // the filtered answer was empty, the whole block's was not
            lies = 5;
            world.announce(pool_logs(1));
            said = co_await world.next();
            CHECK(said == "+11(1) ");
        });
        CHECK(world.feed->stats().logs_incomplete == 5);
    }

    TEST_CASE("N16 the state of another block than asked is refused, held against the node, and asked of another") {
        Liars world;
        world.options.rules.failures = 1;
        world.options.hedge = milliseconds(1'000);
        // aggregate3 answered with one result: the parent hash that the node's state sees.
        const auto answer = [](const Hash32& parent) {
            Bytes out;
            const auto word = [&](std::uint64_t value) {
                const auto bytes = U256{value}.to_be_bytes();
                out.insert(out.end(), bytes.begin(), bytes.end());
            };
            for (const std::uint64_t value : {0x20U, 1U, 0x20U, 1U, 0x40U, 0x20U}) word(value);
            out.insert(out.end(), parent.bytes.begin(), parent.bytes.end());
            return '"' + to_hex(out) + '"';
        };
        const auto at = world.chain.head().ref;
        world.chain.answer_instead = [&](const std::string& method, const std::string&) -> std::string {
            return method == "eth_call" ? answer(at.parent) : "";
        };
        std::size_t asked_first = 0;
        world.twist = [&](const std::string& asked, std::string text) {
            if (asked.find("eth_call") == std::string::npos) return text;
            ++asked_first;
            return with(std::move(text), to_string(at.parent).substr(2), to_string(at.hash).substr(2));
        };
        world.run([&]() -> Task<void> {
            co_await world.next(2);
            const auto state = co_await world.eth->state_of(std::vector<Call>(), at);
            REQUIRE(state.has_value());
            CHECK(state->empty());
            CHECK(asked_first == 3);
            co_await world.pause(20);
            CHECK(&world.eth->current() == world.eth->clients()[1].get());
        });
    }
}
