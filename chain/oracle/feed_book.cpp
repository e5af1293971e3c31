// SPDX-License-Identifier: Apache-2.0
// What is followed and asked. The rest: feed_answers.cpp, feed_ahead.cpp, feed_conditions.cpp.
#include "chain/oracle/feed_book.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "chain/oracle/feed_calls.hpp"

namespace plimsoll::oracle {

using call::ask_for;

FeedBook::FeedBook(std::vector<FeedRules> rules, std::optional<Address> sequencer) : sequencer_(sequencer) {
    for (auto& entry : rules) rules_.emplace(entry.address, entry);
}

const FeedRules* FeedBook::rules_of(const Address& feed) const {
    const auto found = rules_.find(feed);
    return found == rules_.end() ? nullptr : &found->second;
}

const Node* FeedBook::node(const Address& of) const {
    const auto found = nodes_.find(of);
    return found == nodes_.end() ? nullptr : &found->second;
}

void FeedBook::add(const Address& of, std::uint8_t depth, const std::string& name) {
    if (of.is_zero() || depth > kDepth || nodes_.size() >= kNodes) return;
    const auto [at, added] = nodes_.try_emplace(of);
    if (added) {
        at->second.depth = depth;
        names_.try_emplace(of, name);
    }
    at->second.depth = std::min(at->second.depth, depth);
    if (const auto* rules = rules_of(of); added && rules != nullptr && rules->public_feed)
        add(*rules->public_feed, static_cast<std::uint8_t>(depth + 1), name);
}

/// What a node was found to be made of is followed too.
void FeedBook::add_legs(const Address& of) {
    const Node copy = nodes_.at(of);
    for (const auto& leg : copy.legs) add(leg.of, static_cast<std::uint8_t>(copy.depth + 1), name_of(of));
}

void FeedBook::follow(std::vector<SourceUse> uses) {
    std::vector<Address> fresh;
    for (const auto& use : uses) {
        if (use.source.is_zero()) continue;
        fresh.push_back(use.source);
        add(use.source, 0, use.name);
    }
    std::sort(fresh.begin(), fresh.end());
    fresh.erase(std::unique(fresh.begin(), fresh.end()), fresh.end());
    if (std::includes(fresh.begin(), fresh.end(), roots_.begin(), roots_.end())) {
        roots_ = std::move(fresh);
        return;
    }
    // Some are gone: what only they stood on goes too, and what is left is found anew from what is known.
    roots_ = std::move(fresh);
    auto known = std::exchange(nodes_, {});
    const auto keep = [&](const auto& self, const Address& of) -> void {
        const auto found = known.find(of);
        if (found == known.end() || nodes_.contains(of)) return;
        const Node& entry = nodes_.emplace(of, found->second).first->second;
        for (const auto& leg : entry.legs) self(self, leg.of);
        if (const auto* rules = rules_of(of); rules != nullptr && rules->public_feed) self(self, *rules->public_feed);
    };
    for (const auto& root : roots_) keep(keep, root);
    std::erase_if(untimely_, [&](const auto& entry) { return !nodes_.contains(entry.first); });
    std::erase_if(other_decimals_, [&](const auto& entry) { return !nodes_.contains(entry.first); });
}

void FeedBook::rewound() {
    for (auto& [of, entry] : nodes_) {
        entry.round.reset();
        entry.read_at = {};
    }
    untimely_.clear();
    pending_.clear();
    at_ = {};
}

std::vector<Reporter> FeedBook::reporters() const {
    std::vector<Reporter> out;
    for (const auto& [of, entry] : nodes_) {
        if (entry.form == Node::Form::Feed)
            out.push_back({of, entry.aggregator.is_zero() ? of : entry.aggregator, entry.transmitters});
    }
    return out;
}

void FeedBook::ask(std::vector<Call>& out, Asked::What what, const Address& of, std::vector<Call> calls) {
    asked_.push_back({what, of, calls.size()});
    std::move(calls.begin(), calls.end(), std::back_inserter(out));
}

std::vector<Call> FeedBook::bounds_of(const Address& aggregator) const {
    std::vector<Call> calls{ask_for(aggregator, call::kMinAnswer), ask_for(aggregator, call::kMaxAnswer)};
    if (!asks_reporters_) return calls;
    for (const auto& which : call::kTransmitters) calls.push_back(ask_for(aggregator, which));
    return calls;
}

void FeedBook::ask_state(std::vector<Call>& out, const Address& of, const Node& node) {
    using What = Asked::What;
    switch (node.form) {
        case Node::Form::Unknown:
            return;
        case Node::Form::Feed:
            ask(out, What::Round, of, {ask_for(of, call::kLatestRoundData)});
            if (node.aggregator.is_zero()) return;
            if (!node.closed) ask(out, What::Behind, of, {ask_for(node.aggregator, call::kLatestRoundData)});
            if (!node.bounds_asked) ask(out, What::Bounds, of, bounds_of(node.aggregator));
            return;
        case Node::Form::CappedPrice:
            ask(out, What::Answer, of, {ask_for(of, call::kLatestAnswer)});
            ask(out, What::Cap, of, {ask_for(of, call::kPriceCap)});
            return;
        case Node::Form::Product:
            if (node.growth)
                ask(out, What::Growth, of,
                    {ask_for(of, call::kRatio), ask_for(of, call::kIsCapped), ask_for(of, call::kSnapshotRatio),
                     ask_for(of, call::kYearlyGrowth), ask_for(of, call::kRatioDecimals)});
            [[fallthrough]];
        case Node::Form::Opaque:
            ask(out, What::Answer, of, {ask_for(of, call::kLatestAnswer)});
            return;
    }
}

std::vector<Call> FeedBook::calls(const BlockRef& head, std::size_t looks_most) {
    using What = Asked::What;
    std::vector<Call> out;
    asked_.clear();
    if (head.hash != at_.hash && sequencer_)
        ask(out, What::Sequencer, *sequencer_, {ask_for(*sequencer_, call::kLatestRoundData)});
    std::size_t looks = 0;
    for (const auto& [of, node] : nodes_) {
        const bool due =
            !node.looked_at || *node.looked_at + kLookAgain <= head.number || *node.looked_at > head.number;
        if (looks < looks_most && due) {
            ++looks;
            std::vector<Call> look{ask_for(of, call::kDecimals), ask_for(of, call::kAggregator),
                                   ask_for(of, call::kLatestRoundData), ask_for(of, call::kPriceCap),
                                   ask_for(of, call::kRatio)};
            for (const auto& leg : call::kLegs) look.push_back(ask_for(of, leg.which));
            ask(out, What::Look, of, std::move(look));
        } else if (node.read_at != head.hash) {
            ask_state(out, of, node);
        }
    }
    return out;
}

}  // namespace plimsoll::oracle
