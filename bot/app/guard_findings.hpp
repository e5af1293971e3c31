// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bot/app/guard_desk.hpp"
#include "bot/app/online_checks.hpp"

namespace plimsoll::bot {

/// What stands on chain for one position against what is configured, in the order in which it is mended: the guard's
/// code, the policy, its end (a problem two weeks before) and budget, and what the account must have opened to the
/// guard.
std::vector<CheckLine> guard_findings(const GuardSubject& subject, const GuardStatus& status);

}  // namespace plimsoll::bot
