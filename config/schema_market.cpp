// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<Market> kMarket[] = {
    setting<&Market::chain>({
        .key = "chain",
        .kind = Kind::Name,
        .need = Need::Required,
        .example = "\"ethereum\"",
        .text = "Name of the [chain.NAME] it is on.",
        .restart = true,
    }),
    setting<&Market::protocol>({
        .key = "protocol",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "aave-v3",
        .example = "\"aave-v3\"",
        .text = "Rules of the market. Its exact version is found out from the contracts.",
        .restart = true,
    }),
    setting<&Market::addresses_provider>({
        .key = "addresses_provider",
        .kind = Kind::Address,
        .need = Need::Required,
        .example = "\"0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e\"",
        .text = "The PoolAddressesProvider; everything else is discovered from it.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<Market>> settings_of<Market>() {
    return kMarket;
}

}  // namespace plimsoll::config
