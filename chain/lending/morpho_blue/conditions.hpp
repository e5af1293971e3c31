// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "chain/lending/morpho_blue/view.hpp"

namespace plimsoll::lending::morpho_blue {

/// How much of either token the singleton holds.
std::vector<Call> condition_calls(const Terms& terms);
/// Morpho has no caps and no pauses: what is idle can be borrowed or withdrawn, and everything held lent for one
/// transaction, free of charge.
Result<Conditions> conditions_from(const View& view, const BlockRef& at, std::span<const CallResult> results);

/// Errc::Refused for a change that the conditions read at a block rule out.
Result<void> within(const Terms& terms, const Conditions& conditions, std::span<const Change> changes);

}  // namespace plimsoll::lending::morpho_blue
