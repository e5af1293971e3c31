// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/ws_endpoint.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "chain/rpc/decode.hpp"

namespace plimsoll::rpc {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kNotesKept = 256;

TimePoint now() {
    return std::chrono::steady_clock::now();
}

class WsSubscription : public Subscription {
  public:
    WsSubscription(std::shared_ptr<WsEndpoint> endpoint, SubscriptionHandle handle,
                   std::shared_ptr<WsEndpoint::Notes> notes)
        : endpoint_(std::move(endpoint)), handle_(handle), notes_(std::move(notes)) {}
    ~WsSubscription() override {
        notes_->close();
        endpoint_->unsubscribe(handle_);
    }
    WsSubscription(const WsSubscription&) = delete;
    WsSubscription& operator=(const WsSubscription&) = delete;

    Task<Result<SubscriptionNote>> next() override { return notes_->take(); }
    void interrupt() override { notes_->interrupt(); }
    void renew() override { endpoint_->renew(handle_); }

  private:
    std::shared_ptr<WsEndpoint> endpoint_;
    SubscriptionHandle handle_;
    std::shared_ptr<WsEndpoint::Notes> notes_;
};

}  // namespace

WsEndpoint::WsEndpoint(asio::any_io_executor executor, EndpointOptions options, TransportFactory factory,
                       std::string shown_url)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      factory_(std::move(factory)),
      mux_(options_.limits),
      fsm_(options_.life, options_.random),
      retry_(executor_),
      timer_(executor_) {
    stats_.url = std::move(shown_url);
}

Task<void> WsEndpoint::run() {
    const auto self = shared_from_this();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!stopped_) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) break;
        if (fsm_.tick(now()) == ConnectionFsm::Action::Connect) {
            co_await connection();
        } else {
            retry_.expires_at(*fsm_.wake());
            co_await retry_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
    stop();
}

Task<void> WsEndpoint::connection() {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto made = factory_();
    if (!made) {
        fsm_.on_connect_failed(now(), std::move(made).error());
        tell_not_there();
        co_return;
    }
    transport_ = *std::move(made);
    auto connected = co_await transport_->connect(options_.life.connect_limit);
    if (stopped_ || !connected) {
        transport_->close();
        transport_.reset();
        fsm_.on_connect_failed(now(), connected ? Error{Errc::Cancelled, "stopped"} : std::move(connected).error());
        tell_not_there();
        co_return;
    }
    transport_->on_pong([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->fsm_.on_activity(now());
    });
    writing_ = false;
    perform(fsm_.on_connected(now()));
    auto error = co_await serve();
    lose(std::move(error));
}

/// A subscription that never began hears of it as one that has ended.
void WsEndpoint::tell_not_there() {
    if (stopped_) return;
    const auto boxes = notes_;
    for (const auto& [handle, box] : boxes) {
        SubscriptionNote note;
        note.handle = handle;
        note.kind = SubscriptionNote::Kind::Ended;
        note.error = fsm_.last_error();
        box->push(std::move(note));
    }
}

Task<Error> WsEndpoint::serve() {
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        auto message = co_await transport_->read();
        if (!message) co_return std::move(message).error();
        fsm_.on_activity(now());
        deliver(mux_.on_frame(*std::move(message)));
        if (stopped_) co_return Error(Errc::Cancelled, "stopped");
    }
}

void WsEndpoint::perform(ConnectionFsm::Action action) {
    using Action = ConnectionFsm::Action;
    switch (action) {
        case Action::None:
        case Action::Connect:
            return;
        case Action::Verify: {
            Request request;
            request.method = "eth_chainId";
            verifying_ = mux_.submit_urgent(std::move(request), now() + options_.life.verify_limit).value();
            break;
        }
        case Action::GoLive:
            mux_.open(now());
            break;
        case Action::Ping:
            transport_->ping();
            break;
        case Action::Drop:
            transport_->close();
            if (fsm_.wrong_chain()) deliver(mux_.fail_all(fsm_.last_error()));
            break;
    }
    pump();
    arm();
}

