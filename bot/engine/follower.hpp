// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bot/engine/canon.hpp"
#include "bot/engine/output.hpp"
#include "chain/lending/market.hpp"

namespace plimsoll::engine {

/// Something else to be read in the same multicall, at the head: the answer goes back to who asked.
struct ExtraRead {
    enum class Kind : std::uint8_t { Audit, Balance, Allowance };
    Kind kind{};
    std::size_t market{};
    std::size_t position{};  // Audit
    std::size_t wallet{};    // Balance, Allowance
    Address asset;           // Balance, Allowance
    Call call;
};

/// Keeps the markets of one chain at its head: applies blocks in order, asks for what the markets want, one read at a
/// time. Blocks that come while a read is under way wait in a bounded queue.
class Follower {
  public:
    static constexpr std::size_t kQueue = 64;  // more: the markets start anew at the newest block
    static constexpr int kReadFailures = 3;    // in a row, with newer blocks waiting: the same

    explicit Follower(std::vector<std::unique_ptr<lending::Market>> markets);

    lending::Market& market(std::size_t i) { return *markets_[i].market; }
    const lending::Market& market(std::size_t i) const { return *markets_[i].market; }
    std::size_t size() const { return markets_.size(); }

    void restart(const BlockRef& block);
    void add(const BlockAdded& event);
    /// The reorganisation's blocks below the ancestor are forgotten; markets go back or start anew.
    void reorg(const BlockRef& ancestor);

    /// Forgets what is known of one market; it is read anew at the present block.
    void resync(std::size_t i) { markets_[i].market->reset(); }

    /// Goes on as far as can be without an answer. True when every market is at the head, or is known not to be.
    bool advance(Output& out);
    /// Right after advance(): reads of the markets and `extras` in one multicall; false when there is nothing to ask.
    bool ask(Output& out, std::vector<ExtraRead> extras);
    /// Whether asking now makes sense for others too: all markets follow, and no read is under way.
    bool may_ask() const { return read_ == 0 && !head_empty(); }
    /// True when the answer was to the read under way; extras() then holds what came with it, if it came.
    bool answer(const ReadDone& event);
    std::vector<std::pair<ExtraRead, CallResult>> take_extras() { return std::exchange(answered_, {}); }
    /// Time passed: a failed read may be tried again.
    void tick() { waiting_ = false; }

    /// Block that the markets are taken to.
    const BlockRef& at() const { return at_; }
    bool head_empty() const { return !started_; }
    bool in_sync(std::size_t i) const;
    /// Why a market could not follow, once per failure.
    std::vector<std::pair<std::size_t, std::string>> take_errors() { return std::exchange(errors_, {}); }
    /// Reads that failed in a row.
    int read_failures() const { return read_failures_; }
    const std::string& read_error() const { return read_error_; }
    std::uint64_t filter_revision() const { return revision_; }

  private:
    struct Entry {
        std::unique_ptr<lending::Market> market;
        bool broken{};  // does not follow until `retry_at`
        BlockNumber retry_at{};
        std::uint32_t failures{};  // in a row
        std::size_t addresses{};   // sizes of the filter when it was last taken in
        std::size_t topics{};
    };
    struct Section {
        std::size_t market{};
        std::size_t calls{};
    };
    void fail_market(std::size_t i, std::string why);
    void start_anew(const BlockRef& block);
    void apply(const BlockAdded& event);
    void update_filter(Output& out);
    bool gather();

    std::vector<Entry> markets_;
    std::deque<BlockAdded> queue_;
    BlockRef at_;
    bool started_ = false;
    RequestId read_ = 0;
    bool waiting_ = false;  // a read failed: not before the next tick or block
    int read_failures_ = 0;
    std::string read_error_;
    std::vector<Section> sections_;
    std::vector<ExtraRead> extras_;
    std::vector<std::pair<ExtraRead, CallResult>> answered_;
    std::vector<std::pair<std::size_t, std::string>> errors_;
    std::vector<std::pair<std::size_t, std::vector<Call>>> wanted_;  // by market, at at_
    LogFilter filter_;
    bool any_topic_ = false;  // a market restricts no topics, so the union does not
    std::uint64_t revision_ = 0;
};

}  // namespace plimsoll::engine
