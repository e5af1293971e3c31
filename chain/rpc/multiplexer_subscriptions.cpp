// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/multiplexer.hpp"

// The subscriptions of a Multiplexer: asked for on every connection, known to their owner by one handle throughout.
namespace plimsoll::rpc {

void Multiplexer::add_internal(Request request, std::optional<SubscriptionHandle> subscribes, TimePoint now) {
    const RequestId id = add(std::move(request), now + limits_.subscribe_deadline, ++last_packet_);
    auto& pending = pending_.at(id);
    pending.internal = true;
    pending.subscribes = subscribes;
    if (subscribes) subscriptions_.at(*subscribes).asked = id;
    queue_.push_back(std::vector<RequestId>(1, id));
}

void Multiplexer::ask(SubscriptionHandle handle, Subscription& subscription, TimePoint now) {
    Request request;
    request.method = "eth_subscribe";
    request.params = subscription.params;
    add_internal(std::move(request), handle, now);
}

/// A silent subscription of this connection is ended at the node too, lest both speak when it recovers.
void Multiplexer::forget_server_id(Subscription& subscription, TimePoint now) {
    if (subscription.asked) {
        take(*subscription.asked);
        subscription.asked.reset();
    }
    if (subscription.server_id.empty()) return;
    Request request;
    request.method = "eth_unsubscribe";
    request.params = "[";
    append_quoted(request.params, subscription.server_id);
    request.params += ']';
    subscription.server_id.clear();
    add_internal(std::move(request), std::nullopt, now);
}

Result<SubscriptionHandle> Multiplexer::subscribe(std::string params, TimePoint now) {
    if (subscriptions_.size() >= limits_.subscriptions)
        return fail(Errc::Refused, "eth_subscribe: too many subscriptions");
    const SubscriptionHandle handle = ++last_handle_;
    auto& subscription = subscriptions_[handle];
    subscription.params = std::move(params);
    if (open_) ask(handle, subscription, now);
    return handle;
}

void Multiplexer::unsubscribe(SubscriptionHandle handle, TimePoint now) {
    const auto found = subscriptions_.find(handle);
    if (found == subscriptions_.end()) return;
    forget_server_id(found->second, now);
    subscriptions_.erase(found);
}

void Multiplexer::renew(SubscriptionHandle handle, TimePoint now) {
    const auto found = subscriptions_.find(handle);
    if (found == subscriptions_.end() || !open_) return;
    forget_server_id(found->second, now);
    ask(handle, found->second, now);
}

void Multiplexer::open(TimePoint now) {
    open_ = true;
    for (auto& [handle, subscription] : subscriptions_) ask(handle, subscription, now);
}

void Multiplexer::settle_subscribe(SubscriptionHandle handle, Outcome outcome, Events& events) {
    const auto found = subscriptions_.find(handle);
    if (found == subscriptions_.end()) return;
    found->second.asked.reset();
    if (!outcome) {
        events.notes.push_back({handle, SubscriptionNote::Kind::Refused, {}, std::move(outcome.error().error)});
        return;
    }
    const auto server_id = outcome->value().text();
    if (!server_id || server_id->empty()) {
        events.notes.push_back({handle,
                                SubscriptionNote::Kind::Refused,
                                {},
                                Error{Errc::Decode, "eth_subscribe: the node's answer is no subscription id"}});
        return;
    }
    found->second.server_id = std::string(*server_id);
    events.notes.push_back({handle, SubscriptionNote::Kind::Began, {}, {}});
    std::erase_if(early_, [&](Early& early) {
        if (early.server_id != found->second.server_id) return false;
        events.notes.push_back({handle, SubscriptionNote::Kind::Item, std::move(early.item), {}});
        return true;
    });
}

void Multiplexer::on_notification(Notification notification, const std::shared_ptr<const JsonDocument>& document,
                                  Events& events) {
    bool asking = false;
    for (const auto& [handle, subscription] : subscriptions_) {
        asking = asking || subscription.asked.has_value();
        if (subscription.server_id.empty() || subscription.server_id != notification.subscription) continue;
        events.notes.push_back({handle, SubscriptionNote::Kind::Item, Answer{document, notification.result}, {}});
        return;
    }
    if (!asking) {
        events.faults.emplace_back("a notification of no subscription");
        return;
    }
    // The notification may overtake the answer that tells its subscription's id.
    if (early_.size() >= limits_.early_notifications) early_.pop_front();
    early_.push_back({std::string(notification.subscription), Answer{document, notification.result}});
}

}  // namespace plimsoll::rpc
