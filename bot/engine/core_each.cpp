// SPDX-License-Identifier: Apache-2.0
// What other nodes say of the same positions at the same block. The worse reading alarms and is planned for; spending
// needs a majority for our own figures, or after some blocks the guard, which measures for itself. A price that jumps
// is asked of a second node first.
#include <algorithm>
#include <fmt/format.h>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

constexpr std::uint64_t kJumpBps = 500;     // within one block
constexpr BlockNumber kJumpBlocks = 2;      // for which a second node's word on it is waited for
constexpr BlockNumber kMajorityBlocks = 5;  // for which a majority is waited for
constexpr std::size_t kPositionsMax = 64;   // per question
constexpr std::size_t kQuestionsMax = 3;    // under way
constexpr std::int64_t kTurnMs = 30'000;    // between questions about positions that are well
constexpr std::size_t kTurn = 16;           // of which so many are asked of at once
const std::string kDiffer = "nodes-differ";
const std::string kJump = "jump-unconfirmed";

std::uint64_t moved_bps(const Price& from, const Price& to) {
    const U256& low = std::min(from, to).value;
    const U256& high = std::max(from, to).value;
    const auto bps = mul_div_down(saturating_sub(high, low), U256{10'000}, from.value);
    return bps && *bps < U256{1'000'000} ? bps->low_u64() : 1'000'000;
}

std::string percent_text(std::uint64_t bps) {
    return fmt::format("{}.{:02} %", bps / 100, bps % 100);
}

/// Near liquidation a block may cost more than a rescue that was not needed.
bool waited_for(const PositionState& position, const PriceJump& jump, BlockNumber head) {
    return head >= jump.at + (position.near_liquidation() ? 1 : kJumpBlocks);
}

}  // namespace

void Core::note_jumps(std::size_t m) {
    std::map<Address, Price> seen;
    for (const auto& use : ahead_[m].uses) {
        seen.emplace(use.asset, use.price);
        const auto before = prices_seen_[m].find(use.asset);
        if (before == prices_seen_[m].end() || before->second.is_zero()) continue;
        const std::uint64_t bps = moved_bps(before->second, use.price);
        if (bps > kJumpBps) jumps_[m] = PriceJump{follower.at().number, use.symbol, bps};
    }
    prices_seen_[m] = std::move(seen);
}

/// Those in danger or in doubt at every block, the others in turn.
std::vector<std::size_t> Core::whom_to_ask_of() {
    std::vector<std::size_t> whom;
    const auto want = [&](std::size_t i) {
        const PositionState& position = positions[i];
        const bool known = std::find(whom.begin(), whom.end(), i) != whom.end();
        if (!known && !position.removed && follows_[position.market] && whom.size() < kPositionsMax) whom.push_back(i);
    };
    for (const auto* some : {&at_risk_, &differing_, &warned_}) {
        for (const auto i : by_risk(*some)) want(i);
    }
    if (positions.empty() || (turn_ms_ && now - *turn_ms_ < kTurnMs && now >= *turn_ms_)) return whom;
    turn_ms_ = now;
    for (std::size_t n = 0; n < std::min(kTurn, positions.size()); ++n) {
        turn_ = (turn_ + 1) % positions.size();
        want(turn_);
    }
    return whom;
}

void Core::ask_each() {
    if (alone_ || asked_each_.size() >= kQuestionsMax) return;
    AskedOf asked{follower.at(), whom_to_ask_of()};
    if (asked.positions.empty()) return;
    AskEach ask{out.next(), asked.at, {}};
    for (const auto i : asked.positions) ask.calls.push_back(market_at(positions[i].market).audit_call(account_of(i)));
    asked_each_.emplace(ask.id, std::move(asked));
    out.put(std::move(ask));
}

void Core::on(const EachTold& event) {
    const auto found = asked_each_.find(event.id);
    if (found == asked_each_.end()) return;
    const AskedOf asked = std::move(found->second);
    asked_each_.erase(found);
    alone_ = event.told.size() < 2;
    std::vector<const EachTold::Account*> nodes;  // that said something
    for (const auto& one : event.told) {
        if (one.error.empty() && one.results.size() == asked.positions.size()) nodes.push_back(&one);
    }
    if (nodes.size() >= 2 && canon.standing(asked.at.number, asked.at.hash) == Canon::Standing::Canonical) {
        for (std::size_t n = 0; n < asked.positions.size(); ++n) {
            if (!positions[asked.positions[n]].removed) compare(asked.positions[n], asked.at, nodes, n);
        }
    }
    if (evaluated_ == follower.at().hash) decide_all();
    pump();
}

/// Answer number `n` of each node is about this position.
void Core::compare(std::size_t i, const BlockRef& at, const std::vector<const EachTold::Account*>& nodes,
                   std::size_t n) {
    const auto like = [n](const EachTold::Account* node) {
        return [node, n](const EachTold::Account* other) { return other->results[n] == node->results[n]; };
    };
    if (std::all_of(nodes.begin(), nodes.end(), like(nodes.front()))) return seconded(i, at.number);
    PositionState& position = positions[i];
    // Whose word is ours can be told only by the state of that block; the next one is asked about anyway.
    if (at.hash != follower.at().hash || !follower.in_sync(position.market)) {
        differing_.insert(i);
        alerts_.raise(out, now, AlertLevel::Critical, kDiffer, position.config.name,
                      fmt::format("block {}: nodes do not say the same of it; whose word is ours shows at the next one",
                                  at.number));
        return;
    }
    NodesDiffer differ{0, 0, position.differ ? position.differ->since : at.number};
    std::optional<Wad> lowest;
    bool outvoted = false;
    std::string others;
    for (const auto* node : nodes) {
        const auto audit = market_at(position.market).audit(account_of(i), at, node->results[n]);
        if (audit && audit->agrees) {
            ++differ.with_us;
            continue;
        }
        ++differ.against;
        const auto same = static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), like(node)));
        outvoted = outvoted || 2 * same > nodes.size();
        others += (others.empty() ? "" : ", ") + node->node +
                  (audit ? " reads " + health_text(audit->theirs.health_factor) : " cannot be understood");
        if (!audit) continue;
        lowest = std::min(lowest.value_or(audit->theirs.health_factor), audit->theirs.health_factor);
    }
    if (differ.with_us >= 2) position.seconded_at = at.number;
    position.differ = differ;
    position.health_told = lowest && *lowest < position.health_own() ? lowest : std::nullopt;
    differing_.insert(i);
    alerts_.raise(out, now, AlertLevel::Critical, kDiffer, position.config.name,
                  fmt::format("block {}: nodes do not say the same of it: {} of {} agree with our health factor {}; {}",
                              at.number, differ.with_us, nodes.size(), health_text(position.health_own()), others));
    if (outvoted) read_anew(position.market);
    judged(i);
}

