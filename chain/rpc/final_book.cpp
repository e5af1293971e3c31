// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/final_book.hpp"

#include <algorithm>
#include <tuple>

namespace plimsoll::rpc {

namespace {

constexpr std::size_t kAgree = 2;

/// The newest block that is final for one of those that have `at_believed`, or for anybody.
const FinalBook::Answer* newest(const std::vector<FinalBook::Answer>& answers,
                                const std::optional<Hash32>& at_believed) {
    const FinalBook::Answer* out = nullptr;
    for (const auto& answer : answers) {
        if (!answer.knows || (at_believed && answer.at_believed != at_believed)) continue;
        if (out == nullptr || answer.number > out->number) out = &answer;
    }
    return out;
}

}  // namespace

/// A node that lags has an older one: what is believed final never goes back by that.
void FinalBook::believe(const std::vector<Answer>& answers, const std::optional<Hash32>& at_believed) {
    const auto* best = newest(answers, at_believed);
    if (best == nullptr || (number_ != 0 && best->number <= number_)) return;
    number_ = best->number;
    hash_ = best->hash;
}

FinalBook::Judgement FinalBook::judge(const std::vector<Answer>& answers) {
    Judgement out;
    if (answers.empty()) return out;
    const auto before = std::make_tuple(number_, hash_, known_, violated_, told_);
    known_ = known_ || std::any_of(answers.begin(), answers.end(), [](const Answer& answer) { return answer.knows; });
    told_ = true;
    std::map<Hash32, std::size_t> said;  // instead
    std::size_t stand = 0;
    for (const auto& answer : answers) {
        if (!answer.at_believed || number_ == 0) continue;
        if (*answer.at_believed == hash_) {
            ++stand;
        } else {
            ++said[*answer.at_believed];
            out.contradict.push_back(answer.node);
        }
    }
    if (out.contradict.empty() || stand > 0) {
        if (stand > 0) violated_.clear();
        believe(answers, number_ == 0 ? std::nullopt : std::optional(hash_));
    } else {
        const auto most = std::max_element(said.begin(), said.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        out.contradict.clear();
        if (most->second >= kAgree) {
            out.replaced = true;
            violated_.clear();
            number_ = 0;
            believe(answers, most->first);
        } else {
            violated_ = "block " + std::to_string(number_) + " was final with hash " + to_string(hash_) + " and has " +
                        to_string(most->first) + " now";
        }
    }
    out.violated = violated_;
    out.changed = before != std::make_tuple(number_, hash_, known_, violated_, told_);
    return out;
}

}  // namespace plimsoll::rpc
