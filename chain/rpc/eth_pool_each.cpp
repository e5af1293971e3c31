// SPDX-License-Identifier: Apache-2.0
// EthPool::told_by_each: the state of one block as each node tells it.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "chain/rpc/eth_pool.hpp"

namespace plimsoll::rpc {

namespace asio = boost::asio;

namespace {

using Results = Result<std::vector<CallResult>>;
using EachBox = Mailbox<std::pair<std::size_t, Results>>;

Task<void> ask_one(std::shared_ptr<EthClient> client, std::size_t place, std::vector<Call> calls, BlockRef block,
                   std::shared_ptr<EachBox> box) {
    constexpr int kTries = 4;
    constexpr auto kPause = std::chrono::milliseconds(250);
    auto result = co_await client->state_of(calls, block);
    for (int i = 1; i < kTries && !result && result.error().code == Errc::NotFound; ++i) {  // it is a little behind
        asio::steady_timer pause(co_await asio::this_coro::executor, kPause);
        co_await pause.async_wait(asio::use_awaitable);
        result = co_await client->state_of(calls, block);
    }
    box->push({place, std::move(result)});
}

/// The answer that more than half of them give; nullptr without.
const std::vector<CallResult>* most(const std::vector<EthPool::Told>& told) {
    const auto answered = static_cast<std::size_t>(
        std::count_if(told.begin(), told.end(), [](const auto& one) { return !!one.results; }));
    for (const auto& one : told) {
        if (!one.results) continue;
        const auto same = static_cast<std::size_t>(std::count_if(told.begin(), told.end(), [&](const auto& other) {
            return other.results && *other.results == *one.results;
        }));
        if (2 * same > answered) return &*one.results;
    }
    return nullptr;
}

}  // namespace

Task<std::vector<EthPool::Told>> EthPool::told_by_each(std::vector<Call> calls, BlockRef block) {
    const auto self = shared_from_this();
    const auto order = readers();
    std::vector<Told> told;
    if (order.size() < 2) co_return told;
    const auto box = std::make_shared<EachBox>(executor_, order.size());
    for (std::size_t place = 0; place < order.size(); ++place) {
        const auto& client = clients_[order[place]];
        told.push_back({client->endpoint().stats().url, fail(Errc::Timeout, "no answer in time")});
        asio::co_spawn(executor_, ask_one(client, place, calls, block, box), asio::detached);
    }
    asio::steady_timer hedge(executor_);
    std::size_t answered = 0;
    for (std::size_t missing = order.size(); missing > 0; --missing) {
        auto next = co_await box->take();
        if (!next) break;  // the rest takes long
        if (next->second && ++answered == 2) {
            hedge.expires_after(options_.hedge);
            hedge.async_wait([box](boost::system::error_code error) {
                if (!error) box->interrupt();
            });
        }
        told[next->first].results = std::move(next->second);
    }
    if (const auto* agreed = most(told)) {
        for (std::size_t place = 0; place < order.size(); ++place) {
            const auto& results = told[place].results;
            if (results && *results != *agreed)
                left_out(order[place],
                         "its state of block " + std::to_string(block.number) + " is not that of most other nodes");
        }
        judge();
    }
    co_return told;
}

}  // namespace plimsoll::rpc
