// SPDX-License-Identifier: Apache-2.0
// Nodes that tell pending transactions, and those that do not.
#include "bot/shell/pending_watch.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_node.hpp"
#include "tests/support/run_task.hpp"

using namespace plimsoll;
using std::chrono::milliseconds;
using test::FakeChain;
using test::FakeNode;

namespace {

const Address kFeed = Address::literal("0x00000000000000000000000000000000000000f1");

/// Two nodes. Each takes subscriptions to whole pending transactions, to their hashes, or to none.
struct Nodes {
    enum class Gives : std::uint8_t { Bodies, Hashes, Nothing };
    boost::asio::io_context io;
    FakeChain chain;
    std::vector<Gives> gives;
    std::vector<std::unique_ptr<FakeNode>> nodes;
    std::vector<std::string> said;
    std::shared_ptr<bot::PendingWatch> watch;
    std::vector<std::shared_ptr<rpc::EthClient>> clients;

    explicit Nodes(std::vector<Gives> what) : gives(std::move(what)) {
        chain.add('a');
        for (std::size_t i = 0; i < gives.size(); ++i) {
            nodes.push_back(std::make_unique<FakeNode>(io.get_executor(), [this, i](const std::string& message) {
                const bool asks = message.find("newPendingTransactions") != std::string::npos;
                const bool whole = message.find("true") != std::string::npos;
                const bool refused = gives[i] == Gives::Nothing || (gives[i] == Gives::Hashes && whole);
                chain.error_instead = [asks, refused](const std::string&, const std::string&) -> std::string {
                    return asks && refused ? R"({"code":-32601,"message":"no pending transactions here"})" : "";
                };
                return chain.react(message);
            }));
            rpc::EndpointOptions endpoint;
            endpoint.url = nodes.back()->ws();
            endpoint.chain_id = 1;
            endpoint.random = [] { return 0.0; };
            clients.push_back(rpc::make_eth(io.get_executor(), std::move(endpoint)).value());
        }
        bot::PendingWatch::Tell tell;
        tell.seen = [](const PendingTransaction&, bool) {};
        tell.lacking = [this](const std::string&, const std::string& why) { said.push_back("lacking: " + why); };
        tell.partly = [this](const std::string&) { said.push_back("partly"); };
        tell.telling = [this](const std::string&) { said.push_back("telling"); };
        watch = std::make_shared<bot::PendingWatch>(io.get_executor(), clients, std::move(tell), milliseconds(5));
    }
    ~Nodes() {
        watch->stop();
        for (const auto& client : clients) client->endpoint().stop();
        io.restart();
        io.poll();
    }
    /// Until so much was said.
    void run(std::size_t lines) { test::run(io, until(lines)); }
    Task<void> until(std::size_t lines) {
        watch->watch({kFeed}, {});
        boost::asio::steady_timer timer(io);
        while (said.size() < lines) {
            timer.expires_after(milliseconds(1));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
    }
};

using Gives = Nodes::Gives;

}  // namespace

TEST_CASE("N42 no node lets pending transactions be subscribed to: said once, asked again, and told when one does") {
    Nodes nodes({Gives::Nothing, Gives::Nothing});
    nodes.run(1);
    CHECK(nodes.said[0].starts_with("lacking: it sends no pending transactions: "));
    CHECK(nodes.said[0].ends_with("no pending transactions here"));
    nodes.gives[1] = Gives::Bodies;
    nodes.run(2);
    CHECK(nodes.said.size() == 2);
    CHECK(nodes.said[1] == "telling");
}

TEST_CASE("N42 one node of two that tells them is enough; one that tells hashes alone is named") {
    Nodes nodes({Gives::Nothing, Gives::Hashes});
    nodes.run(1);
    CHECK(nodes.said == std::vector<std::string>{"partly"});
}
