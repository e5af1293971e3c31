// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "bot/cli/commands.hpp"

namespace plimsoll::bot::cli {

/// What is being done, in one line of standard error that is overwritten; nothing where that is no terminal, or one
/// that cannot overwrite (TERM=dumb), or when asked to be quiet. Shown only of work that takes longer than `patience`.
/// A thread of its own keeps the time in it, so that work which says nothing for long is seen to go on. No colours.
class Progress {
  public:
    Progress(const Globals& globals, std::string title,
             std::chrono::milliseconds patience = std::chrono::milliseconds(333));
    ~Progress() { end(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// "title: what, 3 s": the time from the first second on.
    void say(const std::string& what);
    /// "title [######------]  45 %, 3 s".
    void bar(std::uint64_t done, std::uint64_t all);
    /// Takes the line away. Nothing is shown afterwards.
    void end();

  private:
    using Clock = std::chrono::steady_clock;
    void show(std::string text);
    void draw(Clock::time_point now);  // under the lock
    void keep_time(const std::stop_token& stop);

    std::string title_;
    std::chrono::milliseconds patience_;
    bool on_;
    const Clock::time_point since_ = Clock::now();
    std::mutex mutex_;
    std::string text_;
    std::string shown_;
    std::condition_variable_any woken_;
    std::jthread clock_;
};

/// The bar itself, `width` characters between the brackets.
std::string bar_text(std::uint64_t done, std::uint64_t all, std::size_t width);

}  // namespace plimsoll::bot::cli
