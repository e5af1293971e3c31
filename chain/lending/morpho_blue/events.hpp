// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/morpho_blue/store.hpp"

namespace plimsoll::lending::morpho_blue {

/// What one log of the state's block does to the state. Amounts in events are those that Morpho added and subtracted,
/// so nothing has to be read again. Errc::Decode if the log has not the form of its event, Errc::Mismatch if it
/// contradicts what we hold.
Result<void> apply_log(Store& store, const Log& log);

}  // namespace plimsoll::lending::morpho_blue
