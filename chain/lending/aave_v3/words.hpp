// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/words.hpp"

namespace plimsoll::lending::aave_v3 {

using lending::call_data;
using lending::symbol_of;
using lending::to_word;
using lending::Words;

}  // namespace plimsoll::lending::aave_v3
