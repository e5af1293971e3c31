// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

namespace plimsoll::config {

struct KnownFeed {
    ChainId chain_id{};
    Address address;
    std::uint32_t heartbeat{};           // seconds
    std::optional<Address> public_feed;  // speaks first
    std::uint32_t deviation_bps = 0;     // a move of the price by this makes it speak; zero: not known
};

/// Main feeds of Ethereum. Source of the addresses: npm @aave-dao/aave-address-book 4.68.1 (*_ORACLE) for the delayed
/// ones, docs.chain.link/data-feeds/price-feeds/addresses for the rest; of the heartbeats: data.chain.link.
std::span<const KnownFeed> known_feeds();

struct KnownSequencer {
    ChainId chain_id{};
    Address uptime_feed;
};

/// Source: docs.chain.link/data-feeds/l2-sequencer-feeds. nullptr if there is none for this chain.
const KnownSequencer* known_sequencer(ChainId chain_id);

}  // namespace plimsoll::config
