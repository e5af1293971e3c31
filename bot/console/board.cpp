// SPDX-License-Identifier: Apache-2.0
#include "bot/console/board.hpp"

#include <algorithm>
#include <set>

namespace plimsoll::console {

std::string_view to_string(Topic topic) {
    switch (topic) {
        case Topic::Positions:
            return "positions";
        case Topic::Chains:
            return "chains";
        case Topic::Decisions:
            return "decisions";
        case Topic::Transactions:
            return "transactions";
        case Topic::Alerts:
            return "alerts";
    }
    return "?";
}

void Board::put(PositionCard card, std::int64_t now_ms) {
    auto fresh = std::make_shared<const PositionCard>(std::move(card));
    {
        const std::scoped_lock lock(mutex_);
        positions_[fresh->view.name] = fresh;
        const std::size_t most = std::max<std::size_t>(kPoints / positions_.size(), 2);
        if (!fresh->behind) trails_[fresh->view.name].add(fresh->health, now_ms, most);
    }
    changed(Topic::Positions);
}

void Board::put(ChainCard card) {
    {
        const std::scoped_lock lock(mutex_);
        std::string name = card.name;
        chains_[std::move(name)] = std::move(card);
    }
    changed(Topic::Chains);
}

void Board::put(DecisionNote note) {
    {
        const std::scoped_lock lock(mutex_);
        last_[note.decision->position] = note;
        decisions_.push_front(std::move(note));
        if (decisions_.size() > kDecisions) decisions_.pop_back();
    }
    changed(Topic::Decisions);
}

void Board::put(const std::vector<journal::WalletPause>& pauses) {
    {
        const std::scoped_lock lock(mutex_);
        if (pauses_ == pauses) return;
        pauses_ = pauses;
    }
    changed(Topic::Positions);
}

void Board::put(const std::vector<journal::WalletDry>& dry) {
    {
        const std::scoped_lock lock(mutex_);
        if (dry_ == dry) return;
        dry_ = dry;
    }
    changed(Topic::Positions);
}

void Board::restore(const std::map<std::string, std::vector<TrailPoint>>& courses) {
    const std::scoped_lock lock(mutex_);
    const std::size_t most = std::max<std::size_t>(kPoints / std::max<std::size_t>(courses.size(), 1), 2);
    for (const auto& [name, points] : courses) {
        for (const auto& point : points) trails_[name].add(point, most);
    }
}

void Board::put(bot::notify::AlertsNow alerts) {
    auto fresh = std::make_shared<const bot::notify::AlertsNow>(std::move(alerts));
    {
        const std::scoped_lock lock(mutex_);
        if (*alerts_ == *fresh) return;
        alerts_ = std::move(fresh);
    }
    changed(Topic::Alerts);
}

void Board::touch(Topic topic) {
    changed(topic);
}

void Board::keep(const std::vector<std::string>& names) {
    const std::set<std::string> kept(names.begin(), names.end());
    {
        const std::scoped_lock lock(mutex_);
        const auto gone = [&](const auto& entry) { return !kept.contains(entry.first); };
        std::erase_if(positions_, gone);
        std::erase_if(trails_, gone);
        std::erase_if(last_, gone);
    }
    changed(Topic::Positions);
}

void Board::on_change(std::function<void()> listener) {
    const std::scoped_lock lock(mutex_);
    listener_ = std::move(listener);
}

void Board::changed(Topic topic) {
    const std::scoped_lock lock(mutex_);
    ++revisions_.at(static_cast<std::size_t>(topic));
    if (listener_) listener_();
}

std::vector<Board::Card> Board::positions() const {
    std::vector<Card> out;
    const std::scoped_lock lock(mutex_);
    out.reserve(positions_.size());
    for (const auto& [name, card] : positions_) out.push_back(card);
    return out;
}

Board::Card Board::position(const std::string& name) const {
    const std::scoped_lock lock(mutex_);
    const auto found = positions_.find(name);
    return found == positions_.end() ? nullptr : found->second;
}

std::vector<ChainCard> Board::chains() const {
    std::vector<ChainCard> out;
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, card] : chains_) out.push_back(card);
    return out;
}

std::vector<DecisionNote> Board::decisions(const std::string& position, std::size_t limit) const {
    std::vector<DecisionNote> out;
    const std::scoped_lock lock(mutex_);
    for (const auto& note : decisions_) {
        if (out.size() == limit) break;
        if (position.empty() || note.decision->position == position) out.push_back(note);
    }
    return out;
}

std::optional<DecisionNote> Board::last_decision(const std::string& position) const {
    const std::scoped_lock lock(mutex_);
    const auto found = last_.find(position);
    return found == last_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<TrailPoint> Board::trail(const std::string& position) const {
    const std::scoped_lock lock(mutex_);
    const auto found = trails_.find(position);
    return found == trails_.end() ? std::vector<TrailPoint>() : found->second.points();
}

std::vector<journal::WalletPause> Board::pauses() const {
    const std::scoped_lock lock(mutex_);
    return pauses_;
}

std::shared_ptr<const bot::notify::AlertsNow> Board::alerts() const {
    const std::scoped_lock lock(mutex_);
    return alerts_;
}

std::vector<journal::WalletDry> Board::dry() const {
    const std::scoped_lock lock(mutex_);
    return dry_;
}

std::map<std::string, std::vector<TrailPoint>> Board::courses() const {
    std::map<std::string, std::vector<TrailPoint>> out;
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, trail] : trails_) out.emplace(name, trail.points());
    return out;
}

Revisions Board::revisions() const {
    const std::scoped_lock lock(mutex_);
    return revisions_;
}

}  // namespace plimsoll::console
