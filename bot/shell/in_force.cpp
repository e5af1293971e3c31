// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/in_force.hpp"

#include <algorithm>

namespace plimsoll::bot {

config::Settings in_force(config::Settings filed, const std::vector<journal::WalletDry>& dry) {
    for (auto& wallet : filed.wallets) {
        const bool switched = std::any_of(dry.begin(), dry.end(),
                                          [&](const journal::WalletDry& one) { return one.wallet == wallet.name; });
        if (switched) wallet.mode = config::Mode::DryRun;
    }
    return filed;
}

std::unordered_set<std::string> live_subjects(const config::Settings& settings) {
    std::unordered_set<std::string> out;
    for (const auto& wallet : settings.wallets) {
        if (!settings.live(wallet)) continue;
        out.insert({"", wallet.name});
        for (const auto& position : wallet.positions) out.insert(position.name);
    }
    return out;
}

}  // namespace plimsoll::bot
