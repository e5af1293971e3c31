// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/follower.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace plimsoll::onchain {

namespace {

constexpr int kRoundsMax = 40;

}  // namespace

std::size_t Follower::sync(const BlockRef& head) {
    std::size_t calls_made = 0;
    for (int round = 0; round < kRoundsMax; ++round) {
        auto calls = market_->reads(head);
        if (calls.empty()) return calls_made;
        calls_made += calls.size();
        const auto results = node_.multicall(std::move(calls), head.hash);
        if (const auto taken = market_->answer(head, results); !taken)
            throw std::runtime_error("answer: " + taken.error().message);
    }
    throw std::runtime_error("the market is never content");
}

Result<std::size_t> Follower::step(const BlockRef& block) {
    auto logs = node_.logs(market_->filter(), block.hash);
    std::erase_if(logs, [&](const Log& log) { return !log.topics.empty() && lost_.contains(log.topics[0]); });
    TRY_VOID(market_->apply(block, logs));
    return sync(block);
}

std::size_t Follower::follow(const BlockRef& block) {
    const auto stepped = step(block);
    if (!stepped) throw std::runtime_error("apply: " + stepped.error().message);
    return *stepped;
}

std::string to_text(const lending::AccountSummary& s) {
    return fmt::format("collateral {} debt {} available {} threshold {} ltv {} health {}", to_string(s.collateral),
                       to_string(s.debt), to_string(s.available_borrow), to_string(s.liquidation_threshold),
                       to_string(s.ltv), to_string(s.health_factor));
}

}  // namespace plimsoll::onchain