void WsEndpoint::lose(Error error) {
    transport_->close();
    transport_.reset();
    verifying_.reset();
    const bool was_live = fsm_.state() == ConnectionFsm::State::Live;
    fsm_.on_lost(now(), std::move(error));
    deliver(mux_.lost(fsm_.last_error().message));
    if (!was_live) tell_not_there();
}

void WsEndpoint::pump() {
    if (writing_ || !transport_) return;
    auto frame = mux_.next_frame();
    if (!frame) return;
    writing_ = true;
    auto done = [self = shared_from_this(), transport = transport_](const Result<void>& written) {
        if (self->transport_ != transport) return;
        self->writing_ = false;
        if (written)
            self->pump();
        else
            transport->close();
    };
    transport_->write(*std::move(frame), std::move(done));
}

/// One timer for every deadline: it is moved only when something is due before it.
void WsEndpoint::arm() {
    auto due = mux_.next_deadline();
    if (transport_) {
        const auto wake = fsm_.wake();
        if (wake && (!due || *wake < *due)) due = wake;
    }
    if (!due || stopped_ || (armed_ && *armed_ <= *due)) return;
    armed_ = due;
    timer_.expires_at(*due);
    timer_.async_wait([weak = weak_from_this(), due](boost::system::error_code error) {
        const auto self = weak.lock();
        if (!self || error || self->armed_ != due) return;
        self->armed_.reset();
        self->on_timer();
    });
}

void WsEndpoint::on_timer() {
    deliver(mux_.expire(now()));
    if (transport_) perform(fsm_.tick(now()));
    arm();
}

void WsEndpoint::deliver(Events events) {
    const auto self = shared_from_this();
    stats_.faults += events.faults.size();
    if (!events.faults.empty()) stats_.last_error = events.faults.back();
    for (auto& completion : events.completions) settle(std::move(completion));
    for (auto& note : events.notes) {
        if (note.kind == SubscriptionNote::Kind::Item) ++stats_.notifications;
        const auto found = notes_.find(note.handle);
        if (found == notes_.end()) continue;
        const auto box = found->second;
        box->push(std::move(note));
    }
    pump();
    arm();
}

void WsEndpoint::settle(Completion completion) {
    if (verifying_ == completion.id) {
        verifying_.reset();
        Result<ChainId> chain_id = fail(Errc::Internal, "");
        if (completion.outcome)
            chain_id = decode_u64(completion.outcome->value());
        else
            chain_id = tl::unexpected(std::move(completion.outcome.error().error));
        perform(fsm_.on_chain_id(now(), chain_id));
        return;
    }
    const auto found = waiters_.find(completion.id);
    if (found == waiters_.end()) return;
    const auto waiter = found->second;
    waiters_.erase(found);
    auto& group = *waiter.group;
    if (!completion.outcome && completion.outcome.error().error.code == Errc::Timeout &&
        !fsm_.last_error().message.empty() && fsm_.state() != ConnectionFsm::State::Live) {
        completion.outcome.error().error.message += fmt::format(" ({}: {})", stats_.url, fsm_.last_error().message);
    }
    count(completion.outcome, group.asked);
    group.outcomes[waiter.index] = std::move(completion.outcome);
    if (--group.missing > 0 || !group.parked) return;
    Parked<bool>::resume(std::move(group.parked), true);
}

void WsEndpoint::count(const Outcome& outcome, TimePoint asked) {
    if (!outcome) {
        const Errc code = outcome.error().error.code;
        if (code == Errc::Timeout)
            ++stats_.timeouts;
        else if (code != Errc::Reverted)
            ++stats_.errors;
        return;
    }
    ++stats_.answers;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now() - asked);
    stats_.last_latency = took;
    stats_.mean_latency = stats_.answers == 1 ? took : stats_.mean_latency + (took - stats_.mean_latency) / 16;
}

void WsEndpoint::cancel(const std::shared_ptr<Group>& group) {
    for (const auto id : group->ids) {
        if (waiters_.erase(id) > 0) mux_.cancel(id);
    }
    asio::post(executor_, [group] {
        if (group->parked) Parked<bool>::resume(std::move(group->parked), false);
    });
}

