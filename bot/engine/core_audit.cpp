// SPDX-License-Identifier: Apache-2.0
// Our figures against the contract's own, at the same block.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

void Core::want_audit(std::vector<ExtraRead>& reads, std::size_t i) {
    constexpr std::size_t kAuditsMax = 64;
    PositionState& position = positions[i];
    if (position.removed || reads.size() >= kAuditsMax || position.audit_asked == follower.at().hash) return;
    if (!follows_[position.market]) return;
    position.audit_asked = follower.at().hash;
    audit_due(i, follower.at().number + 1);  // until it agrees
    reads.push_back(
        {ExtraRead::Kind::Audit, position.market, i, 0, 0, {}, {market_at(position.market).audit_call(account_of(i))}});
}

void Core::audit_reads(std::vector<ExtraRead>& reads) {
    for (const auto s : lanes_) {  // proof of safety after a rescue
        const auto* step = senders[s].lane.step();
        if (step != nullptr && step->seen && senders[s].owner) want_audit(reads, *senders[s].owner);
    }
    const BlockNumber head = follower.at().number;
    for (const auto i : at_risk_) {
        if (positions[i].audit_due <= head || checks_late(i)) want_audit(reads, i);
    }
    // The longest due first, so that every account is audited once per interval; first audits come in the same way.
    for (std::size_t m = 0; m < audits_.size(); ++m) {
        if (!follows_[m]) continue;
        const std::size_t share =
            std::max<std::size_t>(1, (2 * audits_[m].size() + audit_interval() - 1) / audit_interval());
        std::vector<std::size_t> turn;
        for (const auto& [due, i] : audits_[m]) {
            if (due > head || turn.size() == share) break;
            turn.push_back(i);
        }
        for (const auto i : turn) want_audit(reads, i);
    }
}

/// A check of an earlier block is under way still, and may have to be used: it needs figures that agree since.
bool Core::checks_late(std::size_t i) const {
    const PositionState& position = positions[i];
    return position.unready_since && position.incident && position.incident->check && !is_checking(i);
}

bool Core::audited_since(const PositionState& position, const BlockRef& block) const {
    return !position.mismatch && position.agreed_at && *position.agreed_at >= block.number;
}

void Core::audit_due(std::size_t i, BlockNumber at) {
    PositionState& position = positions[i];
    auto& queue = audits_[position.market];
    queue.erase({position.audit_due, i});
    position.audit_due = at;
    if (!position.removed) queue.insert({at, i});
}

void Core::audited(std::size_t i, const Result<lending::Audit>& audit) {
    PositionState& position = positions[i];
    const std::string& name = position.config.name;
    if (!audit) {
        alerts_.raise(out, now, AlertLevel::Warning, "audit-failed", name,
                      "the contract's own account view cannot be read: " + audit.error().message);
        return;
    }
    alerts_.clear(out, "audit-failed", name, "the contract's account view can be read again");
    ++(audit->agrees ? audits_agreed : audits_differed);
    if (audit->agrees) {
        position.mismatch = false;
        position.agreed_at = follower.at().number;
        audit_due(i, follower.at().number + audit_interval());
        alerts_.clear(out, "audit-mismatch", name, "our figures agree with the contract's again");
        return;
    }
    position.mismatch = true;
    position.agreed_at.reset();
    audit_due(i, follower.at().number + 1);
    ++position.mismatches;
    position.differed_at = follower.at().number;
    alerts_.raise(out, now, AlertLevel::Critical, "audit-mismatch", name,
                  "block " + std::to_string(follower.at().number) + ": health factor " +
                      health_text(std::min(audit->theirs.health_factor, audit->ours.health_factor)) +
                      " by the worse of two: the contract says " + to_string(audit->theirs.health_factor) + ", debt " +
                      to_string(audit->theirs.debt) + "; we have " + to_string(audit->ours.health_factor) + ", " +
                      to_string(audit->ours.debt) + ": nothing is sent until they agree");
    read_anew(position.market);
}

void Core::read_anew(std::size_t market) {
    constexpr BlockNumber kResetEvery = 16;  // a market that stays wrong is not read anew every block
    BlockNumber& last = reset_at_[market];
    if (last != 0 && follower.at().number < last + kResetEvery) return;
    last = follower.at().number;
    follower.resync(market);
    evaluated_ = {};
}

}  // namespace plimsoll::engine
