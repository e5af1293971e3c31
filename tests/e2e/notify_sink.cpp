// SPDX-License-Identifier: Apache-2.0
// The service manager's end of sd_notify(3): binds the datagram socket named on the command line and prints each line
// of what comes, with the sender's process before it. Node has no such sockets.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char** argv) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (argc != 2 || std::string_view(argv[1]).size() >= sizeof address.sun_path) {
        std::fputs("usage: plimsoll_notify_sink SOCKET\n", stderr);
        return 2;
    }
    std::strcpy(address.sun_path, argv[1]);
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    const void* raw = &address;
    if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        ::bind(fd, static_cast<const sockaddr*>(raw), sizeof address) != 0) {
        std::perror(argv[1]);
        return 1;
    }
    std::puts("0 LISTENING");
    std::fflush(stdout);
    for (;;) {
        std::array<char, 4096> text{};
        std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
        iovec part{text.data(), text.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t size = ::recvmsg(fd, &message, 0);
        if (size < 0) return 1;
        ucred sender{};
        if (const cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr && head->cmsg_type == SCM_CREDENTIALS)
            std::memcpy(&sender, CMSG_DATA(head), sizeof sender);
        std::string_view rest(text.data(), static_cast<std::size_t>(size));
        while (!rest.empty()) {
            const auto line = rest.substr(0, rest.find('\n'));
            std::printf("%d %.*s\n", sender.pid, static_cast<int>(line.size()), line.data());
            rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        }
        std::fflush(stdout);
    }
}