Result<std::vector<RequestId>> WsEndpoint::submit(std::vector<Request> requests, bool one_frame) {
    const auto limit = requests.front().deadline.count() > 0 ? requests.front().deadline : options_.deadline;
    if (one_frame) return mux_.submit_batch(std::move(requests), now() + limit);
    std::vector<RequestId> ids;
    for (auto& request : requests) {
        auto id = mux_.submit(std::move(request), now() + limit);
        if (!id) {
            for (const auto earlier : ids) mux_.cancel(earlier);
            return tl::unexpected(std::move(id).error());
        }
        ids.push_back(*id);
    }
    return ids;
}

Task<std::vector<Outcome>> WsEndpoint::settle_all(std::vector<Request> requests, bool one_frame) {
    const auto self = shared_from_this();
    const auto group = std::make_shared<Group>();
    group->outcomes.assign(requests.size(), failure(Errc::Cancelled, "the call was cancelled"));
    if (requests.empty() || stopped_) co_return std::move(group->outcomes);
    group->asked = now();
    group->missing = requests.size();
    if (fsm_.wrong_chain()) {
        for (std::size_t i = 0; i < requests.size(); ++i)
            group->outcomes[i] = failure(Errc::Mismatch, requests[i].method + ": " + fsm_.last_error().message);
        co_return std::move(group->outcomes);
    }
    auto ids = submit(std::move(requests), one_frame);
    if (!ids) {
        group->outcomes.assign(group->missing, tl::unexpected(Failure(std::move(ids).error())));
        co_return std::move(group->outcomes);
    }
    group->ids = *std::move(ids);
    for (std::size_t i = 0; i < group->ids.size(); ++i) waiters_[group->ids[i]] = Waiter{group, i};
    pump();
    arm();
    if (group->missing > 0) {
        std::function<void()> on_cancel = [self, group] { self->cancel(group); };
        co_await park<bool>(group->parked, std::move(on_cancel));
    }
    co_return std::move(group->outcomes);
}

Task<std::vector<Outcome>> WsEndpoint::batch(std::vector<Request> requests) {
    return settle_all(std::move(requests), true);
}

Task<std::vector<Outcome>> WsEndpoint::all(std::vector<Request> requests) {
    return settle_all(std::move(requests), false);
}

Task<Outcome> WsEndpoint::request(Request request) {
    std::vector<Request> one;
    one.push_back(std::move(request));
    auto outcomes = co_await settle_all(std::move(one), true);
    co_return std::move(outcomes.front());
}

std::unique_ptr<Subscription> WsEndpoint::subscribe(std::string params) {
    const auto handle = mux_.subscribe(std::move(params), now());
    if (!handle) return nullptr;
    auto notes = std::make_shared<Notes>(executor_, kNotesKept);
    if (stopped_) notes->close();
    notes_[*handle] = notes;
    pump();
    arm();
    return std::make_unique<WsSubscription>(shared_from_this(), *handle, std::move(notes));
}

void WsEndpoint::renew(SubscriptionHandle handle) {
    mux_.renew(handle, now());
    pump();
    arm();
}

void WsEndpoint::unsubscribe(SubscriptionHandle handle) {
    notes_.erase(handle);
    mux_.unsubscribe(handle, now());
    if (stopped_) return;
    pump();
    arm();
}

EndpointStats WsEndpoint::stats() const {
    EndpointStats out = stats_;
    out.state = stopped_ ? "stopped" : std::string(to_string(fsm_.state()));
    if (!fsm_.last_error().message.empty() && fsm_.state() != ConnectionFsm::State::Live)
        out.last_error = fsm_.last_error().message;
    out.requests_sent = mux_.written();
    out.connections = fsm_.connections();
    out.waiting = mux_.waiting();
    return out;
}

void WsEndpoint::stop() {
    if (stopped_) return;
    stopped_ = true;
    const auto self = shared_from_this();
    retry_.cancel();
    timer_.cancel();
    if (transport_) transport_->close();
    for (auto& [handle, notes] : notes_) notes->close();
    // Posted: whoever stops us may be one of the waiters.
    asio::post(executor_, [self] {
        self->deliver(self->mux_.fail_all(Error{Errc::Cancelled, "the endpoint has stopped"}));
    });
}

}  // namespace plimsoll::rpc
