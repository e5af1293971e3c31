// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "chain/rpc/task.hpp"

namespace plimsoll::rpc {

/// A coroutine that waits for a T which other code of the same executor will have. It goes on in place, inside
/// resume(): no post, no timer.
template <class T>
class Parked {
  public:
    virtual ~Parked() = default;
    static void resume(std::unique_ptr<Parked> parked, T value) { parked->go_on(std::move(value)); }

  protected:
    virtual void go_on(T value) = 0;
};

template <class T, class Handler>
class ParkedHandler final : public Parked<T> {
  public:
    explicit ParkedHandler(Handler handler) : handler_(std::move(handler)) {}

  protected:
    void go_on(T value) override {
        auto executor = boost::asio::get_associated_executor(handler_);
        boost::asio::dispatch(executor, [handler = std::move(handler_), value = std::move(value)]() mutable {
            std::move(handler)(std::move(value));
        });
    }

  private:
    Handler handler_;
};

/// Suspends the calling coroutine into `place`. If the coroutine is cancelled, `on_cancel` runs; it must see to it that
/// the parked one is resumed, by post and not in place.
template <class T>
Task<T> park(std::unique_ptr<Parked<T>>& place, std::function<void()> on_cancel) {
    auto initiate = [&place, &on_cancel](auto handler) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected() && on_cancel) {
            slot.assign([cancel = std::move(on_cancel)](boost::asio::cancellation_type) { cancel(); });
        }
        place = std::make_unique<ParkedHandler<T, decltype(handler)>>(std::move(handler));
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
        initiate, boost::asio::use_awaitable);
}

}  // namespace plimsoll::rpc
