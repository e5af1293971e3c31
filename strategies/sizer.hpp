// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/cap.hpp"
#include "strategies/legs.hpp"

/// Inside of legs.hpp: one pair after the other, each seen by the next. Not for use elsewhere.
namespace plimsoll::strategies {

using Sized = std::variant<Leg, NoPlan>;

class Sizer {
  public:
    Sizer(const Situation& s, const Terms& terms)
        : s_(s),
          terms_(terms),
          pools_(pools_of(s)),
          done_(terms.before.changes),
          moved_(terms.before.moved.value),
          target_{checked_add(s.target.value, terms.beyond).value_or(s.target.value)} {}

    Result<std::variant<Legs, NoPlan>> run(const std::vector<const AssetPosition*>& sold,
                                           const std::vector<const AssetPosition*>& bought);

  private:
    Result<Sized> size(const AssetPosition& sold, const AssetPosition& bought);
    Cap cap_of(const AssetPosition& sold, const AssetPosition& bought) const;
    /// The loan's fee in parts of a million, where the loan is of what this pair sells; nullopt where it is not.
    std::optional<std::uint32_t> lent(const AssetPosition& sold) const {
        const bool is = terms_.funding.kind == Funding::Kind::SoldLoan && terms_.funding.source->asset == sold.asset;
        return is ? std::optional(terms_.funding.source->fee_ppm) : std::nullopt;
    }
    std::optional<Venue> venue_for(const AssetPosition& sold, const AssetPosition& bought, const U256& amount) const;
    Result<bool> price(Leg& leg, const U256& amount, dex::Overlay& pools) const;
    Result<std::optional<Wad>> health(const Leg& like, const U256& amount, Leg& out) const;
    Result<std::optional<U256>> guess_for(const Leg& like, const U256& sample) const;
    Result<std::optional<NoPlan>> bound_impact(Leg& leg);
    NoPlan too_dear(const Leg& leg) const;
    bool goes_on(const AssetPosition& bought) const;
    Result<void> bound_debt(const Leg& leg, Cap& cap);
    Result<bool> close_debt(Leg& leg, const Cap& cap, bool needed);
    U256 taken_of(const AssetPosition& asset) const;
    U256 borrowed() const;
    U256 owed(const AssetPosition& bought) const;
    Result<U256> closing(const AssetPosition& bought);
    bool may_close(const AssetPosition& bought) const;
    Result<void> keep(Leg leg);
    Result<std::optional<NoPlan>> size_to_target(Leg& leg, Cap cap);
    Result<std::optional<NoPlan>> size_offer(Leg& leg, const Cap& cap);

    const Situation& s_;
    const Terms& terms_;
    dex::Overlay pools_;  // as the legs so far leave them
    std::vector<Change> done_;
    AccountSummary now_;
    U256 moved_;
    Wad target_;
    Legs out_;
    std::optional<lending::Position> later_;
};

}  // namespace plimsoll::strategies
