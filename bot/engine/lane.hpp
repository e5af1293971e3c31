// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/engine/canon.hpp"
#include "bot/engine/fee_book.hpp"
#include "bot/engine/output.hpp"
#include "bot/engine/rare.hpp"

namespace plimsoll::engine {

/// The one nonce that a key uses at a time, from reservation to its end.
///
/// A transaction goes out only after Persisted of the record that holds its bytes. A second attempt has the same nonce,
/// so the chain executes one of them at most. All attempts are watched until one has a receipt in a canonical block;
/// a missing receipt never counts as "not mined". What was settled is watched on for a while: when a reorganisation
/// takes its block away, the same bytes are sent again.
class Lane {
  public:
    struct Attempt {
        TxFields tx;
        Hash32 hash;
        Bytes raw;
        std::string position;  // this and the following count should it be the one that is included
        std::string wallet;
        Purpose purpose{};
        Address asset;
        TokenAmount amount;
        BaseValue value;  // moved
        std::string strategy;
        std::uint32_t rung{};
        std::uint32_t cost_bps{};
        BlockNumber since{};  // head when it was first sent
        bool accepted{};      // an endpoint took it
        bool relayed{};       // a relay took it
        bool doubted{};       // a node wants a higher price or another form
        bool absent{};        // asked for at this head, and an endpoint says that it has no receipt
    };
    /// How long a step is shown to relays alone.
    struct Hiding {
        std::size_t relays{};  // that there are; without any nothing is hidden
        BlockNumber blocks{};
    };
    /// The canonical block that holds one of the attempts.
    struct Inclusion {
        BlockNumber number{};
        Hash32 hash;
        bool succeeded{};
        Wei cost;
        Gas gas_used{};
        std::size_t attempt{};
        bool unproved{};  // below all blocks known: another may have taken its place
    };
    struct Step {
        JournalRecord base;  // identity and the newest plan
        std::vector<Attempt> attempts;
        std::optional<Inclusion> seen;
        Hiding hiding{};
        BlockNumber open_at{};            // from this head on it is shown to all; zero: it is
        std::set<std::string> unwilling;  // relays that did not take it, or lost it
        /// The attempt that a block held when the step ended. What replaced it too late was for a danger that another
        /// step has met since: it is not what goes out again.
        std::optional<std::size_t> ended_with;
        bool uncounted{};  // ended without News::Settled: what it spent is in no sum
        bool counted{};    // what it moved is in the sums, whatever blocks it has been in since

        /// What goes out, and goes out again.
        std::size_t to_send() const { return ended_with.value_or(attempts.size() - 1); }

        /// By the attempt that was included: a replacement may have been of another plan, for another purpose, and of
        /// another position.
        Purpose purpose() const { return seen ? attempts[seen->attempt].purpose : base.purpose; }
        const std::string& position() const { return seen ? attempts[seen->attempt].position : base.position; }
        const std::string& wallet() const { return seen ? attempts[seen->attempt].wallet : base.wallet; }
        /// Its inclusion is in the sums.
        void count(bool succeeded) {
            counted = counted || succeeded;
            uncounted = false;
        }
        BaseValue moved() const { return seen && seen->succeeded ? attempts[seen->attempt].value : BaseValue{}; }
    };
    /// What the engine must hear of.
    enum class News : std::uint8_t {
        None,
        Failed,   // nothing was signed; the nonce is free again. reason() says why
        Stuck,    // the journal does not take the record: nothing goes out until it does. reason() says why
        Sent,     // first broadcast of an attempt
        Seen,     // a receipt in a canonical block
        Settled,  // durable end; last() holds the step
        Foreign,  // somebody else used the nonce; last() holds the step
        Found,    // an ended step is in a block after all, or has succeeded after all; last() holds it
    };
    static constexpr std::size_t kWatched = 8;       // settled steps that are watched on
    static constexpr BlockNumber kWatchBlocks = 64;  // for this long
    static constexpr int kDoubtsMax = 3;             // heads at which the nonce was used but no receipt found

