// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/post.hpp>
#include <deque>
#include <optional>

#include "chain/rpc/parked.hpp"
#include "chain/types/result.hpp"

namespace plimsoll::rpc {

/// A bounded queue between code of one executor and one coroutine, which goes on inside push(). Owned by a shared_ptr.
template <class T>
class Mailbox : public std::enable_shared_from_this<Mailbox<T>> {
  public:
    Mailbox(boost::asio::any_io_executor executor, std::size_t bound) : executor_(std::move(executor)), bound_(bound) {}

    /// At the bound the oldest goes.
    void push(T value) {
        if (closed_) return;
        if (parked_) {
            wake(Result<T>(std::move(value)));
            return;
        }
        if (items_.size() == bound_) {
            items_.pop_front();
            ++dropped_;
        }
        items_.push_back(std::move(value));
    }

    /// One waiter at a time. Errc::Timeout when interrupted, Errc::Cancelled when closed.
    Task<Result<T>> take() {
        const auto self = this->shared_from_this();
        if (!items_.empty()) {
            Result<T> out(std::move(items_.front()));
            items_.pop_front();
            co_return out;
        }
        if (closed_) co_return fail(Errc::Cancelled, "closed");
        std::function<void()> cancel = [this] { interrupt(); };
        co_return co_await park<Result<T>>(parked_, std::move(cancel));
    }

    /// The waiter, if any, goes on without a value, by post: whoever interrupts is not run over. Later ones wait again.
    void interrupt() {
        boost::asio::post(executor_, [self = this->shared_from_this()] {
            self->wake(self->closed_ ? fail(Errc::Cancelled, "closed") : fail(Errc::Timeout, "interrupted"));
        });
    }

    void close() {
        closed_ = true;
        interrupt();
    }

    std::uint64_t dropped() const { return dropped_; }

  private:
    void wake(Result<T> value) {
        if (!parked_) return;
        auto parked = std::move(parked_);
        Parked<Result<T>>::resume(std::move(parked), std::move(value));
    }

    boost::asio::any_io_executor executor_;
    std::size_t bound_;
    std::deque<T> items_;
    std::unique_ptr<Parked<Result<T>>> parked_;
    bool closed_ = false;
    std::uint64_t dropped_ = 0;
};

}  // namespace plimsoll::rpc
