// SPDX-License-Identifier: Apache-2.0
// One key may act for several accounts, and uses one nonce at a time: the riskiest position goes first.
#include <algorithm>

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

bool Core::is_checking(std::size_t i) const {
    return positions[i].incident && positions[i].incident->check &&
           positions[i].incident->check->at.hash == follower.at().hash;
}

/// A check on this head that may take the lane before `i` does.
std::optional<std::size_t> Core::ahead_in_line(std::size_t i) const {
    const std::size_t sender = wallets[positions[i].wallet].sender;
    for (const auto other : checking_) {
        const WalletState& wallet = wallets[positions[other].wallet];
        if (other == i || wallet.sender != sender || !wallet.live || !is_checking(other)) continue;
        if (std::pair(positions[other].health(), other) < std::pair(positions[i].health(), i)) return other;
    }
    return std::nullopt;
}

Gate Core::lane_gate(std::size_t i) const {
    const WalletState& wallet = wallets[positions[i].wallet];
    const Lane& lane = senders[wallet.sender].lane;
    if (lane.busy()) return {"lane", false, "nonce " + lane.nonce_text() + " is in use", "free"};
    const auto other = wallet.live ? ahead_in_line(i) : std::nullopt;
    if (other) return {"lane", false, positions[*other].config.name + " is riskier and goes first", "free"};
    return {"lane", true, "free", "free"};
}

/// The check before them led to nothing: those that waited for it are looked at in this block still.
void Core::next_in_line(std::size_t sender) {
    if (senders[sender].lane.busy()) return;
    std::vector<std::size_t> waiting;
    for (const auto i : at_risk_) {
        const PositionState& position = positions[i];
        if (wallets[position.wallet].sender != sender || is_checking(i) || !position.last) continue;
        if (position.last->block.hash == follower.at().hash && position.last->reason == "lane") waiting.push_back(i);
    }
    std::stable_sort(waiting.begin(), waiting.end(),
                     [&](std::size_t a, std::size_t b) { return positions[a].health() < positions[b].health(); });
    for (const auto i : waiting) decide(i);
}

}  // namespace plimsoll::engine
