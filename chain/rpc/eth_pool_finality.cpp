// SPDX-License-Identifier: Apache-2.0
// What an EthPool finds out about its nodes by asking: which blocks they call final, whether they stand by them, and
// whether they read state by a block's hash.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "chain/rpc/eth_pool.hpp"

namespace plimsoll::rpc {

namespace asio = boost::asio;

namespace {

using FinalBox = Mailbox<std::optional<FinalBook::Answer>>;

BlockId at_number(BlockNumber number) {
    BlockId out;
    out.value = number;
    return out;
}

/// A node that has no such block says so; one that does not answer says nothing.
Task<void> ask_one(std::shared_ptr<EthClient> client, std::size_t index, BlockNumber believed,
                   std::shared_ptr<FinalBox> box) {
    FinalBook::Answer answer;
    answer.node = index;
    BlockId newest;
    newest.value = BlockId::Tag::Finalized;
    const auto finalized = co_await client->glance(newest);
    if (!finalized && finalized.error().code != Errc::Rpc && finalized.error().code != Errc::NotFound) {
        box->push(std::nullopt);
        co_return;
    }
    answer.knows = finalized.has_value();
    if (finalized) {
        answer.number = finalized->ref.number;
        answer.hash = finalized->ref.hash;
    }
    if (believed != 0) {
        const auto there = co_await client->glance(at_number(believed));
        if (there) answer.at_believed = there->ref.hash;
    }
    box->push(answer);
}

}  // namespace

Task<void> EthPool::watch_finality() {
    const auto self = shared_from_this();
    while (!stopped_) {
        co_await look_at_finality();
        if (stopped_) co_return;
        finality_timer_.expires_after(options_.finality);
        co_await finality_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

Task<void> EthPool::look_at_finality() {
    const auto box = std::make_shared<FinalBox>(executor_, clients_.size());
    std::size_t missing = 0;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (!roles(i).read && !roles(i).follow) continue;
        asio::co_spawn(executor_, ask_one(clients_[i], i, finals_.number(), box), asio::detached);
        ++missing;
    }
    std::vector<FinalBook::Answer> answers;
    for (; missing > 0; --missing) {
        auto next = co_await box->take();
        if (next && *next) answers.push_back(**next);
    }
    if (stopped_) co_return;
    const auto verdict = finals_.judge(answers);
    for (const auto index : verdict.contradict) {
        NodeNews news;
        news.kind = NodeNews::Kind::Final;
        news.text = "it has replaced blocks that were final, and that others still have";
        news.rest = kRestOfLiar;
        hear(index, std::move(news));
    }
    if (verdict.replaced) {
        NodeNews news;
        news.kind = NodeNews::Kind::Final;
        news.text = "blocks that were final are replaced, as several nodes say";
        hear(election_.current(), std::move(news));
    }
    if (!verdict.contradict.empty()) judge();
    if (!verdict.changed || !options_.finality_told) co_return;
    Finality finality;
    finality.number = finals_.number();
    finality.hash = finals_.hash();
    finality.known = finals_.known();
    finality.violated = finals_.violated();
    options_.finality_told(finality);
}

Task<void> EthPool::probe(std::size_t index) {
    constexpr auto kPause = std::chrono::seconds(2);
    const auto self = shared_from_this();
    asio::steady_timer pause(executor_);
    while (!stopped_) {
        const auto reads = co_await clients_[index]->reads_by_hash();
        if (reads && !*reads) {
            NodeNews news;
            news.kind = NodeNews::Kind::Odd;
            news.text =
                "it cannot read state by a block's hash: it is asked by the number, and which block that is after "
                "each answer";
            hear(index, std::move(news));
        }
        if (reads) co_return;
        pause.expires_after(kPause);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

}  // namespace plimsoll::rpc
