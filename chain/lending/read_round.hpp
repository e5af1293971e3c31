// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "chain/types/result.hpp"

/// Rounds of what an adapter still has to read. Each protocol has its own Read, ordered by stage, and its stage_of().
namespace plimsoll::lending {

/// Calls of one round: some 10,000 gas each, well below what nodes allow one eth_call.
inline constexpr std::size_t kCallsPerRound = 1'500;

/// What is pending of the earliest stage, as much as one round takes.
template <class Read>
std::vector<Read> next_round(const std::set<Read>& pending) {
    std::vector<Read> out;
    for (const auto& read : pending) {
        if (stage_of(read.kind) != stage_of(pending.begin()->kind) || out.size() == kCallsPerRound) break;
        out.push_back(read);
    }
    return out;
}

/// The round that was in flight, which is then pending no more. Errc::Internal when the answers are not one for each.
template <class Read>
Result<std::vector<Read>> end_round(std::vector<Read>& in_flight, std::set<Read>& pending, std::size_t answers) {
    if (answers != in_flight.size()) {
        return fail(Errc::Internal,
                    std::to_string(answers) + " answers to " + std::to_string(in_flight.size()) + " reads");
    }
    auto asked = std::exchange(in_flight, {});
    for (const auto& read : asked) pending.erase(read);
    return asked;
}

}  // namespace plimsoll::lending
