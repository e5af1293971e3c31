// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "chain/rpc/eth_client.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_node.hpp"
#include "tests/support/run_task.hpp"

namespace plimsoll::test::node_world {

using namespace plimsoll::rpc;

inline EndpointOptions options_for(const std::string& url) {
    EndpointOptions out;
    out.url = url;
    out.chain_id = 1;
    out.deadline = std::chrono::milliseconds(3'000);
    out.random = [] { return 0.0; };
    return out;
}

/// A chain of a few blocks behind a node, and a client of it.
struct World {
    boost::asio::io_context io;
    FakeChain chain;
    std::unique_ptr<FakeNode> node;
    std::unique_ptr<EthClient> eth;

    explicit World(FakeNode::OnMessage on_message = {}, FakeNodeOptions options = {}) {
        for (int i = 0; i < 5; ++i) chain.add('a');
        node = std::make_unique<FakeNode>(io.get_executor(), on_message ? std::move(on_message) : chain.handler(),
                                          std::move(options));
    }
    ~World() { eth.reset(); }

    void connect(EndpointOptions options) { eth = make_eth(io.get_executor(), std::move(options)).value(); }

    /// Runs `body`, which may hold references to the test.
    template <class Body>
    void run(Body body) {
        test::run(io, body());
    }
    EndpointStats stats() { return eth->endpoint().stats(); }
};

/// What keeps the endpoint from serving, once it has tried.
inline Task<std::string> first_trouble(World& world) {
    boost::asio::steady_timer timer(world.io);
    while (world.stats().last_error.empty()) {
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return world.stats().last_error;
}

inline Request make(std::string method, std::string params = "[]") {
    Request out;
    out.method = std::move(method);
    out.params = std::move(params);
    return out;
}

inline BlockId by_hash(const Hash32& hash) {
    BlockId out;
    out.value = hash;
    return out;
}

}  // namespace plimsoll::test::node_world
