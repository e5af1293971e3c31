// SPDX-License-Identifier: Apache-2.0
#include "bot/signals.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bot/notify_systemd.hpp"

using namespace plimsoll;

namespace {

/// Runs `child` in a process of its own; `signals` are sent one by one as the child writes a byte for each.
template <class F>
int exit_code(std::initializer_list<int> signals, const F& child) {
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) ::_exit(child([&] { static_cast<void>(::write(ready[1], "x", 1) == 1); }));
    for (const int number : signals) {
        char byte = 0;
        REQUIRE(::read(ready[0], &byte, 1) == 1);
        ::kill(pid, number);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_SUITE("signals") {
    TEST_CASE("SIGHUP reloads, SIGTERM ends and the loop runs out of work") {
        const int code = exit_code({SIGHUP, SIGHUP, SIGTERM}, [](auto ready) {
            boost::asio::io_context loop;
            int reloads = 0;
            bool stopped = false;
            Signals* self = nullptr;
            Signals signals(
                loop.get_executor(),
                [&] {
                    stopped = true;
                    self->cancel();
                },
                [&] {
                    ++reloads;
                    ready();
                });
            self = &signals;
            ready();
            loop.run();
            return stopped && reloads == 2 ? 42 : 1;
        });
        CHECK(code == 42);
    }

    TEST_CASE("X10 a loop that does not end is left after the grace time, a second signal ends at once") {
        const auto stubborn = [](std::chrono::seconds grace) {
            return [grace](auto ready) {
                static_cast<void>(::close(STDERR_FILENO));
                boost::asio::io_context loop;
                const Signals signals(
                    loop.get_executor(), ready, [] {}, grace);
                ready();
                loop.run();
                return 1;
            };
        };
        CHECK(exit_code({SIGINT}, stubborn(std::chrono::seconds(1))) == kExitForced);
        CHECK(exit_code({SIGTERM, SIGTERM}, stubborn(std::chrono::seconds(3'000))) == kExitForced);
    }

    TEST_CASE("the service manager's socket gets the state") {
        CHECK(SystemdNotifier("").send("READY=1"));
        const std::string name = "@plimsoll-test-" + std::to_string(::getpid());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
        const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
        const void* raw = &address;
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(::bind(fd, static_cast<const sockaddr*>(raw), length) == 0);
        REQUIRE(SystemdNotifier(name).send("READY=1\nSTATUS=watching 3 positions"));
        std::array<char, 128> buffer{};
        const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        ::close(fd);
        REQUIRE(n > 0);
        CHECK(std::string(buffer.data(), static_cast<std::size_t>(n)) == "READY=1\nSTATUS=watching 3 positions");
        const auto gone = SystemdNotifier(name).send("READY=1");
        REQUIRE_FALSE(gone);
        CHECK(gone.error().code == Errc::Io);
        CHECK_FALSE(SystemdNotifier(std::string(200, 'x')).send("READY=1"));
    }

    TEST_CASE("the watchdog interval is half of what is allowed, and only for this process") {
        ::unsetenv("WATCHDOG_USEC");
        CHECK_FALSE(watchdog_interval());
        ::setenv("WATCHDOG_USEC", "30000000", 1);
        CHECK(watchdog_interval() == std::chrono::seconds(15));
        ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
        CHECK(watchdog_interval() == std::chrono::seconds(15));
        ::setenv("WATCHDOG_PID", "1", 1);
        CHECK_FALSE(watchdog_interval());
        ::unsetenv("WATCHDOG_PID");
        for (const char* bad : {"", "0", "-5", "x", "10s"}) {
            ::setenv("WATCHDOG_USEC", bad, 1);
            CHECK_FALSE(watchdog_interval());
        }
        ::unsetenv("WATCHDOG_USEC");
    }
}
