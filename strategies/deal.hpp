// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/fit.hpp"
#include "strategies/order.hpp"
#include "strategies/venue.hpp"

/// One engine for all that exchanges a part of a position for another through the guard: something is taken (collateral
/// withdrawn, or new debt), sold, and what it brings is given (debt repaid, or collateral supplied).
///
/// How the time between is bridged:
///  SoldLoan    a loan of what is sold: swap, give, take it from the position with the fee, pay back. Nothing is left
///  over. BoughtLoan  a loan of what is bought, as much as the least outcome of the sale covers: give, take, swap, pay
///  back, give
///              the rest.
///  Callback    Morpho's repay callback: as BoughtLoan, free and with the first giving in the loan itself.
///  Steps       no loan: take as much as the health factor bears (kStepMargin above one), swap, give, and again.
namespace plimsoll::strategies {

struct Funding {
    enum class Kind : std::uint8_t { SoldLoan, BoughtLoan, Callback, Steps };
    Kind kind{Kind::Steps};
    const LoanSource* source{};
};

/// Parts of a million above one that the health factor keeps between steps without a loan.
inline constexpr std::uint32_t kStepMarginPpm = 5'000;
inline constexpr std::size_t kMostSteps = 8;
inline constexpr std::size_t kMostLegs = 4;
/// Sold beyond what closing a debt needs at the price expected: it must still close at a slightly worse one.
inline constexpr std::uint32_t kCloseBufferBps = 30;

/// Steps that stand before or behind the exchange, with what they do to the position.
struct Around {
    std::vector<guard::Step> steps;
    std::vector<Change> changes;
    BaseValue moved;
    std::string text;
};

struct Terms {
    std::string strategy;
    bool borrows{};   // takes new debt instead of collateral
    bool supplies{};  // gives to collateral instead of debt
    Funding funding;
    std::size_t venue{};     // by rank among those of the on-chain routes
    const Offer* offer{};    // sell exactly this instead
    bool closes_position{};  // sell until no debt is left, whatever the target
    U256 beyond;             // added to the target when sizing: what a first attempt fell short by
    Around before;
    Around after;
    VenueMemory* memory{};  // shared by the proposals of one situation; may be absent
};

/// Tries the assets of `sold` against those of `bought` in their order until the target is reached, and makes one plan
/// of it. NoPlan: "no-route", "no-effect", "price-impact", "flash-liquidity", "no-slack" (without a loan, at a health
/// factor that bears no step), "offer-size", a limit's or condition's gate, or the guard's or the protocol's refusal.
Proposal deal(const Situation& situation, const Terms& terms, const std::vector<const AssetPosition*>& sold,
              const std::vector<const AssetPosition*>& bought);

/// How the pair can be bridged, in the order of choosing: the callback, then loans as they are given (cheapest first),
/// of what is sold before what is bought; at last without any.
std::vector<Funding> fundings_for(const Situation& situation, const AssetPosition& sold, const AssetPosition& bought,
                                  bool supplies);

}  // namespace plimsoll::strategies
