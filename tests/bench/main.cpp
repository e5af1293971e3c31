// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <string_view>

#include "tests/bench/cases.hpp"

namespace {

using plimsoll::bench::Scale;

struct Case {
    std::string_view name;
    void (*run)(const Scale&);
};

constexpr Case kCases[] = {
    {"floor", plimsoll::bench::floor_cases},
    {"health", plimsoll::bench::health_cases},
};

}  // namespace

/// plimsoll_bench [--smoke] [CASE...]: one line of JSON per figure.
int main(int count, char** arguments) {
    Scale scale;
    std::string_view chosen;
    for (int i = 1; i < count; ++i) {
        if (std::string_view(arguments[i]) == "--smoke")
            scale = {true, 200, 1};
        else
            chosen = arguments[i];
    }
    for (const auto& one : kCases) {
        if (chosen.empty() || chosen == one.name) one.run(scale);
    }
    return 0;
}
