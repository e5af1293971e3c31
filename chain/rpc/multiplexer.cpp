// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/multiplexer.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace plimsoll::rpc {

namespace {

Failure lost_failure(const Request& request, const std::string& reason) {
    return Error{Errc::Io, fmt::format("{}: connection lost ({}); whether the node acted on it is unknown",
                                       request.method, reason)};
}

}  // namespace

RequestId Multiplexer::add(Request request, TimePoint deadline, std::uint64_t packet) {
    const RequestId id = ++last_id_;
    deadlines_.emplace(deadline, id);
    Pending pending;
    pending.request = std::move(request);
    pending.deadline = deadline;
    pending.packet = packet;
    pending_.emplace(id, std::move(pending));
    return id;
}

std::optional<Multiplexer::Pending> Multiplexer::take(RequestId id) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return std::nullopt;
    Pending out = std::move(found->second);
    pending_.erase(found);
    deadlines_.erase({out.deadline, id});
    if (out.sent) --in_flight_;
    return out;
}

Result<RequestId> Multiplexer::submit(Request request, TimePoint deadline) {
    std::vector<Request> one;
    one.push_back(std::move(request));
    TRY(const auto ids, submit_batch(std::move(one), deadline));
    return ids.front();
}

Result<std::vector<RequestId>> Multiplexer::submit_batch(std::vector<Request> requests, TimePoint deadline) {
    if (requests.empty()) return fail(Errc::Range, "a batch of no requests");
    if (pending_.size() - in_flight_ + requests.size() > limits_.queued)
        return fail(Errc::Refused, fmt::format("{}: {} requests are waiting for the node already",
                                               requests.front().method, pending_.size() - in_flight_));
    std::size_t bytes = 0;
    for (const auto& request : requests) bytes += request.params.size() + request.method.size() + 128;
    if (bytes > limits_.frame_bytes)
        return fail(Errc::Refused, fmt::format("{}: the request would be {} bytes, a frame holds {}",
                                               requests.front().method, bytes, limits_.frame_bytes));
    const auto packet = ++last_packet_;
    std::vector<RequestId> ids;
    ids.reserve(requests.size());
    for (auto& request : requests) ids.push_back(add(std::move(request), deadline, packet));
    queue_.push_back(ids);
    return ids;
}

Result<RequestId> Multiplexer::submit_urgent(Request request, TimePoint deadline) {
    const RequestId id = add(std::move(request), deadline, ++last_packet_);
    urgent_.push_back(id);
    return id;
}

void Multiplexer::cancel(RequestId id) {
    take(id);
}

std::string Multiplexer::encode(const std::vector<RequestId>& ids) {
    std::string out = ids.size() == 1 ? "" : "[";
    for (const auto id : ids) {
        auto& pending = pending_.at(id);
        pending.sent = true;
        ++in_flight_;
        ++written_;
        if (out.size() > 1) out += ',';
        out += encode_request(id, pending.request);
        // Kept only while it may be needed again.
        if (!may_resend(pending.request.method)) pending.request.params.clear();
    }
    if (ids.size() > 1) out += ']';
    return out;
}

std::optional<std::string> Multiplexer::next_frame() {
    while (!urgent_.empty()) {
        const RequestId id = urgent_.front();
        urgent_.pop_front();
        if (pending_.contains(id)) return encode({id});
    }
    while (open_ && !queue_.empty()) {
        auto& ids = queue_.front();
        std::erase_if(ids, [this](RequestId id) { return !pending_.contains(id); });
        if (!ids.empty() && in_flight_ > 0 && in_flight_ + ids.size() > limits_.in_flight) return std::nullopt;
        const auto packet = std::move(ids);
        queue_.pop_front();
        if (!packet.empty()) return encode(packet);
    }
    return std::nullopt;
}

void Multiplexer::settle(RequestId id, Outcome outcome, Events& events) {
    auto pending = take(id);
    if (!pending) return;
    if (pending->subscribes) {
        settle_subscribe(*pending->subscribes, std::move(outcome), events);
    } else if (!pending->internal) {
        events.completions.push_back({id, std::move(outcome)});
    }
}

