// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/multicall.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "chain/rpc/eth_client.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_node.hpp"
#include "tests/support/run_task.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;
using plimsoll::test::FakeChain;
using plimsoll::test::FakeNode;

namespace {

std::string word(std::uint64_t value) {
    return fmt::format("{:064x}", value);
}

/// A chain whose contracts answer a call with the call's own data, and revert on an odd last byte with 0xdead.
/// Multicall3 is there or not, and does at most `most` calls before it runs out of gas.
struct World {
    boost::asio::io_context io;
    FakeChain chain;
    std::unique_ptr<FakeNode> node;
    std::unique_ptr<EthClient> eth;
    bool has_multicall = true;
    std::size_t most = 1'000;
    std::vector<std::size_t> sizes;  // of the aggregates done

    explicit World(EthClientOptions options = {}) {
        chain.add('a');
        chain.answer_instead = [this](const std::string& method, const std::string& params) {
            return method == "eth_call" ? call(params) : std::string();
        };
        chain.error_instead = [this](const std::string& method, const std::string& params) {
            return error(method, params);
        };
        node = std::make_unique<FakeNode>(io.get_executor(), chain.handler());
        EndpointOptions endpoint;
        endpoint.url = node->ws();
        eth = std::make_unique<EthClient>(make_endpoint(io.get_executor(), endpoint).value(), options);
    }

    static bool is_aggregate(const std::string& params) {
        return params.find(to_hex(kMulticall3.view())) != std::string::npos;
    }
    static Bytes data_of(const std::string& params) {
        const auto document = JsonDocument::parse(params).value();
        const auto arguments = document->root().elements().value();
        return from_hex(arguments.at(0).at("data")->raw()).value();
    }
    static std::uint64_t at(const Bytes& data, std::size_t offset) {
        return U256::from_be(ByteView(data).subspan(offset, 32)).value().low_u64();
    }
    static bool reverts(ByteView data) { return !data.empty() && data.back() % 2 == 1; }

    std::string error(const std::string& method, const std::string& params) const {
        if (method != "eth_call") return "";
        const auto data = data_of(params);
        if (!is_aggregate(params))
            return reverts(data) ? R"({"code":3,"message":"execution reverted","data":"0xdead"})" : "";
        if (!has_multicall || at(data, 4 + 32) <= most) return "";
        return R"({"code":-32000,"message":"out of gas"})";
    }
    std::string call(const std::string& params) {
        const auto data = data_of(params);
        if (!is_aggregate(params)) return '"' + to_hex(data) + '"';
        if (!has_multicall) return "\"0x\"";
        const auto count = at(data, 4 + 32);
        sizes.push_back(count);
        std::string heads;
        std::string tails;
        for (std::size_t i = 0; i < count; ++i) {
            const auto tuple = 4 + 64 + at(data, 4 + 64 + 32 * i);
            const auto size = at(data, tuple + 96);
            const auto inner = ByteView(data).subspan(tuple + 128, size);
            const bool failed = reverts(inner);
            heads += word(32 * count + tails.size() / 2);
            const std::string hex = failed ? "dead" : to_hex(inner).substr(2);
            tails += word(failed ? 0 : 1) + word(64) + word(hex.size() / 2) + hex +
                     std::string((64 - hex.size() % 64) % 64, '0');
        }
        return "\"0x" + word(32) + word(count) + heads + tails + '"';
    }
};

std::vector<Call> calls(std::size_t count) {
    std::vector<Call> out(count);
    for (std::size_t i = 0; i < count; ++i)
        out[i].data = Bytes{1, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)};
    return out;
}

/// Every call has its own answer, in its place.
void check_results(const Result<std::vector<CallResult>>& results, std::size_t count) {
    REQUIRE(results);
    REQUIRE(results->size() == count);
    const auto asked = calls(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& result = results->at(i);
        CHECK(result.success == (i % 2 == 0));
        CHECK(result.data == (i % 2 == 0 ? asked[i].data : Bytes{0xde, 0xad}));
    }
}

}  // namespace

TEST_SUITE("multicall") {
    TEST_CASE("N45 one request, failures apart") {
        World world;
        const auto body = [&]() -> Task<void> {
            const auto results = co_await world.eth->multicall(calls(7), BlockId());
            check_results(results, 7);
            const auto none = co_await world.eth->multicall(calls(0), BlockId());
            CHECK(none->empty());
        };
        test::run(world.io, body());
        CHECK(world.chain.calls["eth_call"] == 1);
    }

    TEST_CASE("more than one request holds, in several") {
        EthClientOptions options;
        options.multicall_max = 100;
        World world(options);
        const auto body = [&]() -> Task<void> {
            const auto results = co_await world.eth->multicall(calls(250), BlockId());
            check_results(results, 250);
        };
        test::run(world.io, body());
        CHECK(world.sizes == std::vector<std::size_t>{100, 100, 50});
    }

    TEST_CASE("N45 too much for the node's gas: halved until it fits") {
        World world;
        world.most = 30;
        const auto body = [&]() -> Task<void> {
            const auto results = co_await world.eth->multicall(calls(100), BlockId());
            check_results(results, 100);
        };
        test::run(world.io, body());
        CHECK(world.sizes == std::vector<std::size_t>{25, 25, 25, 25});
        CHECK(world.chain.calls["eth_call"] == 7);
    }

    TEST_CASE("N45 a single call that is too much for the aggregate is made by itself") {
        World world;
        world.most = 0;
        const auto body = [&]() -> Task<void> {
            const auto results = co_await world.eth->multicall(calls(2), BlockId());
            check_results(results, 2);
        };
        test::run(world.io, body());
    }

    TEST_CASE("where Multicall3 has no code, a batch of calls; and it is remembered for a while") {
        EthClientOptions options;
        options.batch_max = 4;
        World world(options);
        world.has_multicall = false;
        const auto body = [&]() -> Task<void> {
            const auto results = co_await world.eth->multicall(calls(10), BlockId());
            check_results(results, 10);
            CHECK(world.chain.calls["eth_call"] == 11);
            const auto again = co_await world.eth->multicall(calls(10), BlockId());
            check_results(again, 10);
            CHECK(world.chain.calls["eth_call"] == 21);
            world.has_multicall = true;
            for (int i = 0; i < 64; ++i) {
                const auto more = co_await world.eth->multicall(calls(1), BlockId());
                check_results(more, 1);
            }
        };
        test::run(world.io, body());
        CHECK(world.sizes.size() == 1);
        std::size_t batches = 0;
        for (const auto& text : world.node->received()) batches += text.starts_with('[') ? 1U : 0U;
        CHECK(batches == 6);  // 4, 4 and 2, twice
    }

    TEST_CASE("an error that fewer calls would not mend is told") {
        World world;
        world.chain.error_instead = [](const std::string& method, const std::string&) -> std::string {
            return method == "eth_call" ? R"({"code":-32005,"message":"rate limited"})" : "";
        };
        const auto body = [&]() -> Task<void> {
            const auto results = co_await world.eth->multicall(calls(10), BlockId());
            CHECK(results.error().message == "eth_call: node error -32005: rate limited");
        };
        test::run(world.io, body());
        CHECK(world.chain.calls["eth_call"] == 1);
    }
}
