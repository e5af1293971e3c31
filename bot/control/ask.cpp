// SPDX-License-Identifier: Apache-2.0
// The command's side of the socket: plain calls, one connection, one deadline.
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bot/control/orders.hpp"
#include "bot/control/socket.hpp"

namespace plimsoll::bot::control {

namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

Error failure(const std::string& path, int code) {
    if (code == ENOENT || code == ECONNREFUSED)
        return {Errc::NotFound, "no daemon serves " + path + ": it is not running, or has another data_dir"};
    if (code == EACCES || code == EPERM) return {Errc::Refused, path + " is the daemon's: ask as its user or as root"};
    return {Errc::Io, path + ": " + std::strerror(code)};  // NOLINT: one thread
}

Result<void> connect_to(const Descriptor& socket, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) return fail(Errc::Io, path + ": the path is too long for a socket");
    path.copy(static_cast<char*>(address.sun_path), path.size());
    const auto* any = reinterpret_cast<const sockaddr*>(&address);  // NOLINT: as connect(2) wants it
    if (socket.get() < 0 || ::connect(socket.get(), any, sizeof(address)) != 0)
        return tl::unexpected(failure(path, errno));
    return {};
}

}  // namespace

Result<std::string> ask(const std::string& path, const std::string& line) {
    using Clock = std::chrono::steady_clock;
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    TRY_VOID(connect_to(socket, path));
    const std::string order = line + '\n';
    if (order.size() > kOrderBytes) return fail(Errc::Range, "the order is too long");
    if (::send(socket.get(), order.data(), order.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(order.size()))
        return tl::unexpected(failure(path, errno));
    const auto end = Clock::now() + ControlSocket::kPatience;
    std::string out;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd ready{socket.get(), POLLIN, 0};
        const int count = left <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0)
            return fail(Errc::Timeout, "the daemon does not answer: whether it obeys is not known; ask again");
        char part[4'096];
        const ssize_t size = ::recv(socket.get(), part, sizeof(part), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return fail(Errc::Io, "the daemon ended before it answered: ask again");
        out.append(part, static_cast<std::size_t>(size));
        if (const auto at = out.find('\n'); at != std::string::npos) return out.substr(0, at);
        if (out.size() > kAnswerBytes) return fail(Errc::Decode, "the daemon's answer has no end");
    }
}

}  // namespace plimsoll::bot::control
