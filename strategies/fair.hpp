// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/situation.hpp"
#include "strategies/values.hpp"

/// What a sale ought to bring, from two sources that do not know of each other.
namespace plimsoll::strategies {

/// Beyond the slippage that is allowed anyway, protocol and reference may differ by this much before one of them is
/// taken to be wrong.
inline constexpr std::uint32_t kReferenceSpreadBps = 100;

struct Fair {
    U256 oracle;  // what the amount is worth at the protocol's prices
    /// At the pools' mean prices, or the feeds' without the protocol's cap, the higher; nullopt: there is neither.
    std::optional<U256> reference;
    std::uint32_t apart_bps{};  // how far they are from each other, of the lower

    /// The greater of both: the price that a sale is held to.
    U256 tighter() const { return reference ? std::max(oracle, *reference) : oracle; }
};

/// Errc::Math where the numbers do not fit.
Result<Fair> fair_price(const Situation& situation, const AssetPosition& from, const AssetPosition& to,
                        const U256& amount);

/// True when the two disagree beyond the owner's slippage plus kReferenceSpreadBps.
bool disagree(const Situation& situation, const Fair& fair);

/// The least that a sale which would bring `quoted` now must bring: the tighter price less the slippage that this
/// urgency may spend. Past watching a reference above the oracle bounds only what the pools do pay: a mean lags
/// behind a fall, and waiting for it means liquidation at the oracle's price less the bonus.
U256 least_out(const Situation& situation, const Fair& fair, const U256& quoted);

/// Half of the owner's slippage while watching, three quarters when acting, all of it in an emergency.
std::uint32_t slippage_bps(const Situation& situation);

}  // namespace plimsoll::strategies
