// SPDX-License-Identifier: Apache-2.0
// One key may act for several accounts, and uses one nonce at a time: the riskiest position goes first.
#include <algorithm>

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

void Core::take_grace(const ExtraRead& read, const CallResult& result) {
    const auto until = erc20::amount(result);
    Timestamp& known = positions[read.position].grace[read.asset];
    known = until && until->value.fits_u64() ? until->value.low_u64() : 0;
}

/// A liquidation takes one collateral for one debt, neither of which may be in its grace: the pair whose time is over
/// first counts. Zero: nothing of the kind.
Timestamp Core::sheltered_until(std::size_t i) const {
    const PositionState& position = positions[i];
    if (std::all_of(position.grace.begin(), position.grace.end(), [](const auto& it) { return it.second == 0; }))
        return 0;
    const auto view = market_at(position.market).position(account_of(i), follower.at().timestamp);
    if (!view) return 0;
    std::optional<Timestamp> collateral;
    std::optional<Timestamp> debt;
    for (const auto& asset : view->assets) {
        const auto known = position.grace.find(asset.asset);
        const Timestamp until = known == position.grace.end() ? 0 : known->second;
        if (asset.collateral && !asset.supplied.is_zero()) collateral = std::min(collateral.value_or(until), until);
        if (!asset.debt.is_zero()) debt = std::min(debt.value_or(until), until);
    }
    const Timestamp until = std::max(collateral.value_or(0), debt.value_or(0));
    return until >= inclusion_time() ? until : 0;
}

/// Whose turn comes first: who can be liquidated now before who is in a grace period, and then by health factor. Who is
/// in one is rescued all the same.
Core::Risk Core::risk_of(std::size_t i) const {
    return {sheltered_until(i) != 0, positions[i].health()};
}

void Core::sort_by_risk(std::vector<std::size_t>& order) const {
    std::vector<std::pair<Risk, std::size_t>> known;
    known.reserve(order.size());
    for (const auto i : order) known.emplace_back(risk_of(i), i);
    std::stable_sort(known.begin(), known.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::transform(known.begin(), known.end(), order.begin(), [](const auto& one) { return one.second; });
}

bool Core::is_checking(std::size_t i) const {
    return positions[i].incident && positions[i].incident->check &&
           positions[i].incident->check->at.hash == follower.at().hash;
}

/// A check on this head that may take the lane before `i` does.
std::optional<std::size_t> Core::ahead_in_line(std::size_t i) const {
    const std::size_t sender = wallets[positions[i].wallet].sender;
    const auto own = std::pair(risk_of(i), i);
    for (const auto other : checking_) {
        const WalletState& wallet = wallets[positions[other].wallet];
        if (other == i || wallet.sender != sender || !wallet.live || !is_checking(other)) continue;
        if (std::pair(risk_of(other), other) < own) return other;
    }
    return std::nullopt;
}

/// What holds the nonce is of no rescue under way, such as an allowance that is given ahead, or a rescue that waits in
/// the pools while its position has recovered.
bool Core::keeps_house(const SenderState& sender) const {
    const Lane::Step* step = sender.lane.step();
    if (step == nullptr || step->attempts.empty()) return false;
    const Lane::Attempt& attempt = step->seen ? step->attempts[step->seen->attempt] : step->attempts.back();
    if (attempt.purpose == Purpose::Rescue) return !step->seen && recovered(sender, attempt.position);
    if (attempt.purpose == Purpose::Prepare || !sender.owner) return true;
    const PositionState& owner = positions[*sender.owner];
    const bool prepares = owner.incident && owner.incident->prepares;
    return prepares || owner.level != Level::AtRisk || attempt.position != owner.config.name;
}

/// It is safe at the newest block without what waits for it.
bool Core::recovered(const SenderState& sender, const std::string& position) const {
    if (!sender.owner || positions[*sender.owner].config.name != position) return false;
    const PositionState& owner = positions[*sender.owner];
    return owner.level != Level::AtRisk && owner.evaluated == follower.at().hash;
}

/// A rescue of any position takes the nonce over, and does not wait for what has it.
bool Core::gives_way(const SenderState& sender) const {
    return sender.lane.replaceable() && keeps_house(sender);
}

/// An ended transaction of this position that a reorganisation took out of its block, and that no block takes since:
/// its fees are too low now, or pools have lost it. Only what does the same may have its nonce: both may be waiting in
/// pools when all that followed is taken out too, and whichever is included must leave the rest right.
bool Core::stranded(std::size_t i) const {
    const SenderState& sender = sender_of(i);
    if (!sender.lane.yields() || canon.empty()) return false;
    const Lane::Step& step = *sender.lane.step();
    return step.attempts[step.to_send()].position == positions[i].config.name &&
           canon.head().number >= step.attempts.back().since + std::max(config.replace_after, 1U);
}

bool Core::outbids(std::size_t i, Purpose purpose) const {
    if (!stranded(i)) return false;
    const Lane::Step& step = *sender_of(i).lane.step();
    return step.attempts[step.to_send()].purpose == purpose;
}

/// A position in danger waits for this key.
bool Core::awaited(std::size_t sender) const {
    return std::any_of(at_risk_.begin(), at_risk_.end(), [&](std::size_t i) {
        return wallets[positions[i].wallet].sender == sender && wallets[positions[i].wallet].live;
    });
}

/// The nonce in flight is that of `i` from now on. Whose it was begins anew when no rescue needs the key.
void Core::take_over(std::size_t i) {
    SenderState& sender = sender_of(i);
    if (sender.owner && sender.owner != i) {
        PositionState& before = positions[*sender.owner];
        before.incident.reset();
        before.prepared_ms.reset();
    }
    sender.owner = i;
    ++positions[i].incident->steps;
    quieten(sender);
}

Gate Core::lane_gate(std::size_t i) const {
    const WalletState& wallet = wallets[positions[i].wallet];
    const Lane& lane = senders[wallet.sender].lane;
    const bool free = !lane.busy() || gives_way(senders[wallet.sender]) || stranded(i);
    if (!free) return {"lane", false, "nonce " + lane.nonce_text() + " is in use", "free"};
    const auto other = wallet.live ? ahead_in_line(i) : std::nullopt;
    if (other) return {"lane", false, positions[*other].config.name + " is riskier and goes first", "free"};
    return {"lane", true, lane.busy() ? "nonce " + lane.nonce_text() + " is taken over" : "free", "free"};
}

/// The check before them led to nothing: those that waited for it are looked at in this block still.
void Core::next_in_line(std::size_t sender) {
    if (senders[sender].lane.busy() && !gives_way(senders[sender])) return;
    std::vector<std::size_t> waiting;
    for (const auto i : at_risk_) {
        const PositionState& position = positions[i];
        if (wallets[position.wallet].sender != sender || is_checking(i) || !position.last) continue;
        if (position.last->block.hash == follower.at().hash && position.last->reason == "lane") waiting.push_back(i);
    }
    sort_by_risk(waiting);
    for (const auto i : waiting) decide(i);
}

}  // namespace plimsoll::engine
