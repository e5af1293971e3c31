// SPDX-License-Identifier: Apache-2.0
#include "bot/notify_systemd.hpp"

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace plimsoll {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT: read before threads start
    return value == nullptr ? "" : value;
}

std::optional<std::int64_t> number(const std::string& text) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || out <= 0) return std::nullopt;
    return out;
}

}  // namespace

SystemdNotifier SystemdNotifier::from_environment() {
    return SystemdNotifier(variable("NOTIFY_SOCKET"));
}

Result<void> SystemdNotifier::send(std::string_view state) const {
    if (path_.empty()) return {};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return fail(Errc::Io, "NOTIFY_SOCKET " + path_ + ": too long");
    std::memcpy(address.sun_path, path_.data(), path_.size());
    if (path_.front() == '@') address.sun_path[0] = '\0';  // abstract name space
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
    const void* raw = &address;
    const bool sent =
        fd >= 0 && ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, static_cast<const sockaddr*>(raw), length) ==
                       static_cast<ssize_t>(state.size());
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (!sent) return fail(Errc::Io, "NOTIFY_SOCKET " + path_ + ": " + std::generic_category().message(error));
    return {};
}

std::optional<std::chrono::microseconds> watchdog_interval() {
    const auto limit = number(variable("WATCHDOG_USEC"));
    const std::string pid = variable("WATCHDOG_PID");
    if (!limit || (!pid.empty() && pid != std::to_string(::getpid()))) return std::nullopt;
    return std::chrono::microseconds(*limit / 2);
}

}  // namespace plimsoll
