// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "chain/types/quantity.hpp"

namespace plimsoll::bot::init {

/// The owner's three levels as health factors, 1e18 scaled.
struct Levels {
    Wad warn;
    Wad trigger;
    Wad target;

    bool operator==(const Levels&) const = default;
};

/// Levels for a position as it stands. The trigger is 1.25, or three fifths of the way from liquidation to where it
/// stands now when that is less: a loop at 1.05 is not sold down to 1.60 on its first day. It is never nearer to
/// liquidation than `least_bps` of the price; what stands below that is rescued at once. The target is as far above the
/// trigger as restores about what there is now, the warning half-way between trigger and now, at most 0.15 above.
/// `health` of kU256Max (no debt) gives the usual 1.25 and 1.45.
Levels propose(Wad health, std::uint32_t least_bps);

/// The levels around what the owner has chosen of them; zero: not chosen. The target stays above the trigger.
Levels around(const Levels& proposed, Wad trigger, Wad target);

}  // namespace plimsoll::bot::init
