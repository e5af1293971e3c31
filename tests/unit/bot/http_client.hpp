// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

/// A plain blocking client, so that the server's library does not test itself.
class Client {
  public:
    /// `from`: one of this host's addresses.
    explicit Client(std::uint16_t port, const char* from = "127.0.0.1") : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in own{};
        own.sin_family = AF_INET;
        const void* mine = &own;
        const bool bound = ::inet_pton(AF_INET, from, &own.sin_addr) == 1 &&
                           ::bind(fd_, static_cast<const sockaddr*>(mine), sizeof own) == 0;
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const void* raw = &address;
        connected_ = bound && ::connect(fd_, static_cast<const sockaddr*>(raw), sizeof address) == 0;
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connected() const { return connected_; }
    /// True when the server took all of it.
    bool send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    /// The server closes without a word, within ten seconds.
    bool closed_in_silence() const {
        pollfd entry{fd_, POLLIN, 0};
        char byte = 0;
        return ::poll(&entry, 1, 10'000) > 0 && ::recv(fd_, &byte, 1, 0) <= 0;
    }
    /// Until the server closes, or ten seconds of silence.
    std::string read_to_end() const {
        std::string out;
        while (read_some(out)) {
        }
        return out;
    }
    /// One answer with its Content-Length.
    std::string read_answer() const {
        std::string out;
        for (;;) {
            const auto end = out.find("\r\n\r\n");
            if (end != std::string::npos) {
                const auto at = out.find("Content-Length: ");
                const std::size_t length = at < end ? std::stoul(out.substr(at + 16)) : 0;
                if (out.size() >= end + 4 + length) return out;
            }
            if (!read_some(out)) return out;
        }
    }
    /// Until this text has come, the server closes, or ten seconds of silence.
    std::string read_until(std::string_view mark) const {
        std::string out;
        while (out.find(mark) == std::string::npos && read_some(out)) {
        }
        return out;
    }

  private:
    bool read_some(std::string& out) const {
        std::array<char, 4'096> buffer{};
        pollfd entry{fd_, POLLIN, 0};
        if (::poll(&entry, 1, 10'000) <= 0) return false;
        const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (n <= 0) return false;
        out.append(buffer.data(), static_cast<std::size_t>(n));
        return true;
    }
    int fd_;
    bool connected_{};
};

inline std::string status(const std::string& answer) {
    return answer.substr(0, answer.find('\r'));
}
inline std::string body(const std::string& answer) {
    const auto at = answer.find("\r\n\r\n");
    return at == std::string::npos ? "" : answer.substr(at + 4);
}
