// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <unordered_map>

#include "chain/dex/route.hpp"
#include "chain/followed.hpp"

namespace plimsoll::dex {

/// A pool to follow, by its address alone; the rest is read from it.
struct PoolSpec {
    Address address;
    PoolKind kind{};
    std::uint32_t fee_kept = 997;  // V2 only, see V2State: its contracts do not say it
    std::uint32_t fee_unit = 1'000;
};

struct PoolBookLimits {
    std::int32_t words_around = 3;  // bitmap words read on either side of the price's
    std::int32_t words_ahead = 8;   // least number of further words read when a swap or quote leaves the known ones
    std::int32_t words = 400;       // per pool; what lies beyond stays unknown
    std::size_t ticks = 20'000;     // per pool; more, and the pool is not used
    std::size_t calls = 1'000;      // per round of reads
    std::size_t blocks = 128;       // that rewind() can go back
};

/// Exact local copy of a set of pools: read once around their prices, then kept by their events. Where a swap or a
/// quote leaves the ticks that are known, reads() asks for more at the next opportunity; synced() stays true meanwhile.
///
/// A pool that does not answer as its kind does is left out, with the reason in trouble(); it disturbs no other.
/// Uniswap V3 events: Initialize, Swap, Mint, Burn. Flash, Collect, CollectProtocol and SetFeeProtocol change neither
/// price nor liquidity. V2: Sync.
class PoolBook final : public Followed {
  public:
    explicit PoolBook(std::vector<PoolSpec> specs = {}, const PoolBookLimits& limits = {});

    /// One pool more; read with the next reads(). Nothing happens when it is there already.
    void follow(const PoolSpec& spec);

    // ---- following the chain, see Followed
    const LogFilter& filter() const override { return filter_; }
    std::vector<Call> reads(const BlockRef& head) override;
    Result<void> answer(const BlockRef& head, std::span<const CallResult> results) override;
    Result<void> apply(const BlockRef& block, std::span<const Log> logs) override;
    bool rewind(const BlockRef& ancestor) override;
    void reset() override;
    std::optional<BlockRef> synced() const override;

    // ---- state

    /// All pools in the order given. What is not read yet, or in trouble, has no tokens and takes part in no route.
    std::span<const Pool> pools() const { return pools_; }
    const Pool* find(const Address& address) const;
    /// Why a pool is left out; empty for a good one.
    const std::string& trouble(const Address& pool) const;

    // ---- quotes at the state's block. One that lacks ticks has them read for the next time.

    std::vector<Route> routes(const Address& token_in, const Address& token_out, const RouteLimits& limits = {}) const;
    RouteQuote quote_exact_in(const Route& route, const U256& amount, const QuoteLimits& limits = {}) const;
    RouteQuote quote_exact_out(const Route& route, const U256& amount, const QuoteLimits& limits = {}) const;
    Split best_split(const Address& token_in, const Address& token_out, const U256& amount,
                     const SplitLimits& limits = {}) const;
    Split best_exact_out(const Address& token_in, const Address& token_out, const U256& amount,
                         const RouteLimits& limits = {}) const;

    // ---- audit: the pool's own view of a block against ours

    /// slot0 and liquidity, or getReserves. Empty for an unknown pool.
    std::vector<Call> audit_calls(const Address& pool) const;
    /// True: equal. Errc::Mismatch when `at` is not the state's block; Errc::Decode and Errc::Reverted of the answers.
    Result<bool> audit(const Address& pool, const BlockRef& at, std::span<const CallResult> results) const;

  private:
    enum class Stage : std::uint8_t { Contract, Ready, Trouble };

    /// Words on one side of the known ones (or the first ones), read before they are taken in as a whole.
    struct Extension {
        std::int32_t low{};
        std::int32_t high{};
        std::vector<std::int32_t> words;  // not read yet
        std::vector<Tick> ticks;          // found in words, not read yet
        std::vector<TickInfo> found;
    };
    /// What is known of a pool beside its state.
    struct Entry {
        PoolSpec spec;
        Stage stage{Stage::Contract};
        std::string trouble;
        BlockNumber since{};      // its first state is of this block
        std::int32_t want_low{};  // words that are to be known
        std::int32_t want_high{-1};
        std::optional<Extension> extension;
    };
    /// One read of the round under way.
    struct Read {
        enum class Kind : std::uint8_t { Token0, Token1, Fee, Spacing, Slot0, Liquidity, Reserves, Word, TickInfo };
        Kind kind{};
        std::size_t pool{};
        std::int32_t at{};  // word or tick
    };
    /// Pools as they were before a block, where it changed them.
    struct Undo {
        BlockRef before;
        std::vector<std::pair<std::size_t, Pool>> pools;
    };

    bool complete() const;
    void restart(std::size_t index);
    void set_trouble(std::size_t index, std::string why);
    const V3State* v3(std::size_t index) const;
    void note(const std::optional<MissingTicks>& missing) const;

    // ---- pool_reads.cpp
    static Call call_of(const Read& read, const Address& pool);
    void want_around(std::size_t index, Tick tick);
    void want_word(std::size_t index, std::int32_t word);
    void start_extension(std::size_t index);
    bool ask_contract(std::size_t index);
    bool ask_extension(std::size_t index);
    Result<void> take(const Read& read, const CallResult& result);
    Result<void> take_word(Extension& extension, const Read& read, const U256& bits, Tick spacing);
    void finish_contract(std::size_t index);
    void finish_extension(std::size_t index);

    // ---- pool_events.cpp
    Pool& edit(std::size_t index);
    Result<void> apply_v3(std::size_t index, const Log& log);
    Result<void> apply_swap(std::size_t index, const Log& log);
    Result<void> apply_position(std::size_t index, const Log& log, bool mint);
    Result<void> apply_sync(std::size_t index, const Log& log);

    BlockRef block_;
    bool started_ = false;
    std::vector<Pool> pools_;
    std::vector<Entry> entries_;
    std::unordered_map<Address, std::size_t> index_;
    LogFilter filter_;
    PoolBookLimits limits_;
    std::vector<Read> round_;
    std::deque<Undo> undo_;
    mutable std::vector<MissingTicks> wanted_;
};

}  // namespace plimsoll::dex