    bool busy() const { return step_.has_value(); }
    /// Nothing is under way and nothing is watched: no event can matter to it.
    bool at_rest() const {
        return !step_ && !building_ && request_ == 0 && settled_.empty() && reopened_steps_.empty() &&
               doubtful_.empty() && recalled_.empty() && owed_.empty();
    }
    const Step* step() const { return step_ ? &*step_ : nullptr; }
    /// The step that ended last, or that the news are of; null where there was none.
    const Step* last() const { return last_ ? &*last_ : nullptr; }
    /// The nonce in use, for people.
    std::string nonce_text() const;
    const std::string& reason() const { return reason_; }
    /// An attempt is being signed or written.
    bool building() const { return building_.has_value() || phase_ == Phase::Reserving; }
    bool settling() const { return phase_ == Phase::Settling; }
    /// Ended in the journal already, but taken out of its block again: it can only be sent again as it is.
    bool reopened() const { return busy() && reopened_; }
    /// ... and has not come into another one: a new step may have its nonce.
    bool yields() const {
        return reopened() && phase_ == Phase::Open && !building_ && !used_ && !step_->seen &&
               !step_->attempts.empty() && reopened_steps_.size() < kWatched;
    }
    /// The lane is free for it then.
    void yield();
    /// The highest attempts of other steps at the nonce in use, which pools may hold.
    std::vector<const Attempt*> rivals() const;
    /// Out and not included: another attempt at its nonce may follow now.
    bool replaceable() const {
        return busy() && phase_ == Phase::Open && !building_ && !reopened_ && !used_ && !step_->seen &&
               !step_->attempts.empty();
    }
    /// As far as is known the nonce is used: nothing is sent for it until the chain says otherwise.
    bool held() const { return used_; }
    bool waits_for(RequestId id) const;
    /// Ended steps that may be out of the chain: the sender's nonce tells.
    bool watches() const { return !recalled_.empty() || !reopened_steps_.empty(); }
    /// Such a step has this nonce: its bytes go first.
    bool wants(Nonce nonce) const;
    /// Up to `number` nothing can be replaced any more; zero: nobody says, and `depth` blocks count.
    void set_final(BlockNumber number, BlockNumber depth) {
        final_ = number;
        final_depth_ = depth;
    }
    /// Watches only: for a sender that is not live any more.
    void set_quiet(bool quiet) { quiet_ = quiet; }

    /// Reserves the nonce in `record.tx` and starts the first attempt.
    void begin(Output& out, JournalRecord record, Hiding hiding);
    /// Shown to relays alone so far.
    bool hidden() const { return busy() && step_->open_at > head_; }
    /// Shows it to all from now on.
    void open(Output& out);
    /// Another attempt at the same nonce: fees of `record.tx` are higher. Ignored while one is being built.
    void replace(Output& out, JournalRecord record);
    /// An open step found in the journal at the start; `rows` in the order of writing. Nothing signed: it is abandoned.
    void adopt(Output& out, const std::vector<JournalRecord>& rows, std::int64_t now);
    /// A step found in the journal that ended a short while ago: watched on, should its block have been removed.
    void recall(const std::vector<JournalRecord>& rows);
    /// Blocks were missed: what was included may not be so any more, and is asked for anew.
    void recheck();

    News persisted(Output& out, const Persisted& event, std::int64_t now, BlockNumber head);
    /// The journal's word on a row that the sums of a day need after a restart.
    void noted(const Persisted& event);
    News signed_(Output& out, const Signed& event, std::int64_t now);
    void sent(Output& out, const Sent& event, std::int64_t now);
    News receipt(Output& out, const ReceiptDone& event, const Canon& canon, std::int64_t now);
    /// A new head: asks for receipts and sends again what is not included.
    void block(Output& out, const BlockRef& head);
    /// The sender's nonce at `head`.
    News account(Output& out, Nonce latest, const BlockRef& head, std::int64_t now);
    /// Blocks were taken away; `canon` no longer has them.
    void reorg(Output& out, const Canon& canon, std::int64_t now);
    /// Ends the step: it is included for good. News::Settled follows when that is durable.
    void settle(Output& out, std::string outcome, std::int64_t now);

