// SPDX-License-Identifier: Apache-2.0
// The state of one block as each of several nodes tells it.
#include "tests/unit/rpc/liars.hpp"

using namespace plimsoll;
using namespace plimsoll::test::liars;

namespace {

/// No Multicall3, and 7 wherever else is called.
std::string sevens(const std::string& method, const std::string& params) {
    if (method != "eth_call") return {};
    const bool multicall = params.find(to_hex(rpc::kMulticall3.view())) != std::string::npos;
    return multicall ? "\"0x\"" : "\"0x" + std::string(63, '0') + "7\"";
}

std::string eights(const std::string& asked, std::string answer) {
    return asked.find("eth_call") == std::string::npos ? answer : with(std::move(answer), "07\"", "08\"");
}

std::vector<Call> one_call() {
    std::vector<Call> calls(1);
    calls[0].to = kPool;
    return calls;
}

}  // namespace

TEST_SUITE("what each node says") {
    TEST_CASE("N36 nodes that differ: each is heard, and one against two others is left") {
        for (const std::size_t count : {std::size_t{2}, std::size_t{3}}) {
            Liars world(count);
            world.chain.answer_instead = sevens;
            world.twist = eights;
            world.run([&]() -> Task<void> {
                co_await world.next(2);
                co_await world.pause(30);
                const auto told = co_await world.eth->told_by_each(one_call(), world.chain.head().ref);
                REQUIRE(told.size() == count);
                REQUIRE(told[0].results.has_value());
                REQUIRE(told[1].results.has_value());
                CHECK((*told[0].results)[0].data.back() == 8);
                CHECK((*told[1].results)[0].data.back() == 7);
                CHECK((&world.eth->current() == world.eth->clients()[0].get()) == (count == 2));
            });
            CHECK(world.news.size() == count - 2);
            for (const auto& news : world.news)
                CHECK(news == "first: its state of block 9 is not that of most other nodes");
        }
    }

    TEST_CASE("O20 a second node that is a block behind is asked again; one node alone is not asked") {
        Liars world;
        world.chain.answer_instead = sevens;
        int late = 2;
        world.twist = [&](const std::string& asked, std::string answer) {
            if (asked.find("eth_call") == std::string::npos || late-- <= 0) return answer;
            return answer.substr(0, answer.find("\"result\"")) +
                   R"("error":{"code":-32000,"message":"header not found"}})";
        };
        world.run([&]() -> Task<void> {
            const auto told = co_await world.eth->told_by_each(one_call(), world.chain.head().ref);
            REQUIRE(told.size() == 2);
            CHECK(told[0].results.has_value());
            CHECK(told[1].results.has_value());
        });
        Liars alone(1);
        alone.run([&]() -> Task<void> {
            const auto told = co_await alone.eth->told_by_each(one_call(), alone.chain.head().ref);
            CHECK(told.empty());
        });
        CHECK(alone.times(0, "eth_call") == 0);
    }

    TEST_CASE("O20 a third node that never answers keeps nobody waiting") {
        Liars world(3);
        world.chain.answer_instead = sevens;
        world.react = [](const std::string& asked, Reaction& reaction) {
            if (asked.find("eth_call") != std::string::npos) reaction.text.clear();
        };
        world.run([&]() -> Task<void> {
            const auto told = co_await world.eth->told_by_each(one_call(), world.chain.head().ref);
            REQUIRE(told.size() == 3);
            CHECK_FALSE(told[0].results.has_value());
            CHECK(told[1].results.has_value());
            CHECK(told[2].results.has_value());
        });
    }
}
