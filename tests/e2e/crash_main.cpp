// SPDX-License-Identifier: Apache-2.0
// The daemon with a trap: ends as by `kill -9` at the n-th step on a transaction's way. PLIMSOLL_CRASH_AT=n; every step
// passed is written to the file PLIMSOLL_CRASH_TRACE.
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <string>

#include "bot/daemon.hpp"
#include "config/loader.hpp"

int main(int argc, char** argv) {
    using namespace plimsoll;
    if (argc != 2) {
        fmt::print(stderr, "usage: plimsoll_crash CONFIG\n");
        return 2;
    }
    auto settings = config::load_settings(argv[1], config::process_environment());
    if (!settings) {
        fmt::print(stderr, "{}\n", settings.error().message);
        return 3;
    }
    const char* at = std::getenv("PLIMSOLL_CRASH_AT");
    const char* trace = std::getenv("PLIMSOLL_CRASH_TRACE");
    std::ofstream out(trace != nullptr ? trace : "/dev/null");
    bot::DaemonOptions options;
    options.crash_point = [&out, passed = 0L,
                           last = at != nullptr ? std::atol(at) : 0L](std::string_view where) mutable {
        out << where << std::endl;
        if (++passed == last) std::raise(SIGKILL);
    };
    return bot::to_int(bot::run_daemon(*std::move(settings), std::move(options)));
}
