// SPDX-License-Identifier: Apache-2.0
// What the market's owners have decided and not carried out yet: each payload in their queue is simulated at the time
// from which it may be executed, and whoever it lowers is told while there is time.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

constexpr std::int64_t kEveryMs = 300'000;
constexpr std::size_t kAccounts = 32;    // in one simulation: two audits of each fit a node's 50 million gas
constexpr std::size_t kSimulations = 8;  // of one payload: the accounts with the lowest health factors
const std::string kQueued = "payload-queued";
const std::string kUnread = "payload-unread";

std::string in_text(Timestamp from, std::int64_t now_ms) {
    const auto now = static_cast<Timestamp>(now_ms / 1'000);
    if (from <= now) return "now";
    const std::uint64_t minutes = (from - now + 59) / 60;
    return "in " + std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

}  // namespace

void Core::payload_reads(std::vector<ExtraRead>& reads) {
    for (std::size_t m = 0; m < follower.size(); ++m) {
        const auto& governance = config.markets[m].governance;
        PayloadReads& known = payload_reads_[m];
        const bool due = !known.asked_ms || now < *known.asked_ms || now >= *known.asked_ms + kEveryMs;
        if (!governance || !due || !follows_[m]) continue;
        known.asked_ms = now;
        reads.push_back(
            {ExtraRead::Kind::Payloads, m, 0, 0, known.count, {}, lending::payload_calls(*governance, known.count)});
    }
}

void Core::take_payloads(const ExtraAnswer& answer) {
    const std::size_t m = answer.read.market;
    const std::string& market = config.markets[m].name;
    PayloadReads& known = payload_reads_[m];
    const auto queue = lending::payload_queue(answer.read.index, answer.results);
    if (!queue) {
        alerts_.raise(out, now, AlertLevel::Warning, kUnread, market,
                      "the queue of its governance at " + to_string(*config.markets[m].governance) +
                          " cannot be read: " + queue.error().message);
        return;
    }
    if (queue->count != known.count) {
        known.count = queue->count;
        known.asked_ms.reset();  // the newest are read with the next block
        return;
    }
    const auto in_queue = [&](std::uint64_t id) {
        return std::any_of(queue->queued.begin(), queue->queued.end(), [&](const auto& one) { return one.id == id; });
    };
    std::erase_if(known.lowered, [&](const auto& entry) { return !in_queue(entry.first); });
    report_payloads(m);
    if (queue->queued.empty()) alerts_.clear(out, kUnread, market, "its governance's queue is empty");
    for (const auto& payload : queue->queued) try_payload(m, payload);
}

void Core::try_payload(std::size_t m, const lending::QueuedPayload& payload) {
    std::vector<std::size_t> some;
    for (const auto i : local_[m]) {
        if (!positions[i].removed && positions[i].health().value != kU256Max) some.push_back(i);
    }
    std::stable_sort(some.begin(), some.end(),
                     [&](std::size_t a, std::size_t b) { return positions[a].health() < positions[b].health(); });
    some.resize(std::min(some.size(), kAccounts * kSimulations));
    for (std::size_t begin = 0; begin < some.size(); begin += kAccounts) {
        const auto first = some.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = some.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kAccounts, some.size()));
        PayloadTrial trial{m, payload, {first, last}};
        std::vector<Call> audits;
        for (const auto i : trial.positions) audits.push_back(market_at(m).audit_call(account_of(i)));
        Simulate simulate{out.next(),
                          account_of(trial.positions.front()),
                          follower.at(),
                          audits,
                          {lending::execute_payload(*config.markets[m].governance, payload.id)},
                          audits,
                          true};
        if (payload.from > follower.at().timestamp) simulate.time = payload.from;
        payload_trials_.emplace(simulate.id, std::move(trial));
        out.put(std::move(simulate));
    }
}

/// Whether it is the answer to such a simulation.
bool Core::tried_payload(const SimulationDone& event) {
    const auto found = payload_trials_.find(event.id);
    if (found == payload_trials_.end()) return false;
    const PayloadTrial trial = std::move(found->second);
    payload_trials_.erase(found);
    const std::string& market = config.markets[trial.market].name;
    const bool ran = event.error.empty() && event.calls.size() == 1 && event.calls.front().success;
    if (!ran) {
        alerts_.raise(out, now, AlertLevel::Warning, kUnread, market,
                      "payload " + std::to_string(trial.payload.id) + " of its governance, which may be executed " +
                          in_text(trial.payload.from, now) + ", cannot be simulated: " +
                          (event.error.empty() ? "it reverts, or the node does not set a block's time" : event.error));
        return true;
    }
    alerts_.clear(out, kUnread, market, "its governance's queue can be simulated");
    auto& lowered = payload_reads_[trial.market].lowered[trial.payload.id];
    for (std::size_t n = 0; n < trial.positions.size(); ++n) {
        const std::size_t i = trial.positions[n];
        const Timestamp at = std::max(trial.payload.from, follower.at().timestamp);
        const auto theirs = [&](const std::vector<CallResult>& results) {
            return market_at(trial.market).theirs(account_of(i), at, results[n]);
        };
        if (n >= event.before.size() || n >= event.after.size()) break;
        const auto before = theirs(event.before);
        const auto after = theirs(event.after);
        if (before && after && after->health_factor < before->health_factor)
            lowered[i] = {trial.payload, before->health_factor, after->health_factor};
        else
            lowered.erase(i);
    }
    report_payloads(trial.market);
    return true;
}

/// For each position the payload that takes it lowest.
void Core::report_payloads(std::size_t m) {
    std::map<std::size_t, PayloadReads::Effect> worst;
    for (const auto& [id, effects] : payload_reads_[m].lowered) {
        for (const auto& [i, effect] : effects) {
            const auto [at, fresh] = worst.emplace(i, effect);
            if (!fresh && effect.after < at->second.after) at->second = effect;
        }
    }
    std::erase_if(payload_reads_[m].told, [&](std::size_t i) {
        if (worst.contains(i) && !positions[i].removed) return false;
        alerts_.clear(out, kQueued, positions[i].config.name,
                      "no payload in the queue lowers its health factor any more");
        return true;
    });
    for (const auto& [i, effect] : worst) {
        if (positions[i].removed) continue;
        payload_reads_[m].told.insert(i);
        const auto& position = positions[i].config;
        const auto& [payload, before, after] = effect;
        const bool acts = after < position.trigger;
        alerts_.raise(out, now, acts ? AlertLevel::Critical : AlertLevel::Warning, kQueued, position.name,
                      "payload " + std::to_string(payload.id) + " of the market's governance may be executed " +
                          in_text(payload.from, now) + " and takes the health factor from " + health_text(before) +
                          " to " + health_text(after) +
                          (acts ? ", below the trigger " + health_text(position.trigger) : std::string()));
    }
}

}  // namespace plimsoll::engine
