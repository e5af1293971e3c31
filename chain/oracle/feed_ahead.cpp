// SPDX-License-Identifier: Apache-2.0
// Where a price is going: what the feeds behind it say to everybody already.
#include <algorithm>

#include "chain/oracle/feed_book.hpp"

namespace plimsoll::oracle {

bool FeedBook::too_far(const U256& next, const U256& now) {
    const U256 apart = next > now ? saturating_sub(next, now) : saturating_sub(now, next);
    return shift_right(now, 1) < apart;
}

bool FeedBook::is_old(const Address& feed, const Round& round, bool usual) const {
    const auto* rules = rules_of(feed);
    std::uint64_t heartbeat = rules != nullptr ? rules->heartbeat : 0;
    if (heartbeat == 0 && usual) heartbeat = kUsualHeartbeat;
    if (heartbeat == 0) return false;
    const std::uint64_t grace = rules != nullptr ? rules->grace : FeedRules::kGrace;
    return at_.timestamp > round.updated_at && at_.timestamp - round.updated_at > heartbeat + grace;
}

/// The round that everybody can see before this feed repeats it; nullptr when there is none that may be believed.
const Round* FeedBook::public_round(const Address& of, const Node& entry) const {
    if (!entry.round || !entry.round->positive() || other_decimals_.contains(of)) return nullptr;
    const auto sane = [&](const Address& feed, const Round& round) {
        return round.positive() && round.updated_at != 0 && round.updated_at <= at_.timestamp &&
               round.updated_at >= entry.round->updated_at && !is_old(feed, round, true) &&
               !too_far(round.answer.word, entry.round->answer.word);
    };
    if (const auto* rules = rules_of(of); rules != nullptr && rules->public_feed) {
        const Node* other = node(*rules->public_feed);
        const bool known = other != nullptr && other->round && other->read_at == entry.read_at;
        if (!known || other->decimals != entry.decimals || other_decimals_.contains(*rules->public_feed) ||
            untimely_.contains(*rules->public_feed))
            return nullptr;
        return sane(*rules->public_feed, *other->round) ? &*other->round : nullptr;
    }
    return entry.behind && sane(of, *entry.behind) ? &*entry.behind : nullptr;
}

/// The round that a pending transaction gives this feed, or the public one that it repeats. It was shown by the feed's
/// own contract, so that however far it is away it will be what is read.
const Round* FeedBook::pending_round(const Address& of, const Node& entry) const {
    if (!entry.round || !entry.round->positive() || other_decimals_.contains(of)) return nullptr;
    const auto sane = [&](const Round& round) {
        return round.positive() && round.updated_at != 0 && round.updated_at >= entry.round->updated_at;
    };
    if (const auto own = pending_.find(of); own != pending_.end()) return sane(own->second) ? &own->second : nullptr;
    const auto* rules = rules_of(of);
    if (rules == nullptr || !rules->public_feed) return nullptr;
    const auto found = pending_.find(*rules->public_feed);
    const Node* other = node(*rules->public_feed);
    const bool known = found != pending_.end() && other != nullptr && other->decimals == entry.decimals;
    if (!known || other_decimals_.contains(*rules->public_feed) || !sane(found->second)) return nullptr;
    return too_far(found->second.answer.word, entry.round->answer.word) ? nullptr : &found->second;
}

/// `now`: what the contract answers, where it is not read here.
std::optional<FeedBook::Step> FeedBook::step_of(const Address& of, const std::optional<U256>& now, std::uint8_t depth,
                                                Coming coming) const {
    const Node* entry = node(of);
    if (entry == nullptr || depth > kDepth) return std::nullopt;
    switch (entry->form) {
        case Node::Form::Unknown:
        case Node::Form::Opaque:
            break;
        case Node::Form::Feed: {
            if (!entry->round || !entry->round->positive()) return std::nullopt;
            const Round* next = coming == Coming::Public ? public_round(of, *entry) : pending_round(of, *entry);
            return Step{next != nullptr ? next->answer.word : entry->round->answer.word, entry->round->answer.word};
        }
        case Node::Form::CappedPrice: {
            const auto leg = step_of(entry->legs[0].of, std::nullopt, static_cast<std::uint8_t>(depth + 1), coming);
            if (!leg || !entry->cap) return std::nullopt;
            return Step{std::min(leg->next, *entry->cap), std::min(leg->now, *entry->cap)};
        }
        case Node::Form::Product: {
            const auto base = now ? now : entry->answer;
            if (!base) return std::nullopt;
            Step out{*base, *base};
            for (const auto& leg : entry->legs) {
                const auto step = step_of(leg.of, std::nullopt, static_cast<std::uint8_t>(depth + 1), coming);
                if (!step) continue;  // it is only read: nothing is known to be ahead of it
                const U256& up = leg.divides ? step->now : step->next;
                const U256& down = leg.divides ? step->next : step->now;
                const auto moved = mul_div_down(out.next, up, down);
                if (!moved) return std::nullopt;
                out.next = *moved;
            }
            return out;
        }
    }
    const auto base = now ? now : entry->answer;
    if (!base) return std::nullopt;
    return Step{*base, *base};
}

std::optional<U256> FeedBook::ahead(const Address& source, const U256& now) const {
    return moved_by(source, now, Coming::Public);
}

std::optional<U256> FeedBook::pending(const Address& source, const U256& now) const {
    return pending_.empty() ? std::nullopt : moved_by(source, now, Coming::Pending);
}

std::optional<U256> FeedBook::moved_by(const Address& source, const U256& now, Coming coming) const {
    if (now.is_zero()) return std::nullopt;
    const auto step = step_of(source, now, 0, coming);
    if (!step || step->next == step->now || step->now.is_zero() || step->next.is_zero()) return std::nullopt;
    const auto out = mul_div_down(now, step->next, step->now);
    if (!out || *out == now || out->is_zero()) return std::nullopt;
    return *out;
}

std::optional<U256> FeedBook::uncapped(const Address& source) const {
    const Node* entry = node(source);
    if (entry == nullptr || entry->legs.empty()) return std::nullopt;
    const auto base = step_of(entry->legs[0].of, std::nullopt, 1, Coming::Public);
    if (!base) return std::nullopt;
    if (entry->form == Node::Form::CappedPrice)
        return entry->cap && base->now > *entry->cap ? std::optional<U256>(base->now) : std::nullopt;
    if (!entry->growth || !entry->growth->capped || entry->growth->unit.is_zero()) return std::nullopt;
    // What is answered is the base's price times a lower ratio.
    const auto free = mul_div_down(base->now, entry->growth->ratio, entry->growth->unit);
    if (!free || !entry->answer || *free <= *entry->answer) return std::nullopt;
    return *free;
}

std::optional<Timestamp> FeedBook::due(const Address& source) const {
    std::optional<Timestamp> out;
    const auto search = [&](const auto& self, const Address& of, std::uint8_t depth) -> void {
        const Node* entry = node(of);
        if (entry == nullptr || depth > kDepth) return;
        const Round* next = entry->form == Node::Form::Feed ? public_round(of, *entry) : nullptr;
        const auto* rules = rules_of(of);
        if (next != nullptr && next->answer != entry->round->answer && rules != nullptr && rules->delay > 0)
            out = std::min(out.value_or(~Timestamp{0}), next->updated_at + rules->delay);
        for (const auto& leg : entry->legs) self(self, leg.of, static_cast<std::uint8_t>(depth + 1));
    };
    search(search, source, 0);
    return out;
}

bool FeedBook::old(const Address& source) const {
    const auto search = [&](const auto& self, const Address& of, std::uint8_t depth) -> bool {
        const Node* entry = node(of);
        if (entry == nullptr || depth > kDepth) return false;
        if (entry->form == Node::Form::Feed && entry->round && is_old(of, *entry->round, false)) return true;
        return std::any_of(entry->legs.begin(), entry->legs.end(),
                           [&](const Leg& leg) { return self(self, leg.of, static_cast<std::uint8_t>(depth + 1)); });
    };
    return search(search, source, 0);
}

FeedAge FeedBook::age_of(const Address& of, const Round& round) const {
    const auto* rules = rules_of(of);
    return {of, name_of(of), round.updated_at, rules != nullptr ? rules->heartbeat : 0};
}

std::vector<FeedAge> FeedBook::ages() const {
    std::vector<FeedAge> out;
    for (const auto& [of, entry] : nodes_) {
        if (entry.form == Node::Form::Feed && entry.round && entry.read_at == at_.hash)
            out.push_back(age_of(of, *entry.round));
    }
    return out;
}

std::optional<FeedAge> FeedBook::oldest(const Address& source) const {
    std::optional<FeedAge> out;
    const auto search = [&](const auto& self, const Address& of, std::uint8_t depth) -> void {
        const Node* entry = node(of);
        if (entry == nullptr || depth > kDepth) return;
        const bool told = entry->form == Node::Form::Feed && entry->round && entry->round->updated_at != 0;
        if (told && (!out || entry->round->updated_at < out->updated_at)) out = age_of(of, *entry->round);
        for (const auto& leg : entry->legs) self(self, leg.of, static_cast<std::uint8_t>(depth + 1));
    };
    search(search, source, 0);
    return out;
}

}  // namespace plimsoll::oracle
