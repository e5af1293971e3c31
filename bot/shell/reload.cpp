// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/reload.hpp"

#include <algorithm>

namespace plimsoll::bot {

namespace {

const config::Wallet* find(const config::Settings& settings, const std::string& name) {
    const auto found = std::find_if(settings.wallets.begin(), settings.wallets.end(),
                                    [&](const config::Wallet& wallet) { return wallet.name == name; });
    return found == settings.wallets.end() ? nullptr : &*found;
}

std::string wallet_needs(const config::Settings& now, const config::Settings& next, const config::Wallet& wallet) {
    const auto* old = find(now, wallet.name);
    const std::string place = "[wallet." + wallet.name + "] ";
    if (next.live(wallet) && (old == nullptr || !now.live(*old))) return place + "goes live: restart to open its key";
    if (old == nullptr) return {};
    if (old->address != wallet.address) return place + "has another address: restart";
    if (next.live(wallet) && old->signer != wallet.signer) return place + "has another signer: restart";
    if (old->guard != wallet.guard) return place + "has another kind of guard: restart";
    return {};
}

}  // namespace

std::string restart_needed(const config::Settings& now, const config::Settings& next) {
    if (now.daemon != next.daemon) return "[daemon] has changed: restart";
    if (now.chains != next.chains) return "a [chain] has changed: restart";
    if (now.markets != next.markets) return "a [market] has changed: restart";
    if (now.lenders != next.lenders) return "a [lender] has changed: restart";
    if (now.pools != next.pools) return "a [pool] has changed: restart";
    if (now.routers != next.routers) return "a [router] has changed: restart";
    if (now.aggregators != next.aggregators) return "an [aggregator] has changed: restart";
    for (const auto& wallet : next.wallets) {
        if (auto reason = wallet_needs(now, next, wallet); !reason.empty()) return reason;
    }
    return {};
}

}  // namespace plimsoll::bot
