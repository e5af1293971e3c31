// SPDX-License-Identifier: Apache-2.0
#include "bot/outlook/oracle_step.hpp"

#include <algorithm>

#include "config/known_feeds.hpp"

namespace plimsoll::bot::outlook {

namespace {

const config::KnownFeed* known_feed(const Address& source) {
    for (const auto& feed : config::known_feeds()) {
        if (feed.address == source) return &feed;
    }
    return nullptr;
}

}  // namespace

OracleStep worst_step(const lending::Market& market, const std::optional<Course>& course) {
    OracleStep out;
    if (!course) return {kAssumedBps, kAssumedHeartbeat, {}, false};
    for (const auto& use : market.price_uses()) {
        if (std::find(course->assets.begin(), course->assets.end(), use.asset) == course->assets.end()) continue;
        OracleStep step{kAssumedBps, kAssumedHeartbeat, use.symbol, false};
        const auto* feed = known_feed(use.source);
        if (feed != nullptr && feed->deviation_bps != 0)
            step = {feed->deviation_bps, feed->heartbeat, use.symbol, true};
        if (out.asset.empty() || step.bps > out.bps) out = step;
    }
    if (out.asset.empty()) return {kAssumedBps, kAssumedHeartbeat, course->name, false};
    return out;
}

}  // namespace plimsoll::bot::outlook
