// SPDX-License-Identifier: Apache-2.0
#include "bot/watchdog.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace plimsoll::bot {

namespace {

[[noreturn]] void end_process() {
    constexpr std::string_view kText = "plimsoll: the loop hangs, ending so as to be started again\n";
    const auto ignored = ::write(STDERR_FILENO, kText.data(), kText.size());
    static_cast<void>(ignored);
    std::abort();
}

}  // namespace

bool LoopJudge::look() {
    const std::uint64_t turns = turns_.load(std::memory_order_relaxed);
    silent_ = turns == std::exchange(seen_, turns) ? silent_ + 1 : 0;
    return silent_ >= looks_max_;
}

bool TurnJudge::turning(std::vector<std::uint64_t> turns) {
    bool all = true;
    for (std::size_t i = 0; i < std::min(turns.size(), turns_.size()); ++i) all = all && turns[i] != turns_[i];
    turns_ = std::move(turns);
    still_ = all ? 0 : still_ + 1;
    return still_ < kStillMax;
}

LateJudge::Verdict LateJudge::look(std::chrono::milliseconds late) {
    looks_.push_back(late);
    if (looks_.size() > kLooks) looks_.pop_front();
    worst_ = *std::max_element(looks_.begin(), looks_.end());
    const auto often = static_cast<std::size_t>(
        std::count_if(looks_.begin(), looks_.end(), [](const auto& one) { return one >= kSome; }));
    if ((worst_ >= kMuch || often >= kOften) && worst_ > told_) {
        told_ = worst_;
        return Verdict::Late;
    }
    if (told_.count() == 0 || often > 0) return Verdict::Same;
    told_ = {};
    return Verdict::InTime;
}

Watchdog::Watchdog(WatchdogOptions options)
    : options_(std::move(options)), judge_(options_.looks_max), thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Watchdog::watch() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, options_.period, [this] { return ending_; })) {
        if (!judge_.look()) continue;
        if (!options_.stuck) end_process();
        options_.stuck();
        return;
    }
}

}  // namespace plimsoll::bot
