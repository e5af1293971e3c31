// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chain/oracle/feed_rules.hpp"
#include "config/settings.hpp"

namespace plimsoll::engine {

/// What is known beforehand of the feeds of `chain`: what the owner says of a feed, for others what is known of them.
std::vector<oracle::FeedRules> feed_rules(const config::Settings& settings, const config::Chain& chain);

}  // namespace plimsoll::engine