void Core::seconded(std::size_t i, BlockNumber at) {
    PositionState& position = positions[i];
    position.seconded_at = std::max(position.seconded_at.value_or(at), at);
    alerts_.clear(out, kJump, position.config.name, "a second node says the same");
    if (differing_.erase(i) == 0) return;
    alerts_.clear(out, kDiffer, position.config.name, "the nodes say the same of it again");
    position.differ.reset();
    position.health_told.reset();
    judged(i);
}

/// What is thought of it may be different now.
void Core::judged(std::size_t i) {
    const PositionState& position = positions[i];
    screens_[position.market].changed(position.local);
    if (follower.in_sync(position.market) && evaluated_ == follower.at().hash) evaluate(i);
}

const PriceJump* Core::unseconded(std::size_t i) const {
    const PositionState& position = positions[i];
    const auto& jump = jumps_[position.market];
    if (alone_ || !jump || (position.seconded_at && *position.seconded_at >= jump->at)) return nullptr;
    return &*jump;
}

/// Nobody has said in time whether it is so.
void Core::report_jumps() {
    constexpr BlockNumber kTold = 10;
    for (const auto i : at_risk_) {
        const auto* jump = unseconded(i);
        if (jump == nullptr || !waited_for(positions[i], *jump, follower.at().number)) continue;
        if (follower.at().number >= jump->at + kTold) continue;
        alerts_.raise(out, now, AlertLevel::Critical, kJump, positions[i].config.name,
                      fmt::format("the price of {} moved by {} in block {}, and no second node has said so since: it "
                                  "is acted on all the same",
                                  jump->symbol, percent_text(jump->bps), jump->at));
    }
}

Gate Core::second_node_gate(std::size_t i) const {
    const auto* jump = unseconded(i);
    Gate gate{"second-node", true, "no price jumped",
              "a second node says the same, or two blocks pass; near liquidation one"};
    if (jump == nullptr) return gate;
    gate.measured = fmt::format("{} moved by {} in block {}", jump->symbol, percent_text(jump->bps), jump->at);
    gate.passed = waited_for(positions[i], *jump, follower.at().number);
    return gate;
}

Gate Core::majority_gate(std::size_t i) const {
    const PositionState& position = positions[i];
    Gate gate{"majority", true, "nodes agree", "more nodes than not agree with our figures"};
    if (!position.differ) return gate;
    const NodesDiffer& differ = *position.differ;
    gate.measured = fmt::format("{} of {} nodes agree with our health factor {}", differ.with_us,
                                differ.with_us + differ.against, health_text(position.health_own()));
    const bool ours = position.health_own() < position.config.trigger;
    if (!ours) gate.required = "our own figures below the trigger too";
    gate.passed = ours && (differ.with_us > differ.against || follower.at().number >= differ.since + kMajorityBlocks);
    return gate;
}

}  // namespace plimsoll::engine
