// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "bot/cli/progress.hpp"

using namespace plimsoll::bot;
using namespace plimsoll::bot::cli;
using namespace std::chrono_literals;

namespace {

struct Ends {
    int ours = -1;
    int theirs = -1;
};

Ends terminal() {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(master >= 0);
    REQUIRE(::grantpt(master) == 0);
    REQUIRE(::unlockpt(master) == 0);
    return {master, ::open(::ptsname(master), O_RDWR | O_NOCTTY)};  // NOLINT(concurrency-mt-unsafe)
}

Ends pipe_of() {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    return {ends[0], ends[1]};
}

/// All that a process of its own writes to a standard error that is `ends`; `until`: the process goes on so long as
/// this has not been shown.
std::string shown(Ends ends, const std::string& until, const std::function<void(Progress&)>& work,
                  const Globals& globals = {}, const char* term = "xterm") {
    const Ends seen = pipe_of();
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends.theirs, STDERR_FILENO);
        ::close(seen.theirs);
        ::setenv("TERM", term, 1);  // NOLINT(concurrency-mt-unsafe)
        Progress progress(globals, "replaying", 0ms);
        work(progress);
        char end = 0;
        if (!until.empty() && ::read(seen.ours, &end, 1) < 0) ::_exit(1);
        progress.end();
        ::_exit(0);
    }
    ::close(ends.theirs);
    ::close(seen.ours);
    std::string out;
    char buffer[256];
    bool told = false;
    for (ssize_t size = 0; (size = ::read(ends.ours, buffer, sizeof(buffer))) > 0;) {
        out.append(buffer, static_cast<std::size_t>(size));
        if (!told && !until.empty() && out.find(until) != std::string::npos) told = ::close(seen.theirs) == 0;
    }
    if (!told) ::close(seen.theirs);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    ::close(ends.ours);
    return out;
}

void half(Progress& progress) {
    progress.bar(5, 10);
}

}  // namespace

TEST_CASE("progress is one line of a terminal, overwritten, without colours, and gone at the end") {
    const std::string out = shown(terminal(), " 50 %", half);
    CHECK(out.starts_with("\r\x1b[Kreplaying [###############---------------]  50 %"));
    CHECK(out.ends_with("\r\x1b[K"));
    CHECK(out.find('\n') == std::string::npos);
    for (std::size_t at = 0; (at = out.find('\x1b', at)) != std::string::npos; ++at)
        CHECK(out.substr(at, 3) == "\x1b[K");
}

TEST_CASE("work that says nothing for long is seen to go on") {
    const std::string out = shown(terminal(), ", 1 s", [](Progress& progress) { progress.say("ethereum"); });
    CHECK(out.starts_with("\r\x1b[Kreplaying: ethereum"));
    CHECK(out.find("\r\x1b[Kreplaying: ethereum, 1 s") != std::string::npos);
}

TEST_CASE("progress is shown to nobody who cannot read it or did not ask for it") {
    CHECK(shown(pipe_of(), "", half).empty());
    CHECK(shown(terminal(), "", half, {}, "dumb").empty());
    Globals quiet;
    quiet.quiet = true;
    CHECK(shown(terminal(), "", half, quiet).empty());
}