void Multiplexer::on_message(const std::shared_ptr<const JsonDocument>& document, JsonValue value, Events& events) {
    auto message = decode_message(value);
    if (const auto* malformed = std::get_if<Malformed>(&message)) {
        events.faults.push_back(malformed->reason);
    } else if (const auto* unattributed = std::get_if<Unattributed>(&message)) {
        on_unattributed(JsonValue(*document, unattributed->error), events);
    } else if (const auto* notification = std::get_if<Notification>(&message)) {
        on_notification(*notification, document, events);
    } else if (const auto* response = std::get_if<Response>(&message)) {
        const auto found = pending_.find(response->id);
        if (found == pending_.end() || !found->second.sent) {
            events.faults.push_back(fmt::format("an answer to {}, which is no open call", response->id));
        } else if (response->error != 0) {
            const JsonValue error(*document, response->error);
            settle(response->id, tl::unexpected(decode_error(error, found->second.request.method)), events);
        } else if (response->result == 0) {
            settle(response->id, failure(Errc::Decode, found->second.request.method + ": neither result nor error"),
                   events);
        } else {
            settle(response->id, Answer{document, response->result}, events);
        }
    }
}

Events Multiplexer::on_frame(std::string frame) {
    Events events;
    if (frame.size() > limits_.frame_bytes) {
        events.faults.push_back(fmt::format("a frame of {} bytes, {} are allowed", frame.size(), limits_.frame_bytes));
        return events;
    }
    const auto parsed = JsonDocument::parse(std::move(frame));
    if (!parsed) {
        events.faults.push_back(parsed.error().message);
        return events;
    }
    const auto& document = *parsed;
    if (document->root().kind() != JsonValue::Kind::Array) {
        on_message(document, document->root(), events);
        return events;
    }
    const auto elements = document->root().elements();
    if (elements->empty()) events.faults.emplace_back("an empty batch");
    for (const auto& element : *elements) on_message(document, element, events);
    return events;
}

/// Nodes answer a batch that they refuse as a whole with one error without an id: it is the batch's if only one frame
/// is open.
void Multiplexer::on_unattributed(JsonValue error, Events& events) {
    std::optional<std::uint64_t> packet;
    std::vector<RequestId> ids;
    for (const auto& [id, pending] : pending_) {
        if (!pending.sent) continue;
        if (packet && *packet != pending.packet) {
            events.faults.push_back(decode_error(error, "unknown call").error.message);
            return;
        }
        packet = pending.packet;
        ids.push_back(id);
    }
    if (ids.empty()) events.faults.push_back(decode_error(error, "no call").error.message);
    std::sort(ids.begin(), ids.end());
    for (const auto id : ids) {
        auto why = decode_error(error, pending_.at(id).request.method);
        settle(id, tl::unexpected(std::move(why)), events);
    }
}

Events Multiplexer::lost(const std::string& reason) {
    Events events;
    open_ = false;
    early_.clear();
    urgent_.clear();
    for (auto& [handle, subscription] : subscriptions_) {
        subscription.asked.reset();
        if (subscription.server_id.empty()) continue;
        subscription.server_id.clear();
        events.notes.push_back({handle, SubscriptionNote::Kind::Ended, {}, Error{Errc::Io, reason}});
    }
    std::vector<RequestId> ids;
    for (const auto& [id, pending] : pending_) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    std::map<std::uint64_t, std::vector<RequestId>> again;
    for (const auto id : ids) {
        auto& pending = pending_.at(id);
        if (pending.internal) {
            take(id);
        } else if (!pending.sent) {
            continue;
        } else if (may_resend(pending.request.method)) {
            pending.sent = false;
            --in_flight_;
            again[pending.packet].push_back(id);
        } else {
            settle(id, tl::unexpected(lost_failure(pending.request, reason)), events);
        }
    }
    for (auto packet = again.rbegin(); packet != again.rend(); ++packet) queue_.push_front(std::move(packet->second));
    return events;
}

Events Multiplexer::fail_all(const Error& error) {
    Events events;
    std::vector<RequestId> ids;
    for (const auto& [id, pending] : pending_) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    for (const auto id : ids) {
        Error why = error;
        why.message.insert(0, pending_.at(id).request.method + ": ");
        settle(id, tl::unexpected(Failure(std::move(why))), events);
    }
    queue_.clear();
    urgent_.clear();
    return events;
}

Events Multiplexer::expire(TimePoint now) {
    Events events;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const RequestId id = deadlines_.begin()->second;
        const auto& pending = pending_.at(id);
        settle(id,
               failure(Errc::Timeout,
                       pending.request.method + (pending.sent ? ": no answer in time" : ": could not be sent in time")),
               events);
    }
    return events;
}

std::optional<TimePoint> Multiplexer::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

}  // namespace plimsoll::rpc
