// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr std::uint64_t kSecond = 1'000;
constexpr std::uint64_t kMinute = 60 * kSecond;

constexpr Setting<Chain> kChain[] = {
    setting<&Chain::id>({
        .key = "id",
        .kind = Kind::Count,
        .need = Need::Required,
        .least = U256{1},
        .most = U256{(1ULL << 53U) - 1},
        .example = "1",
        .text = "Chain id (EIP-155). Endpoints that answer another one are not used.",
        .restart = true,
    }),
    setting<&Chain::rpc>({
        .key = "rpc",
        .kind = Kind::Urls,
        .need = Need::Required,
        .most = U256{8},
        .example = "[\"ws://127.0.0.1:8546\", \"https://rpc.example.org/{secret}\"]",
        .text = "Nodes in order of preference, at least one ws:// or wss://. An API key is written {secret} and named "
                "by rpc_secret.",
        .restart = true,
    }),
    setting<&Chain::rpc_secret>({
        .key = "rpc_secret",
        .kind = Kind::Secret,
        .need = Need::Optional,
        .example = "{ file = \"/etc/plimsoll/rpc.key\" }",
        .text = "Stands in for {secret} in the URLs.",
        .restart = true,
    }),
    setting<&Chain::head_age_max>({
        .key = "max_head_age",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{kSecond},
        .most = U256{60 * kMinute},
        .example = "\"36s\"",
        .text = "An older head is stale: the daemon alerts and spends nothing until it is fresh.",
        .restart = true,
    }),
    setting<&Chain::block_time>({
        .key = "block_time",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{100},
        .most = U256{10 * kMinute},
        .example = "\"12s\"",
        .text = "Usual time between blocks.",
        .restart = true,
    }),
    setting<&Chain::call_deadline>({
        .key = "call_deadline",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{100},
        .most = U256{2 * kMinute},
        .example = "\"5s\"",
        .text = "A request without an answer after this time has failed, its outcome unknown.",
        .restart = true,
    }),
    setting<&Chain::audit_interval>({
        .key = "audit_interval",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .least = U256{1},
        .most = U256{100'000},
        .example = "\"50 blocks\"",
        .text = "Within this many blocks every account is compared with the contract's own answer once. Always before "
                "acting.",
    }),
    setting<&Chain::confirmations>({
        .key = "confirmations",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .least = U256{1},
        .most = U256{256},
        .example = "\"1 block\"",
        .text = "Blocks, the including one counted, after which a receipt settles an incident.",
        .restart = true,
    }),
    setting<&Chain::replace_after>({
        .key = "replace_after",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .least = U256{1},
        .most = U256{256},
        .example = "\"2 blocks\"",
        .text = "A transaction that is not included after this many blocks is replaced with a higher fee.",
        .restart = true,
    }),
    setting<&Chain::guard>({
        .key = "guard",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"",
        .text =
            "The guard contract on this chain, as `plimsoll guard address` prints it. Needed by wallets with a guard.",
        .restart = true,
    }),
    setting<&Chain::wrapped_native>({
        .key = "wrapped_native",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\"",
        .text = "The chain's coin as a token: its price in a market prices gas. Known for known chains.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<Chain>> settings_of<Chain>() {
    return kChain;
}

}  // namespace plimsoll::config
