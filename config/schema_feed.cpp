// SPDX-License-Identifier: Apache-2.0
// What is known of price feeds that their contracts do not say.
#include "config/durations.hpp"
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<Feed> kFeed[] = {
    setting<&Feed::chain>(kChainRule),
    setting<&Feed::address>({
        .key = "address",
        .kind = Kind::Address,
        .need = Need::Required,
        .example = "\"0x5424384B256154046E9667dDFaaa5e550145215e\"",
        .text = "The feed as markets or their adapters ask it: the proxy.",
        .restart = true,
    }),
    setting<&Feed::heartbeat>({
        .key = "heartbeat",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .need = Need::Required,
        .least = U256{kSecond},
        .most = U256{7 * 24 * kHour},
        .example = "\"1h\"",
        .text = "Within this time it speaks even when nothing moves. An older price raises an alert and widens the "
                "warning level; the protocol's price counts all the same.",
        .restart = true,
    }),
    setting<&Feed::grace>({
        .key = "grace",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .most = U256{24 * kHour},
        .example = "\"10m\"",
        .text = "So much later it may be.",
        .restart = true,
    }),
    setting<&Feed::public_feed>({
        .key = "public",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419\"",
        .text = "The feed that speaks first, where this one repeats it later (Chainlink SVR). What it says counts when "
                "it is worse.",
        .restart = true,
    }),
    setting<&Feed::delay>({
        .key = "delay",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .need = Need::Optional,
        .most = U256{24 * kHour},
        .example = "\"60s\"",
        .text = "After this time it does so at the latest; told in the alert.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<Feed>> settings_of<Feed>() {
    return kFeed;
}

}  // namespace plimsoll::config
