// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Measurements and how they are written down.
namespace plimsoll::bench {

using Clock = std::chrono::steady_clock;

/// How much is done: all of it, or just enough to see that a case works.
struct Scale {
    bool smoke = false;
    std::size_t accounts = 10'000;
    std::size_t repeats = 31;
};

/// Figures of one case; `unit` is theirs.
class Samples {
  public:
    void add(double value) { values_.push_back(value); }
    std::size_t count() const { return values_.size(); }
    /// 0.5 is the median, 0.99 what one in a hundred exceeds. Zero without figures.
    double quantile(double share) const;

  private:
    std::vector<double> values_;
};

/// One line of JSON to standard output: what tests/bench/table.mjs reads.
void report(std::string_view name, std::string_view unit, const Samples& samples);

inline double nanoseconds(Clock::duration time) {
    return std::chrono::duration<double, std::nano>(time).count();
}

/// Keeps the compiler from leaving out what nobody looks at.
template <class T>
inline void keep(const T& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

/// Processor time of this thread: what others do on the same machine is not in it.
std::chrono::nanoseconds thread_time();

/// `repeats` times the mean processor time of one of `count` calls of `work(i)`, after one round that is not counted.
template <class Work>
Samples time_each(std::size_t repeats, std::size_t count, Work work) {
    Samples out;
    for (std::size_t round = 0; round <= repeats; ++round) {
        const auto start = thread_time();
        for (std::size_t i = 0; i < count; ++i) work(i);
        const auto time = thread_time() - start;
        if (round > 0) out.add(nanoseconds(time) / static_cast<double>(count));
    }
    return out;
}

/// Resident memory of this process, bytes; zero where /proc is missing.
std::size_t resident_bytes();
/// Bytes that the allocator has handed out.
std::size_t allocated_bytes();

}  // namespace plimsoll::bench
