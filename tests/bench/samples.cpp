// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/samples.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <malloc.h>
#include <unistd.h>

namespace plimsoll::bench {

double Samples::quantile(double share) const {
    if (values_.empty()) return 0;
    auto sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    const auto last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(share * last + 0.5)];
}

void report(std::string_view name, std::string_view unit, const Samples& samples) {
    fmt::print(R"({{"case":"{}","unit":"{}","median":{:.3f},"p99":{:.3f},"samples":{}}})"
               "\n",
               name, unit, samples.quantile(0.5), samples.quantile(0.99), samples.count());
    std::fflush(stdout);
}

std::chrono::nanoseconds thread_time() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::size_t resident_bytes() {
    std::ifstream in("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    in >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t allocated_bytes() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

}  // namespace plimsoll::bench
