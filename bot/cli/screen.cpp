// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/screen.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bot/cli/table.hpp"

namespace plimsoll::bot::cli {

namespace {

void put(std::string_view text) {
    while (!text.empty()) {
        const ssize_t done = ::write(STDOUT_FILENO, text.data(), text.size());
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(done));
    }
}

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // alternate screen, no cursor
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";

}  // namespace

std::string cut(std::string_view text, std::size_t columns) {
    if (width(text) <= columns) return std::string(text);
    std::string out;
    std::size_t taken = 0;
    bool coloured = false;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i + 1;
        if (text[i] == '\x1b') {
            const auto m = text.find('m', i);
            if (m == std::string_view::npos) break;
            end = m + 1;
            coloured = true;
        } else {
            while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) ++end;
            if (taken == columns) break;
            ++taken;
        }
        out += text.substr(i, end - i);
        i = end;
    }
    return coloured ? out + "\x1b[0m" : out;
}

std::string frame(const std::vector<std::string>& lines, ScreenSize size) {
    const bool fits = lines.size() <= size.rows;
    const std::size_t shown = fits ? lines.size() : size.rows - std::min<std::size_t>(size.rows, 1);
    std::string out = "\x1b[H";
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) out += "\r\n";
        out += cut(lines[i], size.columns) + "\x1b[K";
    }
    if (!fits) out += fmt::format("\r\n{}\x1b[K", cut(fmt::format("... {} more", lines.size() - shown), size.columns));
    return out + "\x1b[J";
}

Screen::Screen() : tty_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {
    if (tty_ < 0 || ::tcgetattr(tty_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG | IEXTEN);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    on_ = ::tcsetattr(tty_, TCSAFLUSH, &quiet) == 0;
    if (on_) put(kEnter);
}

Screen::~Screen() {
    if (on_) {
        put(kLeave);
        ::tcsetattr(tty_, TCSAFLUSH, &before_);
    }
    if (tty_ >= 0) ::close(tty_);
}

ScreenSize Screen::size() const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};  // NOLINT
    return {size.ws_col, size.ws_row};
}

void Screen::show(const std::vector<std::string>& lines) const {
    put(frame(lines, size()));
}

}  // namespace plimsoll::bot::cli
