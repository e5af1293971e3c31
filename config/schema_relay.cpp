// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<Relay> kRelay[] = {
    setting<&Relay::chain>(kChainRule),
    setting<&Relay::kind>({
        .key = "kind",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "private-transaction|bundle",
        .example = "\"private-transaction\"",
        .text = "What it takes: eth_sendPrivateTransaction, or eth_sendBundle for the next block, again with every "
                "block.",
        .restart = true,
    }),
    setting<&Relay::url>({
        .key = "url",
        .kind = Kind::Url,
        .need = Need::Required,
        .example = "\"https://relay.flashbots.net\"",
        .text = "Where it is reached.",
        .restart = true,
    }),
    setting<&Relay::status_url>({
        .key = "status_url",
        .kind = Kind::Url,
        .need = Need::Optional,
        .example = "\"https://protect.flashbots.net/tx/\"",
        .text = "Where it tells what became of a transaction, whose hash is appended. With it a fee that is too low is "
                "raised, and a transaction that was dropped is shown to all, as soon as it says so.",
        .restart = true,
    }),
    setting<&Relay::identity>({
        .key = "identity",
        .kind = Kind::Secret,
        .need = Need::Optional,
        .example = "{ file = \"/etc/plimsoll/relay.key\" }",
        .text = "Hex of a private key that signs requests to it and nothing else: never a wallet's. A fresh one with "
                "each start without it.",
        .restart = true,
    }),
    setting<&Relay::deadline>({
        .key = "deadline",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{100},
        .most = U256{60'000},
        .example = "\"2s\"",
        .text = "Without an answer after this time the transaction is shown to all.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<Relay>> settings_of<Relay>() {
    return kRelay;
}

}  // namespace plimsoll::config
