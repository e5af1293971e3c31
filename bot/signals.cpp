// SPDX-License-Identifier: Apache-2.0
#include "bot/signals.hpp"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <unistd.h>

#include "bot/log.hpp"

namespace plimsoll {

namespace {

/// Runs as a signal handler: only calls that are allowed there.
void leave_now(int) {
    constexpr std::string_view kText =
        "plimsoll: no clean end within the grace time, leaving; the journal is complete\n";
    const auto ignored = ::write(STDERR_FILENO, kText.data(), kText.size());
    static_cast<void>(ignored);
    ::_exit(kExitForced);
}

}  // namespace

struct Signals::Impl : std::enable_shared_from_this<Signals::Impl> {
    Impl(const boost::asio::any_io_executor& executor, std::function<void()> on_stop, std::function<void()> on_reload,
         std::chrono::seconds patience)
        : set(executor), stop(std::move(on_stop)), reload(std::move(on_reload)), grace(patience) {}

    void wait() {
        set.async_wait([self = shared_from_this()](const boost::system::error_code& error, int number) {
            if (error || self->cancelled) return;
            if (number == SIGHUP) {
                log::info("SIGHUP: reloading the configuration");
                self->reload();
            } else if (self->stopping) {
                ::_exit(kExitForced);
            } else {
                self->stopping = true;
                log::info("ending", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
                struct sigaction action {};
                action.sa_handler = leave_now;
                ::sigaction(SIGALRM, &action, nullptr);
                ::alarm(static_cast<unsigned>(self->grace.count()));
                self->stop();
            }
            if (!self->cancelled) self->wait();
        });
    }

    boost::asio::signal_set set;
    std::function<void()> stop;
    std::function<void()> reload;
    std::chrono::seconds grace;
    bool stopping{};
    bool cancelled{};
};

Signals::Signals(boost::asio::any_io_executor executor, std::function<void()> stop, std::function<void()> reload,
                 std::chrono::seconds grace)
    : impl_(std::make_shared<Impl>(executor, std::move(stop), std::move(reload), grace)) {
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT: sockets report EPIPE
    boost::system::error_code error;
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) impl_->set.add(number, error);
    if (error) log::error("signals cannot be handled", {{"reason", error.message()}});
    impl_->wait();
}

Signals::~Signals() {
    cancel();
}

void Signals::cancel() {
    impl_->cancelled = true;
    boost::system::error_code ignored;
    impl_->set.cancel(ignored);
}

}  // namespace plimsoll
