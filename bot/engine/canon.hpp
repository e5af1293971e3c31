// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>

#include "chain/types/block.hpp"

namespace plimsoll::engine {

/// The canonical blocks as far back as is kept: whether a receipt's block is one of them.
class Canon {
  public:
    enum class Standing : std::uint8_t {
        Canonical,
        Removed,  // another block has this number
        Ahead,    // above the head: not known yet
        Older,    // before the first block that is kept
    };
    static constexpr std::size_t kKept = 256;

    void restart(const BlockRef& block) { blocks_.assign(1, block); }
    void add(const BlockRef& block) {
        blocks_.push_back(block);
        if (blocks_.size() > kKept) blocks_.pop_front();
    }
    void rewind(const BlockRef& ancestor) {
        while (!blocks_.empty() && blocks_.back().number >= ancestor.number) blocks_.pop_back();
        blocks_.push_back(ancestor);
    }
    bool empty() const { return blocks_.empty(); }
    const BlockRef& head() const { return blocks_.back(); }
    Standing standing(BlockNumber number, const Hash32& hash) const {
        if (blocks_.empty() || number > blocks_.back().number) return Standing::Ahead;
        if (number < blocks_.front().number) return Standing::Older;
        const auto& known = blocks_[static_cast<std::size_t>(number - blocks_.front().number)];
        return known.hash == hash ? Standing::Canonical : Standing::Removed;
    }

  private:
    std::deque<BlockRef> blocks_;  // numbers without a gap
};

}  // namespace plimsoll::engine