  private:
    enum class Phase : std::uint8_t { Idle, Reserving, Open, Settling };
    struct Building {
        JournalRecord record;  // Signed row to be
        bool committing{};
    };
    /// Ended, but in which block is to be proved anew.
    struct Recalled {
        Step step;
        Hash32 known;         // the block it was in before
        BlockNumber until{};  // head at which the watch ends; zero before the first head
    };
    /// What an ended step spent after all. Without it the sums of a day would be too small after a restart, so it is
    /// written again until the journal has it.
    struct Owed {
        RequestId request{};  // zero: not under way
        JournalRecord record;
    };
    static constexpr std::size_t kOwed = 2 * kWatched;
    static Step step_of(const std::vector<JournalRecord>& rows);
    static Attempt* find(Step& step, const Hash32& hash);
    void sign(Output& out, JournalRecord record);
    void commit(Output& out);
    void broadcast(Output& out, const Step& step, const Attempt& attempt) const;
    void relay_said(Output& out, Attempt& attempt, const Sent& event, std::int64_t now);
    void note_taken(Output& out, const Attempt& attempt, const Sent& event, std::int64_t now);
    void watch(Output& out, const Step& step, bool resend) const;
    void abandon(Output& out, std::string outcome, std::int64_t now, News then);
    News abandoned(Output& out, std::int64_t now);
    void end(Output& out, Stage stage, std::string outcome, std::int64_t now);
    void drop();
    void remember(const Step& step);
    void keep(const Step& step);
    /// No reorganisation can take it out any more.
    bool is_final(const Step& step, BlockNumber head) const;
    void watch_again(Recalled entry);
    void again(Output& out, Step& step, BlockNumber head, std::int64_t now) const;
    void reopen(Output& out, Step step, BlockNumber head, std::int64_t now);
    void take_back();
    void reclaim(Output& out, Nonce latest, BlockNumber head, std::int64_t now);
    bool used_by_another() const;
    void set_aside(Step step);
    void forget(Nonce nonce);
    std::optional<Owed> include(Output& out, Step& step, const ReceiptDone& event, const Hash32& known,
                                std::int64_t now) const;
    JournalRecord seen_row(const Step& step, std::int64_t now) const;
    void owe(Owed row);
    JournalRecord row(const Step& step, Stage stage, std::int64_t now) const;
    static Attempt attempt_of(const JournalRecord& record);
    static void fill(JournalRecord& record, const Step& step, std::size_t attempt);

    Rare<Step> step_;
    Rare<Building> building_;
    Phase phase_ = Phase::Idle;
    RequestId request_ = 0;  // the answer that moves the phase or the building on
    Rare<JournalRecord> ending_;
    News after_end_ = News::None;  // what an abandoned step's end is to the engine
    bool used_ = true;             // the chain has used the nonce, as far as is known: do not send
    bool quiet_ = false;
    bool reopened_ = false;
    bool unsettled_ = false;  // its block went away while the end was being written
    bool recheck_ = false;    // blocks were missed while the end was being written
    int doubts_ = 0;
    BlockNumber head_ = 0;
    BlockNumber final_ = 0;
    BlockNumber final_depth_ = kWatchBlocks;
    Hash32 doubted_at_;
    std::vector<Step> settled_;         // newest last
    std::vector<Step> reopened_steps_;  // settled ones out of their blocks while another step holds the lane
    std::vector<Step> doubtful_;        // given up as used by somebody else, but still asked for
    std::vector<Recalled> recalled_;    // oldest first
    std::vector<Owed> owed_;            // oldest first
    Rare<Step> last_;
    std::string reason_;
};

}  // namespace plimsoll::engine
