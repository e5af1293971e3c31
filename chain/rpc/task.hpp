// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

namespace plimsoll {

/// A coroutine of the shell. Parameters are taken by value, or refer to what the composition root owns.
/// No brace between co_await and its ";": g++ 12 destroys such a temporary twice (tests/lint/co_await.cmake).
template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace plimsoll
