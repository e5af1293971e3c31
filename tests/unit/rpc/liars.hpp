// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>

#include "chain/codec/keccak.hpp"
#include "chain/rpc/eth_pool.hpp"
#include "chain/rpc/multicall.hpp"
#include "tests/unit/feed/feed_world.hpp"

namespace plimsoll::test::liars {

using namespace plimsoll::test::feed_world;
using test::FakeNode;
using test::Reaction;

inline std::string with(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// One chain behind several nodes, of which the first may say things otherwise.
struct Liars {
    boost::asio::io_context io;
    FakeChain chain;
    std::vector<std::unique_ptr<FakeNode>> nodes;
    std::function<std::string(const std::string& asked, std::string answer)> twist;  // of the first
    std::function<void(const std::string& asked, Reaction& reaction)> react;         // of the first
    std::vector<std::string> news;
    rpc::EthPoolOptions options;
    std::vector<bool> over_http;
    std::vector<std::vector<std::string>> asked;  // by node
    rpc::ThrottleOptions throttle;                // of the first
    std::int64_t unix_ms = 0;                     // of the day's budget
    std::shared_ptr<rpc::EthPool> eth;
    std::unique_ptr<feed::Feed> feed;
    feed::FeedOptions feed_options;
    std::int64_t wall_ms = 0;

    explicit Liars(std::size_t count = 2) {
        chain.sealed = true;
        for (int i = 0; i < 9; ++i) chain.add('a');
        for (std::size_t i = 0; i < count; ++i) {
            asked.emplace_back();
            over_http.push_back(false);
            nodes.push_back(std::make_unique<FakeNode>(io.get_executor(), [this, i](const std::string& message) {
                asked[i].push_back(message);
                auto out = chain.react(message);
                if (i == 0 && twist) out[0].text = twist(message, std::move(out[0].text));
                if (i == 0 && react) react(message, out[0]);
                return out;
            }));
        }
        wall_ms = static_cast<std::int64_t>(chain.head().ref.timestamp) * 1'000;
        feed_options.wall_ms = [this] { return wall_ms; };
        feed_options.retry = milliseconds(1);
        options.judge = milliseconds(2);
        options.hedge = milliseconds(50);
        options.rules.grace = milliseconds(5);
        options.news = [this](const std::string& url, const rpc::NodeNews& it) {
            const bool first = url.ends_with(nodes[0]->port());
            news.push_back((first ? "first: " : "other: ") + it.text);
        };
    }
    ~Liars() {
        feed.reset();
        if (eth) eth->stop();
        io.restart();
        io.poll();
    }
    void announce(std::vector<Log> logs = {}, bool by_first = true) {
        chain.add('a', std::move(logs));
        for (std::size_t i = by_first ? 0 : 1; i < nodes.size(); ++i) nodes[i]->send(chain.announcement());
    }
    Task<std::string> next(int count = 1) {
        std::string out;
        for (int i = 0; i < count; ++i) {
            const auto event = co_await feed->next();
            if (!event) co_return out + "end";
            // The hash is that of the header: only the number is for people.
            const auto* added = std::get_if<feed::BlockAdded>(&*event);
            const auto* restarted = std::get_if<feed::Restarted>(&*event);
            if (added != nullptr)
                out += fmt::format("+{}({}) ", added->block.number, added->logs.size());
            else if (restarted != nullptr)
                out += fmt::format("restarted {} ", restarted->block.number);
            else
                out += shown(*event) + ' ';
        }
        co_return out;
    }
    /// How often a node was asked by this method.
    std::size_t times(std::size_t node, std::string_view method) const {
        return static_cast<std::size_t>(
            std::count_if(asked[node].begin(), asked[node].end(),
                          [&](const std::string& it) { return it.find(method) != std::string::npos; }));
    }
    Task<void> pause(int ms) {
        boost::asio::steady_timer timer(io, milliseconds(ms));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    template <class Body>
    void run(Body body) {
        std::vector<std::shared_ptr<rpc::EthClient>> clients;
        rpc::EthClientOptions client;
        client.headers = std::make_shared<rpc::HeaderCheck>();
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            rpc::EndpointOptions endpoint;
            endpoint.url = over_http[i] ? nodes[i]->http() : nodes[i]->ws();
            endpoint.chain_id = 1;
            if (i == 0) endpoint.throttle = throttle;
            endpoint.wall_ms = [this] { return unix_ms; };
            if (!options.roles.empty()) endpoint.chain_id_untold = !options.roles[i].follow && !options.roles[i].read;
            endpoint.deadline = milliseconds(500);
            endpoint.random = [] { return 0.0; };
            clients.push_back(rpc::make_eth(io.get_executor(), std::move(endpoint), client).value());
        }
        eth = std::make_shared<rpc::EthPool>(io.get_executor(), std::move(clients), options);
        eth->start();
        feed = std::make_unique<feed::Feed>(
            io.get_executor(), *eth, [this] { return eth->subscribe_heads(); }, feed_options);
        LogFilter filter;
        filter.addresses.push_back(kPool);
        feed->set_filter(filter, 1);
        test::run(io, body());
    }
};

}  // namespace plimsoll::test::liars
