// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<Market> kMarket[] = {
    setting<&Market::chain>(kChainRule),
    setting<&Market::protocol>({
        .key = "protocol",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "aave-v3|morpho-blue",
        .example = "\"aave-v3\"",
        .text = "Rules of the market. Its exact version is found out from the contracts.",
        .restart = true,
    }),
    setting<&Market::addresses_provider>({
        .key = "addresses_provider",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e\"",
        .text = "aave-v3: the PoolAddressesProvider; everything else is discovered from it.",
        .restart = true,
    }),
    setting<&Market::morpho>({
        .key = "morpho",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb\"",
        .text = "morpho-blue: Morpho itself.",
        .restart = true,
    }),
    setting<&Market::id>({
        .key = "id",
        .kind = Kind::Hash,
        .need = Need::Optional,
        .example = "\"0xb323495f7e4148be5643a4ea4a8221eef163e4bccfdedc2a6f4696baacbc86cc\"",
        .text = "morpho-blue: the market's id; tokens, oracle and rates are read by it.",
        .restart = true,
    }),
    setting<&Market::pool>({
        .key = "pool",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2\"",
        .text = "aave-v3: the Pool, so that no node is believed about whom a key may pay; known for known markets.",
        .restart = true,
    }),
    setting<&Market::governance>({
        .key = "governance",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0xdAbad81aF85554E9ae636395611C58F7eC1aAEc5\"",
        .text =
            "aave-v3: the PayloadsController. What waits in its queue is simulated, and told when it lowers a health "
            "factor; known for known chains.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<Market>> settings_of<Market>() {
    return kMarket;
}

}  // namespace plimsoll::config
