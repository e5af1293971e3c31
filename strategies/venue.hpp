// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/dex/overlay.hpp"
#include "strategies/fair.hpp"

/// Where a sale is made, and what it brings there.
namespace plimsoll::strategies {

/// Ways to sell one asset for another: a division over routes at fixed shares, one route alone, or an aggregator's
/// offer. Selling an asset for itself needs no venue and loses nothing.
struct Venue {
    std::string name;  // for people: "2 routes", "pool 0x..", the aggregator's name
    std::vector<dex::Route> routes;
    std::vector<U256> shares;  // of each route, at about the size it was made for
    const Offer* offer{};
    bool itself{};
};

/// One swap of a sale, as it is handed to a router.
struct Fill {
    std::size_t route{};  // in Venue::routes
    U256 amount_in;
    U256 amount_out;  // expected
};

struct Sale {
    U256 amount_in;
    U256 amount_out;  // expected
    std::vector<Fill> fills;
    Gas gas{};
};

/// Where `amount` could be sold, best first, at most kVenues: a division over routes where it brings more than any
/// route alone, single routes with no pool in common, then offers for exactly this pair. Only through routers and
/// targets that the guard's policy allows; never through a pool in `avoid`.
std::vector<Venue> venues_for(const Situation& situation, const Address& from, const Address& to, const U256& amount,
                              const std::vector<Address>& avoid);
inline constexpr std::size_t kVenues = 5;

/// Answers of venues_for, kept while one situation is looked at from several sides: dividing a sale is what costs most.
class VenueMemory {
  public:
    const std::vector<Venue>& venues(const Situation& situation, const Address& from, const Address& to,
                                     const U256& amount, const std::vector<Address>& avoid);

  private:
    struct Entry {
        Address from;
        Address to;
        U256 amount;
        std::vector<Address> avoid;
        std::vector<Venue> venues;
    };
    static constexpr std::size_t kEntries = 32;
    std::vector<Entry> entries_;
};

/// The sale of `amount`; `pools` move, so that later sales of the same plan see it. nullopt when the venue cannot take
/// that much, or is an offer for another amount.
std::optional<Sale> sell(const Situation& situation, const Venue& venue, const U256& amount, dex::Overlay& pools);

/// The guard's steps of a sale. Each swap's least outcome is its share of `least`, which they add up to.
Result<std::vector<guard::Step>> swap_steps(const Situation& situation, const Venue& venue, const Sale& sale,
                                            const U256& least);

}  // namespace plimsoll::strategies
