// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace plimsoll {

extern const std::string_view kVersion;  // "0.1.0"
extern const std::string_view kCommit;   // abbreviated, with "-dirty" when the tree had changes; "unknown" without git

}  // namespace plimsoll
