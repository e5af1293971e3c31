// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>

#include "chain/types/check.hpp"
#include "tests/bench/cases.hpp"
#include "tests/bench/child.hpp"
#include "tests/support/temp_dir.hpp"

namespace plimsoll::bench {

namespace {

double number_in(const std::string& line, std::string_view key) {
    const auto at = line.find(fmt::format("\"{}\":", key));
    return at == std::string::npos ? 0 : std::strtod(line.c_str() + at + key.size() + 3, nullptr);
}

void report_one(const std::string& name, std::string_view unit, double value) {
    Samples samples;
    samples.add(value);
    report(name, unit, samples);
}

struct Setting {
    std::string prefix;
    std::size_t accounts;
    std::string reserve;
    std::size_t cycles;
    std::string above;  // folder of the journal
    std::string pace = "3000";
};

/// Node and daemon as processes of their own, a real socket between them.
bool wire(const Setting& setting) {
    const TempDir folder(setting.above);
    Child node({"node", "--accounts", std::to_string(setting.accounts), "--reserve", setting.reserve, "--cycles",
                std::to_string(setting.cycles), "--prefix", setting.prefix, "--pace", setting.pace});
    const auto port = static_cast<int>(number_in(node.line(), "port"));
    const auto began = nanoseconds(Clock::now().time_since_epoch());
    Child daemon({"daemon", "--port", std::to_string(port), "--accounts", std::to_string(setting.accounts), "--folder",
                  folder.root()});
    std::size_t resident = 0;
    for (std::string line = node.line(); !line.empty(); line = node.line()) {
        if (line.find("-ready\"") == std::string::npos) {
            fmt::print("{}\n", line);
            resident = std::max(resident, daemon.resident_bytes());
            continue;
        }
        report_one(setting.prefix + "-start", "ns", number_in(line, "median") - began);
        report_one(setting.prefix + "-resident-idle", "bytes", static_cast<double>(daemon.resident_bytes()));
    }
    report_one(setting.prefix + "-resident", "bytes", static_cast<double>(resident));
    std::fflush(stdout);
    return node.stop() == 0 && daemon.stop() == 0;
}

}  // namespace

void wire_cases(const Scale& scale) {
    const std::string disk = std::filesystem::temp_directory_path().string();
    const std::size_t cycles = scale.smoke ? 1 : (scale.repeats + 1) / 2;
    bool good = true;
    if (scale.smoke) {
        good = wire({"wire-few", 100, "0", cycles, disk, "100"}) && good;
        good = wire({"wire-one", scale.accounts, "0", cycles, disk, "100"}) && good;
    } else {
        good = wire({"wire-idle", 11, "0", 1, disk}) && good;
        good = wire({"wire-thousand", 1'000, "0", 1, disk}) && good;
        good = wire({"wire-few", 100, "0", cycles, disk}) && good;
        good = wire({"wire-one", scale.accounts, "0", cycles, disk}) && good;
        good = wire({"wire-ten", scale.accounts, "1", cycles, disk}) && good;
        good = wire({"wire-one-memory", scale.accounts, "0", cycles, "/dev/shm"}) && good;
        good = wire({"wire-ten-memory", scale.accounts, "1", cycles, "/dev/shm"}) && good;
    }
    CHECK_INVARIANT(good);
}

}  // namespace plimsoll::bench
