// SPDX-License-Identifier: Apache-2.0
#include "bot/log.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "chain/types/unix_time.hpp"

namespace plimsoll::log {

namespace {

/// Writes lines to a descriptor that others may share (so its flags are left alone) without ever waiting long: a reader
/// that does not read costs lines, not time.
class FdSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  public:
    explicit FdSink(int fd) : fd_(fd) {}

    void hurry() { patience_ms_.store(0); }
    void watch(std::function<std::uint64_t()> overruns, std::function<std::string(std::uint64_t)> tell) {
        overruns_ = std::move(overruns);
        tell_ = std::move(tell);
    }
    std::uint64_t dropped() const { return dropped_.load(); }

  protected:
    void sink_it_(const spdlog::details::log_msg& msg) override {
        const std::uint64_t lost = dropped_.load() + overruns_();
        std::string line;
        if (lost > told_) line = tell_(lost - told_) + '\n';
        line.append(msg.payload.data(), msg.payload.size());
        line += '\n';
        if (put(line))
            told_ = lost;
        else
            dropped_.fetch_add(1);
    }
    void flush_() override {}

  private:
    /// True when the whole line went out. A pipe that polls writable takes at least a page without waiting.
    bool put(std::string_view line) {
        constexpr std::size_t kChunk = 4'096;
        while (!line.empty()) {
            pollfd entry{fd_, POLLOUT, 0};
            const int ready = ::poll(&entry, 1, patience_ms_.load());
            if (ready < 0 && errno == EINTR) continue;
            if (ready <= 0) return false;
            const ssize_t sent = ::write(fd_, line.data(), std::min(line.size(), kChunk));
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0) return false;
            line.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    int fd_;
    std::atomic<int> patience_ms_{250};
    std::atomic<std::uint64_t> dropped_{0};
    std::uint64_t told_{0};
    std::function<std::uint64_t()> overruns_;
    std::function<std::string(std::uint64_t)> tell_;
};

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::Trace:
            return spdlog::level::trace;
        case Level::Debug:
            return spdlog::level::debug;
        case Level::Info:
            return spdlog::level::info;
        case Level::Warn:
            return spdlog::level::warn;
        case Level::Error:
            return spdlog::level::err;
        case Level::Off:
            return spdlog::level::off;
    }
    return spdlog::level::off;
}

std::atomic<Logger*> g_logger{nullptr};

}  // namespace

struct Logger::Impl {
    std::shared_ptr<FdSink> sink;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
};

Logger::Logger(Options options)
    : format_(options.format), level_(options.level), live_(options.live), impl_(std::make_unique<Impl>()) {
    impl_->sink = std::make_shared<FdSink>(options.fd);
    impl_->pool = std::make_shared<spdlog::details::thread_pool>(options.queue, 1);
    impl_->sink->watch([pool = impl_->pool.get()] { return std::uint64_t{pool->overrun_counter()}; },
                       [this](std::uint64_t lost) {
                           const std::array fields = {Field{"lines", lost}};
                           return line_now(Level::Warn, "log lines were given up: the reader is too slow", fields);
                       });
    impl_->logger = std::make_shared<spdlog::async_logger>("plimsoll", impl_->sink, impl_->pool,
                                                           spdlog::async_overflow_policy::overrun_oldest);
    impl_->logger->set_level(spdlog::level::trace);
    impl_->logger->set_error_handler([](const std::string&) {});
}

Logger::~Logger() {
    constexpr auto kPatience = std::chrono::milliseconds(500);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (impl_->pool->queue_size() > 0 && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    impl_->sink->hurry();
    impl_->logger.reset();
    impl_->pool.reset();
}

void Logger::write(Level level, std::string_view message, std::span<const Field> fields) {
    if (!enabled(level)) return;
    impl_->logger->log(to_spdlog(level), spdlog::string_view_t(line_now(level, message, fields)));
}

std::string Logger::line_now(Level level, std::string_view message, std::span<const Field> fields) const {
    return format_line(format_, live_.load(std::memory_order_relaxed), unix_ms(), level, message, fields);
}

std::uint64_t Logger::dropped() const {
    return impl_->sink->dropped() + impl_->pool->overrun_counter();
}

void install(Logger* logger) {
    g_logger.store(logger);
}
Logger* installed() {
    return g_logger.load();
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
    if (Logger* logger = g_logger.load()) logger->write(level, message, {fields.begin(), fields.size()});
}

}  // namespace plimsoll::log
