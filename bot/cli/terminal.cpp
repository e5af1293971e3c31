// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/terminal.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

namespace plimsoll::bot::cli {

namespace {

/// The controlling terminal without echo; signals of the keyboard arrive as characters, so that the echo always comes
/// back.
class Terminal {
  public:
    Terminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG | IEXTEN);
        quiet.c_cc[VMIN] = 1;
        quiet.c_cc[VTIME] = 0;
        changed_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
    }
    ~Terminal() {
        if (changed_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
        if (fd_ >= 0) ::close(fd_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    bool ok() const { return changed_; }
    void write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t done = ::write(fd_, text.data(), text.size());
            if (done <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(done));
        }
    }
    /// False at the end of the input.
    bool read(unsigned char& c) const {
        ssize_t done = 0;
        do done = ::read(fd_, &c, 1);
        while (done < 0 && errno == EINTR);
        return done == 1;
    }

  private:
    int fd_;
    termios before_{};
    bool changed_ = false;
};

}  // namespace

Result<bool> ask_yes(std::string_view question) {
    const int fd = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return fail(Errc::NotFound, "there is no terminal to ask on");
    const std::string text = fmt::format("{} [yes/no] ", question);
    std::string answer;
    char c = 0;
    if (::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size())) {
        constexpr std::size_t kMost = 64;
        while (answer.size() < kMost && ::read(fd, &c, 1) == 1 && c != '\n') answer += c;
    }
    ::close(fd);
    return answer == "yes";
}

Result<config::Secret> ask_secret(std::string_view prompt) {
    constexpr unsigned char kCtrlC = 3;
    constexpr unsigned char kCtrlD = 4;
    constexpr unsigned char kCtrlU = 21;
    constexpr unsigned char kBackspace = 8;
    constexpr unsigned char kDelete = 127;
    const Terminal terminal;
    if (!terminal.ok()) return fail(Errc::NotFound, "there is no terminal to ask on");
    terminal.write(fmt::format("{}: ", prompt));
    keys::SecretBytes typed(config::kSecretBytesMost);
    std::size_t size = 0;
    while (true) {
        unsigned char c = 0;
        if (!terminal.read(c) || c == kCtrlC || c == kCtrlD) {
            terminal.write("\n");
            return fail(Errc::Cancelled, "cancelled");
        }
        if (c == '\n' || c == '\r') break;
        if (c == kBackspace || c == kDelete) {
            // A UTF-8 character goes as a whole.
            while (size > 0 && (typed.view()[--size] & 0xc0U) == 0x80U) {
            }
        } else if (c == kCtrlU) {
            size = 0;
        } else if (size < typed.size()) {
            typed.bytes()[size++] = c;
        } else {
            terminal.write("\n");
            return fail(Errc::Refused, "that is too long");
        }
    }
    terminal.write("\n");
    if (size == 0) return fail(Errc::Refused, "nothing was typed");
    typed.truncate(size);
    return config::Secret(std::move(typed));
}

}  // namespace plimsoll::bot::cli
