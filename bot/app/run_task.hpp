// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "chain/rpc/task.hpp"
#include "chain/types/result.hpp"

namespace plimsoll::bot {

namespace run_task_detail {
template <class T>
Task<void> keep(std::optional<Result<T>>& out, Task<Result<T>> task) {
    out.emplace(co_await std::move(task));
}
}  // namespace run_task_detail

/// Runs one task to its end on this thread, for commands that do one thing.
template <class T>
Result<T> run_task(boost::asio::io_context& io, Task<Result<T>> task) {
    std::optional<Result<T>> out;
    boost::asio::co_spawn(io, run_task_detail::keep(out, std::move(task)), boost::asio::detached);
    io.run();
    if (!out) return fail(Errc::Internal, "the task did not end");
    return *std::move(out);
}

}  // namespace plimsoll::bot
