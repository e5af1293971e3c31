// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/cases.hpp"
#include "tests/bench/daemon_role.hpp"
#include "tests/bench/node_role.hpp"

namespace {

using namespace plimsoll::bench;

struct Case {
    std::string_view name;
    void (*run)(const Scale&);
};

constexpr Case kCases[] = {
    {"floor", floor_cases},   {"health", health_cases}, {"dex", dex_cases},
    {"engine", engine_cases}, {"wire", wire_cases},
};

constexpr std::string_view kUsage =
    "plimsoll_bench [CASE...] [--smoke] [--repeats N]   floor, health, engine, wire; one line of JSON per figure\n"
    "plimsoll_bench accounts [--accounts N]             the accounts that are measured, as JSON\n"
    "plimsoll_bench node [--accounts N] [--reserve 0|1] [--cycles N] [--warm-up N] [--silence MS] [--pace MS]\n"
    "                    [--prefix TEXT] [--timeline]\n"
    "plimsoll_bench daemon --port N --folder PATH [--accounts N]\n";

class Arguments {
  public:
    Arguments(int count, char** values) {
        for (int i = 1; i < count; ++i) {
            const std::string one = values[i];
            if (!one.starts_with("--"))
                words.push_back(one);
            else if (one == "--smoke" || one == "--timeline" || one == "--help")
                options[one] = "yes";
            else
                options[one] = ++i < count ? values[i] : "";
        }
    }
    bool has(const std::string& key) const { return options.contains(key); }
    std::string text(const std::string& key, const std::string& otherwise) const {
        const auto found = options.find(key);
        return found == options.end() ? otherwise : found->second;
    }
    std::size_t number(const std::string& key, std::size_t otherwise) const {
        const auto found = options.find(key);
        return found == options.end() ? otherwise : std::strtoull(found->second.c_str(), nullptr, 10);
    }

    std::vector<std::string> words;

  private:
    std::map<std::string, std::string> options;
};

int node(const Arguments& arguments) {
    Play play;
    play.accounts = arguments.number("--accounts", play.accounts);
    play.reserve = static_cast<std::uint8_t>(arguments.number("--reserve", play.reserve));
    play.cycles = arguments.number("--cycles", play.cycles);
    play.warm_up = arguments.number("--warm-up", play.warm_up);
    play.pace = std::chrono::milliseconds(arguments.number("--pace", static_cast<std::size_t>(play.pace.count())));
    play.silence =
        std::chrono::milliseconds(arguments.number("--silence", static_cast<std::size_t>(play.silence.count())));
    play.prefix = arguments.text("--prefix", play.prefix);
    play.timeline = arguments.has("--timeline");
    return play_node(play);
}

}  // namespace

int main(int count, char** values) {
    const Arguments arguments(count, values);
    if (arguments.has("--help")) {
        fmt::print("{}", kUsage);
        return 0;
    }
    const std::string first = arguments.words.empty() ? "" : arguments.words.front();
    const std::size_t accounts = arguments.number("--accounts", 10'000);
    if (first == "node") return node(arguments);
    if (first == "daemon")
        return run_daemon_role(arguments.text("--port", "0"), accounts, arguments.text("--folder", "."));
    if (first == "accounts") {
        print_accounts(arguments.number("--accounts", 200));
        return 0;
    }
    Scale scale;
    scale.repeats = arguments.number("--repeats", scale.repeats);
    if (arguments.has("--smoke")) scale = {true, 200, 1};
    for (const auto& one : kCases) {
        bool chosen = arguments.words.empty();
        for (const auto& word : arguments.words) chosen = chosen || word == one.name;
        if (chosen) one.run(scale);
    }
    return 0;
}
