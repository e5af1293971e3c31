// SPDX-License-Identifier: Apache-2.0
// Where assets are sold and borrowed for a moment: lenders, pools, routers, aggregators.
#include "config/durations.hpp"
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<Lender> kLender[] = {
    setting<&Lender::chain>(kChainRule),
    setting<&Lender::kind>({
        .key = "kind",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "morpho-blue|uniswap-v3",
        .example = "\"morpho-blue\"",
        .text = "How it lends: Morpho Blue without a fee, a Uniswap V3 pool for the pool's fee.",
        .restart = true,
    }),
    setting<&Lender::address>({
        .key = "address",
        .kind = Kind::Address,
        .need = Need::Required,
        .example = "\"0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb\"",
        .text = "Morpho itself, or the pool.",
        .restart = true,
    }),
};

constexpr Setting<Pool> kPool[] = {
    setting<&Pool::chain>(kChainRule),
    setting<&Pool::kind>({
        .key = "kind",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "uniswap-v3|uniswap-v2",
        .example = "\"uniswap-v3\"",
        .text = "Its rules. Tokens and, for Uniswap V3, the fee are read from it.",
        .restart = true,
    }),
    setting<&Pool::address>({
        .key = "address",
        .kind = Kind::Address,
        .need = Need::Required,
        .example = "\"0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640\"",
        .text = "The pool.",
        .restart = true,
    }),
    setting<&Pool::fee_bps>({
        .key = "fee",
        .kind = Kind::Amount,
        .unit = Unit::Percent,
        .need = Need::Optional,
        .most = U256{1'000},
        .example = "\"0.3%\"",
        .text = "Fee of a uniswap-v2 pool, which its contract does not say; 0.3% without it. A uniswap-v3 pool says "
                "its own.",
        .restart = true,
    }),
    setting<&Pool::reference>({
        .key = "reference",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .need = Need::Optional,
        .least = U256{kMinute},
        .most = U256{24 * 60 * kMinute},
        .example = "\"30m\"",
        .text =
            "With it the pool's mean price over this time (uniswap-v3 only) is a reference besides the oracle's: no "
            "sale is made below the tighter of the two.",
        .restart = true,
    }),
};

constexpr Setting<Router> kRouter[] = {
    setting<&Router::chain>(kChainRule),
    setting<&Router::kind>({
        .key = "kind",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "uniswap-v3|uniswap-v3-02|uniswap-v2",
        .example = "\"uniswap-v3-02\"",
        .text = "Its dialect: SwapRouter, SwapRouter02 or a router of Uniswap V2.",
        .restart = true,
    }),
    setting<&Router::address>({
        .key = "address",
        .kind = Kind::Address,
        .need = Need::Required,
        .example = "\"0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45\"",
        .text = "The router. The guard's policy must name it.",
        .restart = true,
    }),
};

constexpr Setting<Aggregator> kAggregator[] = {
    setting<&Aggregator::chain>(kChainRule),
    setting<&Aggregator::kind>({
        .key = "kind",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "0x|1inch",
        .example = "\"0x\"",
        .text = "Its interface.",
        .restart = true,
    }),
    setting<&Aggregator::url>({
        .key = "url",
        .kind = Kind::Url,
        .need = Need::Optional,
        .example = "\"https://api.0x.org\"",
        .text = "Where it is reached; the public service without it.",
        .restart = true,
    }),
    setting<&Aggregator::key>({
        .key = "key",
        .kind = Kind::Secret,
        .need = Need::Optional,
        .example = "{ file = \"/etc/plimsoll/0x.key\" }",
        .text = "API key. The public services want one.",
        .restart = true,
    }),
    setting<&Aggregator::targets>({
        .key = "targets",
        .kind = Kind::Addresses,
        .need = Need::Required,
        .most = U256{8},
        .example = "[\"0x0000000000001fF3684f28c67538d4D072C22734\"]",
        .text = "Contracts that its swaps may call. An offer that calls another one is dropped.",
        .restart = true,
    }),
    setting<&Aggregator::deadline>({
        .key = "deadline",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{100},
        .most = U256{kMinute},
        .example = "\"1500ms\"",
        .text = "An answer that takes longer is not waited for.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<Lender>> settings_of<Lender>() {
    return kLender;
}
template <>
std::span<const Setting<Pool>> settings_of<Pool>() {
    return kPool;
}
template <>
std::span<const Setting<Router>> settings_of<Router>() {
    return kRouter;
}
template <>
std::span<const Setting<Aggregator>> settings_of<Aggregator>() {
    return kAggregator;
}

}  // namespace plimsoll::config
