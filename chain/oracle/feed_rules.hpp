// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "chain/types/address.hpp"

namespace plimsoll::oracle {

/// What is known of a feed beforehand: contracts do not say it.
struct FeedRules {
    static constexpr std::uint64_t kGrace = 600;  // seconds

    Address address;                     // what is asked: the proxy
    std::uint64_t heartbeat{};           // seconds within which it speaks even when nothing moves; zero: not known
    std::uint64_t grace{kGrace};         // seconds that it may be late
    std::optional<Address> public_feed;  // speaks first; this one repeats it later
    std::uint64_t delay{};               // seconds after which it does so at the latest; zero: not known

    bool operator==(const FeedRules&) const = default;
};

}  // namespace plimsoll::oracle
