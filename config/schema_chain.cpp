// SPDX-License-Identifier: Apache-2.0
#include "config/durations.hpp"
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<RpcNode> kNode[] = {
    setting<&RpcNode::url>({.key = "url", .kind = Kind::Name, .need = Need::Required}),
    setting<&RpcNode::roles>({
        .key = "roles",
        .kind = Kind::Choices,
        .need = Need::Required,
        .most = U256{3},
        .choices = "follow|read|send",
        .example = "[\"send\"]",
    }),
    setting<&RpcNode::requests_per_second>({
        .key = "requests_per_second",
        .kind = Kind::Count,
        .least = U256{1},
        .most = U256{100'000},
        .example = "25",
    }),
    setting<&RpcNode::requests_per_day>({
        .key = "requests_per_day",
        .kind = Kind::Count,
        .least = U256{1'000},
        .most = U256{10'000'000'000},
        .example = "3_000_000",
    }),
};

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
        .kind = Kind::Nodes,
        .need = Need::Required,
        .most = U256{8},
        .example = "[\"ws://127.0.0.1:8546\", \"https://rpc.example.org/{secret}\"]",
        .text = "Nodes in order of preference, at least one ws:// or wss://. An API key is written {secret} and named "
                "by rpc_secret. In place of a URL { url = \"...\", roles = [\"send\"], requests_per_second = 25, "
                "requests_per_day = 3_000_000 }: what the node is used for, of follow, read and send, and how often it "
                "may be asked; what a rescue asks comes before what follows the chain.",
        .restart = true,
    }),
    setting<&Chain::quorum>({
        .key = "quorum",
        .kind = Kind::Count,
        .least = U256{1},
        .most = U256{8},
        .example = "2",
        .text = "So many nodes must give the same answer to a rescue's simulation, at the same block, before anything "
                "is spent.",
        .restart = true,
    }),
    setting<&Chain::quorum_wait>({
        .key = "quorum_wait",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{100},
        .most = U256{kMinute},
        .example = "\"4s\"",
        .text = "So long they are asked again until they agree.",
        .restart = true,
    }),
    setting<&Chain::without_quorum>({
        .key = "without_quorum",
        .kind = Kind::Choice,
        .choices = "stop|go-on",
        .example = "\"stop\"",
        .text = "What is done when they do not agree in that time: nothing, or what the followed node says. An alert "
                "comes either way.",
        .restart = true,
    }),
    setting<&Chain::pending_prices>({
        .key = "pending_prices",
        .kind = Kind::Choice,
        .choices = "off|prepare|act",
        .example = "\"prepare\"",
        .text = "Reports to price feeds that wait for a block: \"prepare\" looks for them among the pending "
                "transactions of the nodes that are followed over WebSocket, proves each by a simulation on the newest "
                "block, and has the plan ready when the price comes; \"act\" sends it before, so that a report that "
                "never comes may have been acted on. Wants a node that sends pending transactions in full (your own): "
                "one that sends hashes alone is asked for a few of them with what its budget leaves.",
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
    setting<&Chain::finality>({
        .key = "finality",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .least = U256{1},
        .most = U256{100'000},
        .example = "\"64 blocks\"",
        .text =
            "What is included is watched, and sent again should its block be replaced, until the block is final: as "
            "the nodes say, or after this many blocks where they do not.",
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
    setting<&Chain::private_blocks>({
        .key = "private_blocks",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .least = U256{0},
        .most = U256{64},
        .example = "\"2 blocks\"",
        .text = "A rescue that has time is shown to the chain's relays alone for so long, then to every node. Without "
                "relays it has no meaning; 0: to all at once.",
        .restart = true,
    }),
    setting<&Chain::rpc_fee_cap>({
        .key = "rpc_fee_cap",
        .kind = Kind::Amount,
        .unit = Unit::Coin,
        .most = U256::literal("1'000'000'000'000'000'000'000'000"),
        .example = "\"1 ETH\"",
        .text = "Nodes refuse a transaction that may cost more, fee times gas limit (geth: --rpc.txfeecap). A bid is "
                "lowered to it as long as it covers the next block's base fee. 0: they have none.",
        .restart = true,
    }),
    setting<&Chain::watch_first>({
        .key = "watch_first",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .most = U256{7'200},
        .example = "\"3 blocks\"",
        .text =
            "After a start nothing is sent for this many blocks with a key that has used nonces which the journal does "
            "not know: it may be gone or an older copy. `run --adopt` says that all is right.",
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
    setting<&Chain::sequencer_feed>({
        .key = "sequencer_feed",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0xFdB631F5EE196F0ed6FAa767959853A9F217697D\"",
        .text =
            "A rollup's uptime feed: an alert while its sequencer is down. Known for Arbitrum, Base and OP Mainnet.",
        .restart = true,
    }),
    setting<&Chain::rollup>({
        .key = "rollup",
        .kind = Kind::Choice,
        .need = Need::Optional,
        .choices = "none|op-stack|arbitrum",
        .example = "\"op-stack\"",
        .text = "Whose rules bill for a transaction's data: on the OP stack a fee besides gas, on Arbitrum more gas. "
                "Costs and limits count it. Known for known chains.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<RpcNode>> settings_of<RpcNode>() {
    return kNode;
}

template <>
std::span<const Setting<Chain>> settings_of<Chain>() {
    return kChain;
}

}  // namespace plimsoll::config
