// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/pending_watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "chain/rpc/decode.hpp"

namespace plimsoll::bot {

namespace asio = boost::asio;

PendingWatch::PendingWatch(asio::any_io_executor executor, std::vector<Node> nodes, Tell tell,
                           std::chrono::milliseconds again)
    : executor_(std::move(executor)), nodes_(std::move(nodes)), tell_(std::move(tell)), again_(again) {}

void PendingWatch::stop() {
    stopped_ = true;
    for (const auto& [node, pause] : pauses_) pause->cancel();
}

void PendingWatch::watch(const std::vector<Address>& to, const std::vector<Hash32>& held) {
    to_ = std::set<Address>(to.begin(), to.end());
    for (const auto& hash : held) asio::co_spawn(executor_, check(hash), asio::detached);
    if (listens_ || to_.empty()) return;
    listens_ = true;
    for (const auto& node : nodes_) asio::co_spawn(executor_, listen(node), asio::detached);
}

Task<void> PendingWatch::listen(Node node) {
    using Kind = rpc::SubscriptionNote::Kind;
    const auto self = shared_from_this();
    bool bodies = true;
    auto subscription = node->subscribe_pending(bodies);
    if (subscription == nullptr) lacks(node, "it is asked over HTTP, which brings no pending transactions");
    while (subscription != nullptr && !stopped_) {
        auto note = co_await subscription->next();
        if (stopped_ || (!note && note.error().code == Errc::Cancelled)) co_return;
        if (!note) continue;
        if (note->kind == Kind::Began) tells(node, bodies);
        if (note->kind == Kind::Item) take(node, note->item.value());
        if (note->kind != Kind::Refused) continue;
        if (note->error.code == Errc::Timeout) {
            subscription->renew();
            continue;
        }
        if (!bodies) {
            lacks(node, "it sends no pending transactions: " + note->error.message);
            subscription.reset();
            auto& pause = pauses_.try_emplace(node, std::make_unique<asio::steady_timer>(executor_)).first->second;
            pause->expires_after(again_);
            co_await pause->async_wait(asio::as_tuple(asio::use_awaitable));
            if (stopped_) co_return;
        }
        bodies = !bodies;
        subscription = node->subscribe_pending(bodies);
    }
}

/// One that tells them is enough.
void PendingWatch::lacks(const Node& node, const std::string& what) {
    lacking_.insert(node);
    if (lacking_.size() < nodes_.size() || std::exchange(said_lacking_, true)) return;
    tell_.lacking(node->endpoint().stats().url, what);
}

void PendingWatch::tells(const Node& node, bool bodies) {
    const std::string url = node->endpoint().stats().url;
    lacking_.erase(node);
    if (std::exchange(said_lacking_, false)) tell_.telling(url);
    if (!bodies && partly_.insert(node).second) tell_.partly(url);
}

void PendingWatch::take(const Node& node, rpc::JsonValue item) {
    if (item.kind() == rpc::JsonValue::Kind::String) {
        const auto hash = rpc::decode_hash(item);
        if (hash && may_look_up()) asio::co_spawn(executor_, look_up(node, *hash), asio::detached);
        return;
    }
    auto transaction = rpc::decode_pending(item);
    if (transaction && *transaction) take(**std::move(transaction));
}

void PendingWatch::take(PendingTransaction transaction) {
    if (!stopped_ && to_.contains(transaction.to)) tell_.seen(std::move(transaction), false);
}

bool PendingWatch::may_look_up() {
    const auto now = std::chrono::steady_clock::now();
    if (now - second_ >= std::chrono::seconds(1)) {
        second_ = now;
        looked_up_ = 0;
    }
    return looked_up_++ < kLookUps;
}

Task<void> PendingWatch::look_up(Node node, Hash32 hash) {
    const auto self = shared_from_this();
    auto found = co_await node->pending_transaction(hash);
    if (found && *found) take(**std::move(found));
}

Task<void> PendingWatch::check(Hash32 hash) {
    const auto self = shared_from_this();
    bool known = true;
    for (const auto& node : nodes_) {
        auto found = co_await node->pending_transaction(hash);
        if (stopped_) co_return;
        if (found && *found) {
            take(**std::move(found));
            co_return;
        }
        known = known && found.has_value();
    }
    if (!known) co_return;  // silence is no answer: the engine counts the blocks
    PendingTransaction gone;
    gone.hash = hash;
    tell_.seen(std::move(gone), true);
}

}  // namespace plimsoll::bot
