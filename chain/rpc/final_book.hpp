// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chain/types/block.hpp"

/// What nodes have called final, and whether they stand by it. Pure.
namespace plimsoll::rpc {

class FinalBook {
  public:
    /// One node's answer: its newest final block, and which block it has at the height of the one that was believed.
    struct Answer {
        std::size_t node{};
        bool knows{};  // it has final blocks at all
        BlockNumber number{};
        Hash32 hash;
        std::optional<Hash32> at_believed;  // nothing: it does not say
    };
    struct Judgement {
        std::vector<std::size_t> contradict;  // nodes that replaced what others still have
        std::string violated;                 // nobody has it any more, and no two agree on what is there instead
        bool replaced{};                      // nobody has it any more, and two agree: believed from now on
        bool changed{};                       // anything that is told
    };

    /// Takes in a round of answers, one of each node that gave one. Without any nothing changes.
    Judgement judge(const std::vector<Answer>& answers);

    /// The newest block believed final; zero: none yet.
    BlockNumber number() const { return number_; }
    const Hash32& hash() const { return hash_; }
    bool known() const { return known_; }
    const std::string& violated() const { return violated_; }
    /// A round has told whether the nodes know final blocks.
    bool told() const { return told_; }

  private:
    void believe(const std::vector<Answer>& answers, const std::optional<Hash32>& at_believed);

    BlockNumber number_ = 0;
    Hash32 hash_;
    bool known_ = false;
    bool told_ = false;
    std::string violated_;
};

}  // namespace plimsoll::rpc
