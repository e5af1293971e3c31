// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "bot/cli/terminal.hpp"

using namespace plimsoll;
using namespace plimsoll::bot::cli;

namespace {

struct Asked {
    std::string answer;  // what ask_secret gave, or "error: ..."
    std::string screen;  // all that the terminal showed
};

/// Asks in a process of its own whose controlling terminal is a pseudo-terminal, and types `keys` after the prompt.
Asked ask(const std::string& keys) {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(master >= 0);
    REQUIRE(::grantpt(master) == 0);
    REQUIRE(::unlockpt(master) == 0);
    const std::string name = ::ptsname(master);
    int answer[2] = {-1, -1};
    REQUIRE(::pipe(answer) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::setsid();
        const int slave = ::open(name.c_str(), O_RDWR);  // becomes the controlling terminal
        const auto secret = ask_secret("Passphrase");
        const std::string text = secret ? std::string(secret->text()) : "error: " + secret.error().message;
        const bool sent =
            slave >= 0 && ::write(answer[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        ::_exit(sent ? 0 : 1);
    }
    ::close(answer[1]);
    Asked out;
    char buffer[256];
    const std::string prompt = "Passphrase: ";
    while (out.screen.find(prompt) == std::string::npos) {
        const ssize_t size = ::read(master, buffer, sizeof(buffer));
        if (size <= 0) break;
        out.screen.append(buffer, static_cast<std::size_t>(size));
    }
    REQUIRE(::write(master, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    for (ssize_t size = 0; (size = ::read(answer[0], buffer, sizeof(buffer))) > 0;)
        out.answer.append(buffer, static_cast<std::size_t>(size));
    for (ssize_t size = 0; (size = ::read(master, buffer, sizeof(buffer))) > 0;)
        out.screen.append(buffer, static_cast<std::size_t>(size));
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    ::close(answer[0]);
    ::close(master);
    return out;
}

}  // namespace

TEST_CASE("a passphrase is typed unseen") {
    const Asked plain = ask("hunter2\r");
    CHECK(plain.answer == "hunter2");
    CHECK(plain.screen.find("hunter2") == std::string::npos);
    CHECK(ask("hunterX\x7f"
              "2\n")
              .answer == "hunter2");
    CHECK(ask("gr\xc3\xb6\x7f"
              "een\n")
              .answer == "green");
    CHECK(ask("wrong\x15right\n").answer == "right");
    CHECK(ask("\n").answer == "error: nothing was typed");
    CHECK(ask("abc\x03").answer == "error: cancelled");
    CHECK(ask("\x04").answer == "error: cancelled");
}
