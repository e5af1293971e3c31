// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chain/dex/pool_book.hpp"
#include "chain/dex/swap_call.hpp"
#include "chain/lending/market.hpp"
#include "chain/tx/data_fee.hpp"
#include "strategies/guard.hpp"
#include "strategies/plan.hpp"

namespace plimsoll::strategies {

/// How near liquidation is. It sets what a plan may spend.
enum class Urgency : std::uint8_t { Watch, Act, Emergency };

/// What the owner allows this position; bps of 10,000. Values are in the market's base currency.
struct Allowed {
    std::vector<std::string> strategies;  // by name, in the owner's order
    std::optional<BaseValue> value_per_action;
    std::optional<BaseValue> value_left_today;
    std::optional<BaseValue> cost_per_action;  // most that swaps, fees and gas of one action may cost together
    std::uint32_t slippage_bps{};              // the most a sale may lose against the tighter of oracle and reference
    std::vector<Address> collateral_order;     // sold first to last; others after them
    std::vector<Address> debt_order;           // repaid first to last; others after them
    std::vector<Address> swap_into;            // collateral or debt that a swap may end in; empty: only what is held
    std::optional<Wad> close_below;            // close the whole position at or below this health factor
    std::vector<std::pair<Address, Price>> close_at_price;  // ... or when this asset's price is at or below
    bool reset_approval{};  // the token refuses to change a non-zero allowance: approve zero first
};

/// Where the guard stands for this account; absent: only what the wallet itself can do.
struct GuardSeat {
    Address guard;
    guard::Standing standing;
    Address swapper;                      // where swaps come from and what routers must pay
    std::vector<TokenAmount> allowances;  // of receipt tokens to the guard, by place in Situation::offered
    bool authorised{};                    // Morpho: isAuthorized(account, guard)
};

/// A lender of one asset for one transaction, cheapest first.
struct LoanSource {
    guard::Lender lender{};
    Address source;
    Address asset;
    TokenAmount available;
    std::uint32_t fee_ppm{};  // rounded as the lender rounds (up, or Aave's half up)
};

/// A contract through which pools are used, and its dialect (dex::RouterKind).
struct Router {
    dex::RouterKind kind{};
    Address address;
};

/// An aggregator's offer, good for exactly this amount until it expires.
struct Offer {
    std::string name;
    Address token_in;
    Address token_out;
    TokenAmount amount_in;
    TokenAmount amount_out;
    TokenAmount min_out;
    Address target;
    Bytes data;
    Gas gas{};
    std::int64_t expires_ms{};
};

/// An amount for which an aggregator's offer would be of use: asked for once a plan is near.
struct OfferWanted {
    Address token_in;
    Address token_out;
    TokenAmount amount_in;

    bool operator==(const OfferWanted&) const = default;
};

/// Arithmetic mean tick of a Uniswap V3 pool over its configured time: the price that nobody moved just now.
struct Reference {
    std::size_t pool{};  // index in the book
    std::int32_t mean_tick{};
};

/// All that strategies may know, of one position at one block.
struct Situation {
    const lending::Market& market;
    lending::Position now;  // at `as_of`
    std::vector<lending::AssetPosition> offered;
    std::optional<lending::Conditions> conditions;
    WalletFunds funds;  // allowances towards Market::spender()
    Wad target;
    Timestamp as_of{};     // expected time of inclusion
    Timestamp deadline{};  // of swaps and of the guard's plan
    Urgency urgency{};
    Allowed allowed;
    bool wallet_signs{};  // the wallet's own key is at hand
    std::optional<GuardSeat> seat;
    const dex::PoolBook* pools{};            // also told which ticks quotes lacked
    std::span<const dex::Pool> pool_states;  // pools where there is no book
    std::vector<Router> routers;
    std::vector<LoanSource> loans;
    std::vector<Offer> offers;
    std::vector<Reference> references;
    Wei fee_per_gas;                      // what inclusion at this urgency is expected to cost
    std::optional<BaseValue> coin_price;  // of 1e18 wei of the chain's coin, base currency; absent: gas is not priced
    /// Assets whose price the protocol holds down by a cap, and what their feeds say without it: a reference like those
    /// of pools.
    std::vector<std::pair<Address, Price>> uncapped{};
    tx::DataFee data_fee{};  // of a rollup; nothing where none is billed
};

/// The pools that routes, references and quotes speak of.
inline std::span<const dex::Pool> pools_of(const Situation& situation) {
    return situation.pools != nullptr ? situation.pools->pools() : situation.pool_states;
}

}  // namespace plimsoll::strategies
