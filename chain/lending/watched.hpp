// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chain/types/block.hpp"

namespace plimsoll::lending {

/// The watched accounts of one market, who of them is touched, and a journal that leads back over the last blocks.
///
/// `Entry` is what a protocol keeps of an account; it has the members
///     State state;               put back by a rewind, as is
///     bool loaded;               its first read was answered
///     std::uint64_t saved_in;    number of the frame that holds the state before
///     bool changed;              is in the list of take_marked()
/// `Kept` is what else a block's frame holds of the time before, for the protocol to put back itself.
///
/// Every change after the snapshot goes through edit(), which keeps what was there before, once per block. Bounds:
/// kFrames blocks, and kSavedAccounts account copies over all of them; the oldest frames go first.
template <class Entry, class Kept>
class Watched {
  public:
    static constexpr std::size_t kFrames = 128;
    static constexpr std::size_t kSavedAccounts = 200'000;

    struct Saved {
        std::uint32_t index{};
        decltype(Entry::state) state;
        bool loaded{};
    };
    struct Frame {
        BlockRef before;  // block the state was of
        Kept kept;
        std::vector<Saved> accounts;
    };

    // ---- accounts; an index is a place in list()
    /// False if the account was there already.
    bool watch(const Address& account) {
        const auto index = static_cast<std::uint32_t>(addresses_.size());
        if (!index_.emplace(account, index).second) return false;
        addresses_.push_back(account);
        entries_.emplace_back();
        return true;
    }
    const std::vector<Address>& list() const { return addresses_; }
    std::optional<std::uint32_t> index_of(const Address& account) const {
        const auto found = index_.find(account);
        if (found == index_.end()) return std::nullopt;
        return found->second;
    }
    const std::vector<Entry>& entries() const { return entries_; }
    const Entry& operator[](std::uint32_t index) const { return entries_[index]; }
    Entry& edit(std::uint32_t index) {
        Entry& entry = entries_[index];
        if (!frames_.empty() && entry.saved_in != frame_number_) {
            entry.saved_in = frame_number_;
            frames_.back().accounts.push_back({index, entry.state, entry.loaded});
            ++saved_accounts_;
        }
        return entry;
    }

    // ---- who is touched
    void mark(std::uint32_t index) {
        Entry& entry = entries_[index];
        if (entry.changed) return;
        entry.changed = true;
        changed_.push_back(index);
    }
    std::vector<Address> take_marked() {
        std::vector<Address> out;
        out.reserve(changed_.size());
        for (const auto index : changed_) {
            entries_[index].changed = false;
            out.push_back(addresses_[index]);
        }
        changed_.clear();
        return out;
    }

    // ---- journal
    void begin_block(const BlockRef& before, Kept kept) {
        frames_.push_back({before, std::move(kept), {}});
        ++frame_number_;
        while (frames_.size() > 1 && (frames_.size() > kFrames || saved_accounts_ > kSavedAccounts)) {
            saved_accounts_ -= frames_.front().accounts.size();
            frames_.pop_front();
        }
    }
    /// What the newest block's frame keeps; nullptr when there is none.
    Kept* newest() { return frames_.empty() ? nullptr : &frames_.back().kept; }
    /// Goes back to `ancestor` from `now`, which becomes it. For each block taken back, newest first, the accounts are
    /// put back and marked, then `put_back(frame)` does the rest. False, with nothing changed, if it is out of reach.
    template <class PutBack>
    bool rewind(BlockRef& now, const BlockRef& ancestor, PutBack&& put_back) {
        if (now.hash == ancestor.hash) return true;
        const bool known = std::any_of(frames_.begin(), frames_.end(),
                                       [&](const Frame& frame) { return frame.before.hash == ancestor.hash; });
        if (!known) return false;
        while (now.hash != ancestor.hash) {
            Frame& frame = frames_.back();
            // Newest first: an account edited, rewound to and edited again was saved twice, and the first copy is the
            // true one.
            for (auto saved = frame.accounts.rbegin(); saved != frame.accounts.rend(); ++saved) {
                entries_[saved->index].state = std::move(saved->state);
                entries_[saved->index].loaded = saved->loaded;
                mark(saved->index);
            }
            put_back(frame);
            now = frame.before;
            saved_accounts_ -= frame.accounts.size();
            frames_.pop_back();
        }
        ++frame_number_;  // stamps of the frames that are gone must not match
        return true;
    }
    /// Changes that cannot be taken back: what is before this block is out of reach.
    void forget_history() {
        frames_.clear();
        saved_accounts_ = 0;
    }
    /// Everything but the addresses.
    void clear() {
        for (auto& entry : entries_) entry = {};
        changed_.clear();
        forget_history();
    }

  private:
    std::vector<Address> addresses_;
    std::vector<Entry> entries_;
    std::unordered_map<Address, std::uint32_t> index_;
    std::vector<std::uint32_t> changed_;
    std::deque<Frame> frames_;
    std::uint64_t frame_number_{};
    std::size_t saved_accounts_{};
};

}  // namespace plimsoll::lending
