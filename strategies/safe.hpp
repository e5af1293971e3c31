// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chain/types/address.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::guard {

/// Of an account that is a Safe: whether the guard is one of its modules, and who its owners are. Source: safe-global's
/// ModuleManager and OwnerManager, 1.3.0 and 1.4.1.
std::vector<Call> safe_calls(const Address& account, const Address& guard);

}  // namespace plimsoll::guard
