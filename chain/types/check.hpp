// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace plimsoll {

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace plimsoll

/// A broken invariant ends the process, in release too: acting on a state that cannot be is worse than stopping.
#define CHECK_INVARIANT(...) \
    (static_cast<bool>(__VA_ARGS__) ? void() : ::plimsoll::check_failed(#__VA_ARGS__, __FILE__, __LINE__))
