// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace plimsoll::onchain {

/// The same numbers on every machine for one seed.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    /// 0 to count - 1.
    std::uint64_t below(std::uint64_t count) { return engine_() % count; }
    std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
    bool percent(std::uint64_t chance) { return below(100) < chance; }
    template <class List>
    const auto& pick(const List& list) {
        return list[static_cast<std::size_t>(below(list.size()))];
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace plimsoll::onchain
