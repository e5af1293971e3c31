// SPDX-License-Identifier: Apache-2.0
// Heads in any order, honest or not: what is delivered is always one chain linked by parent hashes. Each head is four
// bytes: what is done, a block's name, its parent's name, its number's distance from the truth.
#include <map>

#include "chain/feed/head_tracker.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using namespace plimsoll::feed;
using fuzz::require;

namespace {

Hash32 named(std::uint8_t name) {
    return Hash32{{name, 1}};
}

class Chase {
  public:
    Chase() : tracker_(HeadTrackerLimits{8, 4}) {}

    void restart(const BlockRef& block) {
        tracker_.restart(block);
        delivered_.assign(1, block);
        require(!tracker_.step(), "nothing to deliver after a restart");
    }
    void offer(const rpc::Header& header, bool as_parent) {
        const auto verdict = as_parent && gap_ ? tracker_.offer_parent(header) : tracker_.offer(header);
        gap_.reset();
        if (const auto* gap = std::get_if<Gap>(&verdict)) {
            require(gap->from <= gap->to, "a gap is a range");
            gap_ = gap->parent;
        }
        if (const auto* reorganised = std::get_if<Reorganised>(&verdict)) {
            require(!reorganised->removed.empty() && !reorganised->added.empty(), "a reorganisation removes and adds");
            require(reorganised->removed.front() == delivered_.back(), "what is removed was delivered last");
            require(reorganised->added.front().parent == reorganised->ancestor.hash, "what is added is linked");
        }
    }
    void deliver() {
        const auto step = tracker_.step();
        if (!step) {
            require(tracker_.delivered() == nullptr || tracker_.newest() == tracker_.delivered(), "all is delivered");
            return;
        }
        if (const auto* rollback = std::get_if<HeadTracker::Rollback>(&*step)) {
            for (const auto& removed : rollback->removed) {
                require(delivered_.size() > 1 && delivered_.back() == removed, "removed newest first");
                delivered_.pop_back();
            }
            require(delivered_.back() == rollback->ancestor, "down to the ancestor");
        } else {
            const auto& block = std::get<rpc::Header>(*step).ref;
            require(block.parent == delivered_.back().hash, "linked by hash");
            require(block.number == delivered_.back().number + 1, "and by number");
            delivered_.push_back(block);
        }
        tracker_.done();
        require(*tracker_.delivered() == delivered_.back(), "what was delivered is known");
    }
    const std::optional<Hash32>& wanted() const { return gap_; }
    bool started() const { return !delivered_.empty(); }

  private:
    HeadTracker tracker_;
    std::vector<BlockRef> delivered_;
    std::optional<Hash32> gap_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    Chase chase;
    std::map<std::uint8_t, std::uint64_t> numbers;
    for (std::size_t turns = 0; !input.at_end() && turns < 200; ++turns) {
        const auto what = input.byte();
        const auto name = input.byte();
        const auto parent = input.byte();
        const auto skew = static_cast<std::int8_t>(input.byte());
        const auto known = numbers.find(parent);
        // Wraps around at either end, as a node may claim.
        const std::uint64_t base = known == numbers.end() ? 100 : known->second + 1;
        const std::uint64_t number = base + static_cast<std::uint64_t>(static_cast<std::int64_t>(skew));
        numbers.emplace(name, number);
        rpc::Header header;
        header.ref = {number, named(name), named(parent), 1'700'000'000 + number, {}};
        if (what >= 0xf8 || !chase.started())
            chase.restart(header.ref);
        else if (what >= 0x80)
            chase.deliver();
        else if (what >= 0x40 && chase.wanted())
            header.ref.hash = *chase.wanted(), chase.offer(header, true);
        else
            chase.offer(header, what >= 0x20);
    }
    return 0;
}
