// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "tests/simulation/agenda.hpp"

namespace plimsoll::sim {

/// How fast blocks come. What the world and its rules count in blocks of 12 s is little time where there are four in a
/// second, and answers take as long there as anywhere.
struct Pace {
    Ms block = 12'000;
    std::uint64_t beat = 1;       // slots from one change of a storm to the next
    std::uint64_t fee_parts = 8;  // the base fee moves by one of these a block at most
    std::uint64_t kept = 600;     // blocks; deeper than any reorganisation, any lag and the engine's memory

    bool fast() const { return block < 12'000; }
    std::uint64_t number(std::uint64_t usual, std::uint64_t where_fast) const { return fast() ? where_fast : usual; }
    Ms span(Ms usual, Ms where_fast) const { return fast() ? where_fast : usual; }
    /// So many blocks, and so much time on top where they are fast.
    std::uint64_t blocks(std::uint64_t count, Ms time) const {
        return fast() ? count + static_cast<std::uint64_t>(time / block) : count;
    }
};

}  // namespace plimsoll::sim
