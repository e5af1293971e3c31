// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/deal.hpp"

/// Inside of deal.hpp: its sizes, and the plan made of them.
namespace plimsoll::strategies {

/// Units that the accounting of a protocol may round off a withdrawal (Aave: the transfer of aTokens, then the
/// withdrawal); so many more are taken, and what is too much goes to the wallet.
inline constexpr U256 kTakenOver{2};

/// One pair of assets within a plan.
struct Leg {
    const AssetPosition* sold{};
    const AssetPosition* bought{};
    Venue venue;
    Sale sale;
    U256 least;       // what the sale must bring
    U256 fee_sold;    // of the loan, where that is of what is sold
    U256 loan;        // of what is bought: what the least outcome covers
    U256 fee_bought;  // of it
    bool whole{};     // all of the supply is taken
    bool closes{};    // all of the debt is repaid
    bool doubtful{};

    U256 over;  // taken beyond what is sold and due: kTakenOver of a withdrawal

    U256 taken() const { return checked_add(*checked_add(sale.amount_in, over), fee_sold).value_or(kU256Max); }
    U256 given() const { return saturating_sub(sale.amount_out, fee_bought); }
};

struct Legs {
    std::vector<Leg> legs;
    bool reached{};
    std::string shortfall;  // when not
    std::string excess;     // when above the band
};

Result<std::variant<Legs, NoPlan>> size_legs(const Situation& situation, const Terms& terms,
                                             const std::vector<const AssetPosition*>& sold,
                                             const std::vector<const AssetPosition*>& bought);

Result<Proposal> assemble(const Situation& situation, const Terms& terms, const Legs& legs);

/// Whether what a debt did not need of an asset is supplied; else it goes to the wallet.
bool goes_back(const Situation& situation, const AssetPosition& asset, const U256& amount);

Change take(const Terms& terms, const AssetPosition& asset, const U256& amount);
Change give(const Terms& terms, const AssetPosition& asset, const U256& amount);

}  // namespace plimsoll::strategies
