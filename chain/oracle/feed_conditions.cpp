// SPDX-License-Identifier: Apache-2.0
// What is not as it should be, in words.
#include "chain/oracle/feed_book.hpp"

namespace plimsoll::oracle {

namespace {

using Kind = Condition::Kind;

std::string span_text(std::uint64_t seconds) {
    const std::uint64_t hours = seconds / 3'600;
    const std::uint64_t minutes = seconds % 3'600 / 60;
    if (hours > 0) return std::to_string(hours) + " h " + std::to_string(minutes) + " min";
    return minutes > 0 ? std::to_string(minutes) + " min" : std::to_string(seconds) + " s";
}

/// |a - b| over b in percent, two digits, rounded down.
std::string percent_text(const U256& a, const U256& b) {
    const U256 difference = a > b ? saturating_sub(a, b) : saturating_sub(b, a);
    const auto bps = mul_div_down(difference, U256{10'000}, b);
    if (!bps || !bps->fits_u64()) return "far";
    const std::uint64_t n = bps->low_u64();
    const std::string rest = std::to_string(n % 100);
    return std::to_string(n / 100) + "." + (rest.size() < 2 ? "0" : "") + rest + " %";
}

}  // namespace

std::string FeedBook::name_of(const Address& feed) const {
    const auto found = names_.find(feed);
    return found == names_.end() ? to_string(feed) : found->second;
}

void FeedBook::round_conditions(std::vector<Condition>& out, const Address& of, const Round& round) const {
    const std::string what = "the feed " + to_string(of) + " of " + name_of(of);
    if (!round.positive()) out.push_back({Kind::NoAnswer, of, what + " answers " + to_string(round.answer)});
    if (const auto found = untimely_.find(of); found != untimely_.end()) {
        out.push_back({Kind::Untimely, of, what + " " + found->second + ": its price is not taken for fresh"});
        return;
    }
    if (!is_old(of, round, false)) return;
    const auto* rules = rules_of(of);
    out.push_back({Kind::Old, of,
                   what + " spoke " + span_text(at_.timestamp - round.updated_at) + " ago, its heartbeat is " +
                       span_text(rules->heartbeat) + ": the protocol counts it all the same"});
}

void FeedBook::cap_conditions(std::vector<Condition>& out, const Address& of, const Node& entry) const {
    const auto free = uncapped(of);
    const bool held = free || (entry.growth && entry.growth->capped);
    if (!held) return;
    const auto counted = entry.form == Node::Form::CappedPrice ? entry.cap : entry.answer;
    out.push_back({Kind::Capped, of,
                   "the protocol's price of " + name_of(of) + " is held down by a cap: it counts " +
                       (free && counted ? percent_text(*counted, *free) : "an unknown part") +
                       " less than the feeds say; what is counted decides, what is sold is held to the feeds"});
}

void FeedBook::conditions_of(std::vector<Condition>& out, const Address& of, const Node& entry) const {
    if (const auto found = other_decimals_.find(of); found != other_decimals_.end())
        out.push_back({Kind::Decimals, of,
                       "the feed " + to_string(of) + " of " + name_of(of) + " " + found->second +
                           ": it is not used until the daemon starts anew"});
    if (entry.round) round_conditions(out, of, *entry.round);
    if (!entry.round && entry.form == Node::Form::Feed && entry.read_at == at_.hash)
        out.push_back({Kind::NoAnswer, of, "the feed " + to_string(of) + " of " + name_of(of) + " does not answer"});
    cap_conditions(out, of, entry);
    if (!entry.round || !entry.round->positive()) return;
    const U256& answer = entry.round->answer.word;
    const bool low = entry.least && answer <= *entry.least;
    if (low || (entry.most && answer >= *entry.most))
        out.push_back({Kind::AtBound, of,
                       "the feed " + to_string(of) + " of " + name_of(of) + " stands at the " +
                           (low ? "lowest" : "highest") + " answer that it can give, " + to_string(answer) +
                           ": the market may be beyond it"});
    const auto* rules = rules_of(of);
    if (rules != nullptr && rules->public_feed) {
        const Node* other = node(*rules->public_feed);
        if (other != nullptr && other->decimals && entry.decimals && other->decimals != entry.decimals)
            out.push_back({Kind::Decimals, of,
                           "the feed " + to_string(of) + " of " + name_of(of) + " and its public one differ in " +
                               "decimals: the public one is not used"});
        if (other != nullptr && other->round && other->round->positive() && too_far(other->round->answer.word, answer))
            out.push_back({Kind::Decimals, of,
                           "the feed " + to_string(of) + " of " + name_of(of) + " and its public one are more than " +
                               "half apart: the public one is not used; is it of the same pair?"});
    }
    const Round* next = public_round(of, entry);
    if (next == nullptr || next->answer == entry.round->answer) return;
    const std::uint64_t delay = rules != nullptr ? rules->delay : 0;
    std::string when;
    if (delay > 0)
        when = next->updated_at + delay <= at_.timestamp
                   ? ", which is due now"
                   : ", which is due in " + span_text(next->updated_at + delay - at_.timestamp);
    out.push_back({Kind::Ahead, of,
                   "the public feed of " + name_of(of) + " is " + percent_text(next->answer.word, answer) +
                       (next->answer.word < answer ? " below" : " above") + " what the market still reads" + when});
}

std::string FeedBook::held(const Address& source) const {
    std::string out;
    const auto search = [&](const auto& self, const Address& of, std::uint8_t depth) -> void {
        const Node* entry = node(of);
        if (entry == nullptr || depth > kDepth) return;
        const bool told = entry->form == Node::Form::Feed && entry->round && entry->round->positive();
        if (told && entry->least && entry->round->answer.word <= *entry->least)
            out = "stands at the lowest answer that its feed can give";
        if (told && entry->most && entry->round->answer.word >= *entry->most)
            out = "stands at the highest answer that its feed can give";
        if (uncapped(of) || (entry->growth && entry->growth->capped)) out = "is held down by a cap";
        for (const auto& leg : entry->legs) self(self, leg.of, static_cast<std::uint8_t>(depth + 1));
    };
    search(search, source, 0);
    return out;
}

void FeedBook::sequencer_conditions(std::vector<Condition>& out) const {
    if (!sequencer_ || !uptime_asked_) return;
    const bool valid = uptime_ && uptime_->started_at != 0;
    if (!valid || (!uptime_->answer.word.is_zero() && uptime_->answer.word != U256{1}))
        out.push_back({Kind::Sequencer, *sequencer_,
                       "the uptime feed " + to_string(*sequencer_) +
                           " has no valid round: nothing is known of the sequencer, and no grace is assumed"});
    else if (!uptime_->answer.word.is_zero())
        out.push_back({Kind::Sequencer, *sequencer_,
                       "the sequencer is down since " + std::to_string(uptime_->started_at) +
                           ": prices may jump when it is back, and no grace is assumed"});
}

std::vector<Condition> FeedBook::conditions() const {
    std::vector<Condition> out;
    for (const auto& [of, entry] : nodes_) conditions_of(out, of, entry);
    sequencer_conditions(out);
    return out;
}

}  // namespace plimsoll::oracle
