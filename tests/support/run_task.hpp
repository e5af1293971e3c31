// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <doctest/doctest.h>
#include <exception>

#include "chain/rpc/task.hpp"

namespace plimsoll::test {

/// Runs the context on this thread until `task` is done, and then what is ready: whoever was stopped can end. A task
/// that hangs fails the test after 20 seconds.
inline void run(boost::asio::io_context& io, Task<void> task) {
    bool done = false;
    boost::asio::co_spawn(io, std::move(task), [&](const std::exception_ptr& error) {
        done = true;
        io.stop();
        if (error) std::rethrow_exception(error);
    });
    io.restart();
    io.run_for(std::chrono::seconds(20));
    REQUIRE_MESSAGE(done, "the task hangs");
    io.restart();
    io.poll();
}

}  // namespace plimsoll::test
