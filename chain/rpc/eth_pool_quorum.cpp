// SPDX-License-Identifier: Apache-2.0
// EthPool::agreed_call: the same answer of several nodes before anything is spent.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "chain/rpc/eth_pool.hpp"

namespace plimsoll::rpc {

namespace asio = boost::asio;

namespace {

using QuorumBox = Mailbox<std::pair<std::size_t, Result<Bytes>>>;

Task<void> ask_one(std::shared_ptr<EthClient> client, std::size_t index, CallRequest request, BlockId block,
                   std::shared_ptr<QuorumBox> box) {
    auto result = co_await client->call(std::move(request), block);
    box->push({index, std::move(result)});
}

}  // namespace

/// What the nodes said in one round.
struct EthPool::Votes {
    std::vector<std::pair<Bytes, std::size_t>> answers;  // each once, with how many gave it; the first given first
    Error error{Errc::Mismatch, "no node answers"};      // the last, where there was one
    std::size_t asked{};

    void add(Bytes answer) {
        for (auto& [known, count] : answers) {
            if (known != answer) continue;
            ++count;
            return;
        }
        answers.emplace_back(std::move(answer), 1);
    }
    const Bytes* agreed(std::size_t needed) const {
        for (const auto& [answer, count] : answers) {
            if (count >= needed) return &answer;
        }
        return nullptr;
    }
    std::size_t most() const {
        std::size_t out = 0;
        for (const auto& [answer, count] : answers) out = std::max(out, count);
        return out;
    }
};

/// All are asked at once; those that are slow are not waited for when enough agree.
Task<EthPool::Votes> EthPool::vote(CallRequest request, BlockId block, std::size_t needed) {
    const auto order = readers();
    const auto box = std::make_shared<QuorumBox>(executor_, order.size());
    for (const auto index : order)
        asio::co_spawn(executor_, ask_one(clients_[index], index, request, block, box), asio::detached);
    Votes votes;
    votes.asked = order.size();
    for (std::size_t missing = order.size(); missing > 0 && votes.agreed(needed) == nullptr; --missing) {
        auto next = co_await box->take();
        if (!next) continue;
        auto& [index, result] = *next;
        if (result)
            votes.add(*std::move(result));
        else
            votes.error = std::move(result).error();
    }
    co_return votes;
}

Task<Result<Bytes>> EthPool::agreed_call(CallRequest request, BlockId block, Quorum quorum) {
    constexpr auto kPause = std::chrono::milliseconds(250);
    const auto self = shared_from_this();
    const auto until = std::chrono::steady_clock::now() + quorum.wait;
    for (;;) {
        const auto votes = co_await vote(request, block, quorum.nodes);
        if (const auto* agreed = votes.agreed(quorum.nodes)) co_return *agreed;
        if (stopped_) co_return fail(Errc::Cancelled, "stopped");
        // Nodes that all say no agree on that.
        if (votes.answers.empty() && votes.error.code == Errc::Reverted) co_return tl::unexpected(votes.error);
        if (std::chrono::steady_clock::now() + kPause < until) {
            asio::steady_timer pause(executor_, kPause);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        const auto text =
            fmt::format("{} of {} nodes give the same answer to the simulation where {} must{}", votes.most(),
                        votes.asked, quorum.nodes, votes.answers.size() > 1 ? ": they differ on the same block" : "");
        NodeNews news;
        news.kind = NodeNews::Kind::Differ;
        news.text = text;
        hear(election_.current(), std::move(news));
        if (quorum.go_on && !votes.answers.empty()) co_return co_await call(std::move(request), block);
        if (votes.answers.empty()) co_return tl::unexpected(votes.error);
        co_return fail(Errc::Mismatch, text);
    }
}

}  // namespace plimsoll::rpc
