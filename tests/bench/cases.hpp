// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/samples.hpp"

namespace plimsoll::bench {

/// What nothing can be faster than: one signature, one parse of a header, one Keccak.
void floor_cases(const Scale& scale);
/// Health factors of accounts with four reserves, and what watching them takes in memory.
void health_cases(const Scale& scale);

}  // namespace plimsoll::bench
