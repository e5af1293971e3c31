// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace plimsoll::bench {

/// What the node stand-in plays to whoever connects.
struct Play {
    std::size_t accounts = 10'000;
    std::uint8_t reserve = 0;  // whose price falls: 0 for one rescue, 1 for ten
    std::size_t warm_up = 4;   // cycles that are not counted
    std::size_t cycles = 15;
    std::string prefix = "wire";            // of the names in the report
    std::chrono::milliseconds pace{3000};   // pause after each cycle, in which a bot may tidy up
    std::chrono::milliseconds silence{40};  // without a request: the bot has done with a block
    std::chrono::milliseconds patience{60'000};
    bool timeline = false;  // says on standard error what came when, for the last cycle
};

/// A node on a free port of 127.0.0.1: prints {"port":N}, waits for a subscription and for silence, then plays cycles:
/// a price falls, rescues come, they are included, all is as before. Reports
///   PREFIX-ready         when the bot fell silent for the first time, nanoseconds of the monotonic clock
///   PREFIX-first, -last  from the head handed to the socket to the first and last raw transaction read from it
///   PREFIX-*-own         the same without the time in which this node worked on an answer
///   PREFIX-calls         requests until the last transaction
/// Returns the exit code.
int play_node(const Play& play);

}  // namespace plimsoll::bench
