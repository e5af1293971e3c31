// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "bot/outlook/course.hpp"

namespace plimsoll::bot::outlook {

/// How far a price may go before the oracle says so.
struct OracleStep {
    std::uint32_t bps{};        // of the price: the feed's deviation threshold
    std::uint32_t heartbeat{};  // seconds: it speaks at the latest after so long
    std::string asset;          // symbol
    bool known{};               // else it is assumed
};

/// What is assumed of a feed that config/known_feeds.hpp does not know.
inline constexpr std::uint32_t kAssumedBps = 100;
inline constexpr std::uint32_t kAssumedHeartbeat = 86'400;

/// The largest step among the feeds of the course's assets; what is assumed without one.
OracleStep worst_step(const lending::Market& market, const std::optional<Course>& course);

}  // namespace plimsoll::bot::outlook
