// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/progress.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace plimsoll::bot::cli {

namespace {

constexpr std::chrono::milliseconds kEvery{100};

std::size_t columns_of(int fd) {
    constexpr std::size_t kUsual = 80;
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;  // NOLINT: the C interface
}

bool overwrites(int fd) {
    const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody writes it
    return ::isatty(fd) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace

std::string bar_text(std::uint64_t done, std::uint64_t all, std::size_t width) {
    const std::uint64_t part = std::min(done, all);
    const std::uint64_t whole = std::max<std::uint64_t>(all, 1);
    const auto full = static_cast<std::size_t>(part * width / whole);
    return fmt::format("[{}{}] {:3} %", std::string(full, '#'), std::string(width - full, '-'), part * 100 / whole);
}

Progress::Progress(const Globals& globals, std::string title, std::chrono::milliseconds patience)
    : title_(std::move(title)), patience_(patience), on_(!globals.quiet && overwrites(STDERR_FILENO)) {
    if (on_) clock_ = std::jthread([this](const std::stop_token& stop) { keep_time(stop); });
}

void Progress::say(const std::string& what) {
    show(title_ + ": " + what);
}

void Progress::bar(std::uint64_t done, std::uint64_t all) {
    constexpr std::size_t kWidth = 30;
    if (on_) show(title_ + ' ' + bar_text(done, all, kWidth));
}

void Progress::show(std::string text) {
    if (!on_) return;
    const std::scoped_lock lock(mutex_);
    text_ = std::move(text);
    if (patience_.count() == 0) draw(Clock::now());
}

void Progress::draw(Clock::time_point now) {
    const auto taken = std::chrono::duration_cast<std::chrono::seconds>(now - since_).count();
    std::string line = taken > 0 ? fmt::format("{}, {} s", text_, taken) : text_;
    const std::size_t columns = columns_of(STDERR_FILENO);
    if (line.size() >= columns) line.resize(columns - 1);
    if (text_.empty() || line == shown_) return;
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
    shown_ = std::move(line);
}

void Progress::keep_time(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop, patience_, [] { return false; });
    while (!stop.stop_requested()) {
        draw(Clock::now());
        woken_.wait_for(lock, stop, kEvery, [] { return false; });
    }
}

void Progress::end() {
    if (!std::exchange(on_, false)) return;
    clock_.request_stop();
    clock_.join();
    if (!shown_.empty()) fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
}

}  // namespace plimsoll::bot::cli
