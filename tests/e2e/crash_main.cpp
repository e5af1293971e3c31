// SPDX-License-Identifier: Apache-2.0
// The daemon with a trap on a transaction's way: at the step number PLIMSOLL_CRASH_AT, or at the first one named
// PLIMSOLL_CRASH_ON, it ends as by `kill -9`, or hangs for ever (PLIMSOLL_CRASH_HOW=hang). Every step passed is written
// to the file PLIMSOLL_CRASH_TRACE. The file PLIMSOLL_CLOCK_FILE says by how many milliseconds the host's clock is
// wrong.
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "bot/daemon.hpp"
#include "config/loader.hpp"

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

std::int64_t read_ms(clockid_t id) {
    timespec now{};
    ::clock_gettime(id, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000 + static_cast<std::int64_t>(now.tv_nsec) / 1'000'000;
}

void spring(const std::string& how) {
    if (how != "hang") std::raise(SIGKILL);
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace

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
    const std::string trace = variable("PLIMSOLL_CRASH_TRACE");
    std::ofstream out(trace.empty() ? "/dev/null" : trace);
    bot::DaemonOptions options;
    options.crash_point = [&out, passed = 0L, last = std::atol(variable("PLIMSOLL_CRASH_AT").c_str()),
                           on = variable("PLIMSOLL_CRASH_ON"),
                           how = variable("PLIMSOLL_CRASH_HOW")](std::string_view where) mutable {
        out << where << std::endl;
        if (++passed == last || (!on.empty() && where == on)) spring(how);
    };
    if (const std::string file = variable("PLIMSOLL_CLOCK_FILE"); !file.empty()) {
        options.clock.emplace([] { return read_ms(CLOCK_BOOTTIME); },
                              [file] {
                                  std::int64_t off = 0;
                                  std::ifstream(file) >> off;
                                  return read_ms(CLOCK_REALTIME) + off;
                              });
    }
    return bot::to_int(bot::run_daemon(*std::move(settings), std::move(options)));
}
