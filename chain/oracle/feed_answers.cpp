// SPDX-License-Identifier: Apache-2.0
// What the answers say.
#include "chain/codec/abi_words.hpp"
#include "chain/oracle/feed_book.hpp"
#include "chain/oracle/feed_calls.hpp"
#include "chain/oracle/transmission.hpp"

namespace plimsoll::oracle {

using call::round_in;

namespace {

/// The first word of an answer; contracts with a fallback answer anything, so more is not asked for here.
std::optional<U256> number_in(const CallResult& result) {
    if (!result.success || result.data.size() < abi::kWord) return std::nullopt;
    return abi::load_word(result.data.data());
}

std::optional<U256> positive_in(const CallResult& result) {
    const auto word = number_in(result);
    if (!word || word->is_zero() || I256{*word}.is_negative()) return std::nullopt;
    return word;
}

std::optional<Address> address_in(const CallResult& result) {
    const auto address = abi::sole_address(result);
    if (!address) return std::nullopt;
    return *address;
}

/// Who reports to it: the first that answers.
std::vector<Address> addresses_in(std::span<const CallResult> results) {
    for (const auto& result : results) {
        if (!result.success) continue;
        abi::Reader reader(result.data);
        auto out = reader.addresses();
        if (out && !out->empty() && out->size() <= kOraclesMost) return *std::move(out);
    }
    return {};
}

constexpr std::size_t kLegsFrom = 5;  // in the answers of a look
constexpr std::uint64_t kDecimalsMost = 36;
/// Later than any block: a look is due, and it is not the first.
constexpr BlockNumber kLookNow = ~BlockNumber{0};

}  // namespace

void FeedBook::answer(const BlockRef& head, std::span<const CallResult> results) {
    const auto asked = std::exchange(asked_, {});
    std::size_t wanted = 0;
    for (const auto& entry : asked) wanted += entry.calls;
    if (wanted != results.size()) return;  // not ours: asked again
    at_ = head;
    for (const auto& entry : asked) {
        take(entry, results.first(entry.calls));
        results = results.subspan(entry.calls);
    }
}

void FeedBook::take(const Asked& asked, std::span<const CallResult> results) {
    using What = Asked::What;
    if (asked.what == What::Sequencer) {
        uptime_ = round_in(results[0]);
        uptime_asked_ = true;
        return;
    }
    const auto found = nodes_.find(asked.of);
    if (found == nodes_.end()) return;
    Node& node = found->second;
    switch (asked.what) {
        case What::Look:
            return take_look(asked.of, node, results);
        case What::Bounds:
            node.bounds_asked = true;
            node.least = positive_in(results[0]);
            node.most = positive_in(results[1]);
            if (results.size() > 2) node.transmitters = addresses_in(results.subspan(2));
            return;
        case What::Round:
            return take_round(asked.of, node, results[0]);
        case What::Behind:
            node.behind = round_in(results[0]);
            node.closed = !results[0].success;
            return;
        case What::Answer:
            node.read_at = at_.hash;
            node.answer = positive_in(results[0]);
            return;
        case What::Cap: {
            const auto cap = positive_in(results[0]);
            if (node.cap && cap && *cap != *node.cap)
                changes_.push_back({Change::Kind::Cap, asked.of,
                                    "the cap on the price of " + name_of(asked.of) + " goes from " +
                                        to_string(*node.cap) + " to " + to_string(*cap)});
            if (cap) node.cap = cap;
            return;
        }
        case What::Growth:
            return take_growth(asked.of, node, results);
        case What::Sequencer:
            return;
    }
}

/// What a contract is made of follows from the getters that it has.
void FeedBook::take_look(const Address& of, Node& node, std::span<const CallResult> results) {
    const bool first = !node.looked_at;
    node.looked_at = at_.number;
    node.bounds_asked = false;
    node.closed = false;
    const auto decimals = number_in(results[0]);
    if (decimals && *decimals <= U256{kDecimalsMost}) {
        if (node.decimals && *node.decimals != decimals->low_u64())
            other_decimals_[of] = "answers in " + to_string(*decimals) + " decimals and not in " +
                                  std::to_string(*node.decimals) + " as before";
        if (!other_decimals_.contains(of)) node.decimals = decimals->low_u64();
    }
    std::vector<Leg> legs;
    for (std::size_t i = 0; i < call::kLegs.size(); ++i) {
        if (const auto leg = address_in(results[kLegsFrom + i]); leg && *leg != of)
            legs.push_back({*leg, call::kLegs[i].divides});
    }
    node.legs = legs;
    const bool stable = legs.size() == 1 && address_in(results[kLegsFrom + call::kStableLeg]) == legs[0].of;
    if (stable && positive_in(results[3]))
        node.form = Node::Form::CappedPrice;
    else if (address_in(results[kLegsFrom]) && address_in(results[kLegsFrom + call::kStableLeg]))
        node.form = Node::Form::Opaque;  // the lower of one leg and the other under a cap: only the legs' ages count
    else if (!legs.empty())
        node.form = Node::Form::Product;
    else
        node.form = round_in(results[2]) ? Node::Form::Feed : Node::Form::Opaque;
    if (node.form == Node::Form::Product && positive_in(results[4]) && !node.growth)
        node.growth = Node::RatioCap{U256{}, U256{}, U256{}, U256{}, false};  // known with the next answers
    const Address behind = address_in(results[1]).value_or(Address{});
    if (!first && behind != node.aggregator)
        changes_.push_back({Change::Kind::Aggregator, of,
                            "the aggregator behind " + name_of(of) + " (" + to_string(of) + ") is now " +
                                to_string(behind) + ", it was " + to_string(node.aggregator)});
    node.aggregator = behind;
    node.behind.reset();
    add_legs(of);
}

/// A round that is no later one than the last is kept, so that it is not taken for fresh; only a new phase counts anew.
void FeedBook::take_round(const Address& of, Node& node, const CallResult& result) {
    node.read_at = at_.hash;
    const auto before = node.round;
    node.round = round_in(result);
    untimely_.erase(of);
    if (!node.round) return;
    if (before && before->phase() != node.round->phase()) node.looked_at = kLookNow;
    if (node.round->updated_at == 0)
        untimely_[of] = "has a round without a time";
    else if (node.round->updated_at > at_.timestamp)
        untimely_[of] = "has a round of the future: " + std::to_string(node.round->updated_at) + " is " +
                        std::to_string(node.round->updated_at - at_.timestamp) + " s after its block";
    else if (before && before->phase() == node.round->phase() && node.round->updated_at < before->updated_at)
        untimely_[of] = "went back to an earlier round";
}

void FeedBook::take_growth(const Address& of, Node& node, std::span<const CallResult> results) {
    const auto ratio = positive_in(results[0]);
    const auto capped = number_in(results[1]);
    const auto snapshot = positive_in(results[2]);
    const auto growth = number_in(results[3]);
    constexpr std::uint64_t kUsualDecimals = 18;  // where the adapter does not say
    const U256 decimals = number_in(results[4]).value_or(U256{kUsualDecimals});
    if (!node.growth || !ratio || !capped || !snapshot || !growth || decimals > U256{kDecimalsMost}) return;
    const U256 unit = *pow10(static_cast<unsigned>(decimals.low_u64()));
    const Node::RatioCap next{*ratio, unit, *snapshot, *growth, !capped->is_zero()};
    const Node::RatioCap& last = *node.growth;
    if (!last.snapshot.is_zero() && (last.snapshot != next.snapshot || last.growth != next.growth))
        changes_.push_back({Change::Kind::Cap, of,
                            "the cap on the ratio of " + name_of(of) + " is counted from " + to_string(next.snapshot) +
                                " with " + to_string(next.growth) + " bps a year, before from " +
                                to_string(last.snapshot) + " with " + to_string(last.growth)});
    node.growth = next;
}

}  // namespace plimsoll::oracle
