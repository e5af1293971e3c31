// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/ask.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

namespace plimsoll::bot::cli {

bool can_ask() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

Result<std::string> ask_line(std::string_view question, std::string_view otherwise) {
    constexpr std::size_t kMost = 4'096;
    if (otherwise.empty())
        fmt::print(stderr, "{}: ", question);
    else
        fmt::print(stderr, "{} [{}]: ", question, otherwise);
    std::string line;
    while (line.size() < kMost) {
        char c = 0;
        const ssize_t done = ::read(STDIN_FILENO, &c, 1);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            fmt::print(stderr, "\n");
            return fail(Errc::Cancelled, "cancelled");
        }
        if (c == '\n') break;
        line += c;
    }
    const auto from = line.find_first_not_of(" \t\r");
    if (from == std::string::npos) return std::string(otherwise);
    return line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
}

}  // namespace plimsoll::bot::cli
