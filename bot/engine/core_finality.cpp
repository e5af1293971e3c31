// SPDX-License-Identifier: Apache-2.0
// Blocks that cannot be replaced any more: how long what was included is watched, and what happens when they are.
#include "bot/engine/core.hpp"

namespace plimsoll::engine {

void Core::on(const FinalityTold& event) {
    const bool first = !finality_told_ || event.known != final_.known;
    finality_told_ = true;
    final_ = event;
    for (auto& sender : senders) sender.lane.set_final(event.number, config.finality);
    if (first && !event.known)
        AlertBook::tell(out, AlertLevel::Info, "final-unknown", "",
                        "the nodes name no final blocks: " + std::to_string(config.finality) +
                            " blocks on top of one count as that");
    if (!event.violated.empty())
        alerts_.raise(out, now, AlertLevel::Critical, "finality-violated", "",
                      event.violated + ": nothing new is spent until a second node says so");
    regain_finality();
}

/// The newest block that nothing replaces any more: as the nodes say, or by its depth where they name none.
BlockNumber Core::final_number() const {
    if (final_.number != 0) return final_.number;
    return highest_ > config.finality ? highest_ - config.finality : 0;
}

/// The feed goes back below what was final, to a branch that may not have it or to a node that is far behind.
void Core::doubt_finality(BlockNumber above) {
    const bool held = final_.number == 0 || canon.standing(final_.number, final_.hash) == Canon::Standing::Canonical;
    if (!held && finality_broken_.empty()) return;
    finality_broken_ = "blocks above " + std::to_string(above) + " are replaced, and block " +
                       std::to_string(final_number()) + " was final";
    alerts_.raise(out, now, AlertLevel::Critical, "finality-violated", "",
                  finality_broken_ + ": nothing new is spent on this branch");
}

/// The chain that is followed holds the final block again, or another one that nodes agree on; where they name none, it
/// is as high as what was followed before.
void Core::regain_finality() {
    const bool high = !canon.empty() && canon.head().number >= highest_;
    if (final_.number == 0 ? high : canon.standing(final_.number, final_.hash) == Canon::Standing::Canonical)
        finality_broken_.clear();
    if (finality_broken_.empty() && final_.violated.empty())
        alerts_.clear(out, "finality-violated", "", "the chain that is followed holds what is final");
}

Gate Core::finality_gate() const {
    const std::string& why = final_.violated.empty() ? finality_broken_ : final_.violated;
    return {"finality", why.empty(), why.empty() ? "kept" : why, "what was final stays, or two nodes agree"};
}

}  // namespace plimsoll::engine
