// SPDX-License-Identifier: Apache-2.0
#include "chain/types/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace plimsoll {

void check_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "plimsoll: invariant broken: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

}  // namespace plimsoll
