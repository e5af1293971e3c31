// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "chain/types/bytes.hpp"

namespace plimsoll::rpc {

/// What the EVM returned with a revert, as words: Error(string), Panic(uint256), the selector of a custom error, or
/// "no reason given".
std::string revert_text(ByteView data);

}  // namespace plimsoll::rpc
