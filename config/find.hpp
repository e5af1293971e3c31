// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

#include "config/settings.hpp"

namespace plimsoll::config {

/// The chain, market, wallet or other thing of this name; nullptr without one.
template <class Named>
const Named* find_named(const std::vector<Named>& list, std::string_view name) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const Named& one) { return one.name == name; });
    return found == list.end() ? nullptr : &*found;
}

/// Of whichever wallet.
inline const Position* find_position(const Settings& settings, std::string_view name) {
    for (const auto& wallet : settings.wallets) {
        if (const auto* found = find_named(wallet.positions, name)) return found;
    }
    return nullptr;
}

}  // namespace plimsoll::config
