// SPDX-License-Identifier: Apache-2.0
#include "bot/vitals.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>

#include "bot/alerts.hpp"
#include "bot/log.hpp"
#include "bot/metrics.hpp"

namespace plimsoll::bot {

namespace {

constexpr std::uint32_t kProbeSeconds = 30;

std::string span_text(std::int64_t ms) {
    return duration_text(std::abs(ms));
}

}  // namespace

Vitals::Vitals(const boost::asio::any_io_executor& executor, VitalSigns signs)
    : signs_(std::move(signs)), timer_(executor) {}

void Vitals::stop() {
    stopped_ = true;
    watchdog_.reset();
    timer_.cancel();
    if (const auto sent = service_manager_.send("STOPPING=1"); !sent)
        log::warn("service manager", {{"error", sent.error().message}});
}

Task<void> Vitals::run() {
    watchdog_ = std::make_unique<Watchdog>(WatchdogOptions{});
    while (!stopped_) {
        const bool turns = engines_.turning(signs_.turns());
        if (turns) watchdog_->alive();
        tell(turns);
        watch_clock();
        mind_lateness();
        signs_.alerts->at_second();
        if (signs_.at_second) signs_.at_second();
        if (++seconds_ % kProbeSeconds == 0) signs_.probe_disk();
        due_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        timer_.expires_at(due_);
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
}

void Vitals::tell(bool turns) {
    bool ready = true;
    for (const auto& check : signs_.checks()) ready = ready && check.ok;
    signs_.metrics->ready(ready);
    const std::string status = signs_.status();
    std::string text = "STATUS=" + status;
    if (turns) text += "\nWATCHDOG=1";
    if (ready && !told_ready_) {
        text += "\nREADY=1";
        told_ready_ = true;
        log::info("ready", {{"status", status}});
    }
    if (const auto sent = service_manager_.send(text); !sent)
        log::warn("service manager", {{"error", sent.error().message}});
}

/// The loop decides, signs and sends: what is late here is late there.
void Vitals::mind_lateness() {
    if (due_ == std::chrono::steady_clock::time_point{}) return;
    const auto late = std::chrono::steady_clock::now() - due_;
    signs_.metrics->loop_late(std::max<std::chrono::duration<double>>(late, std::chrono::seconds(0)));
    switch (late_.look(std::chrono::duration_cast<std::chrono::milliseconds>(late))) {
        case LateJudge::Verdict::Same:
            return;
        case LateJudge::Verdict::Late:
            signs_.alerts->raise(
                "", engine::AlertLevel::Critical, "late", "",
                fmt::format(
                    "plimsoll gets to its work up to {} late: the host's processors are busy, or it swaps or was "
                    "stopped. Decisions and transactions come as much later: make room, or give it more weight",
                    span_text(late_.worst().count())));
            return;
        case LateJudge::Verdict::InTime:
            signs_.alerts->clear("", "late", "", "plimsoll gets to its work in time again");
            return;
    }
}

void Vitals::watch_clock() {
    const auto look = signs_.clock->look();
    AlertDesk& alerts = *signs_.alerts;
    if (look.jump_ms)
        alerts.raise(
            "", engine::AlertLevel::Warning, "clock-set", "",
            fmt::format("the host's clock was set {} by {}; plimsoll counts on by its own, and follows only if "
                        "the blocks say so",
                        *look.jump_ms > 0 ? "forward" : "back", span_text(*look.jump_ms)));
    else
        alerts.clear("", "clock-set", "",
                     look.adopted ? "the host's new time is taken over: the blocks agree with it"
                                  : "the host's clock agrees again");
    if (look.off_ms)
        alerts.raise("", engine::AlertLevel::Critical, "clock-off", "",
                     *look.off_ms > 0
                         ? fmt::format("every new block seems {} old: the host's clock is ahead, or every node is "
                                       "behind. Nothing is sent until they agree: set the clock (timedatectl)",
                                       span_text(*look.off_ms))
                         : fmt::format("new blocks are {} in the future: the host's clock is behind: set it "
                                       "(timedatectl). Heads are judged by when they come meanwhile",
                                       span_text(*look.off_ms)));
    else
        alerts.clear("", "clock-off", "", "clock and blocks agree");
}

}  // namespace plimsoll::bot
