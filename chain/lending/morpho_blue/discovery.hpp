// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chain/lending/morpho_blue/store.hpp"

namespace plimsoll::lending::morpho_blue {

/// Turns what is pending into calls, and answers into state. Sans-I/O: from the singleton and the market's id it finds
/// the parameters, the tokens, the oracle's feeds and the watched accounts; then it holds our interest against what the
/// rate model and the contract itself count. The same reads serve later, when something must be read again.
class Discovery {
  public:
    explicit Discovery(Store& store) : store_(store) {}

    /// Forgets what was found and begins with the parameters.
    void start();
    /// A newly watched account; its read follows when the market is known.
    void add_account(std::uint32_t index);

    std::vector<Call> calls();
    /// Answers to the last calls(), same order.
    Result<void> answer(std::span<const CallResult> results);

    /// Wants what cannot be learnt from the logs of the block just applied.
    void schedule_head_reads();
    /// Every feed is looked at again at this block.
    void look_again();
    /// After the store went back to an earlier block.
    void rewound();

    /// The state can be followed by logs.
    bool snapshot_complete() const { return snapshot_; }
    bool complete() const { return calibrated_ && store_.pending.empty(); }
    /// Nothing but what each block is read for.
    bool wants_price_alone() const;
    const std::string& unsupported() const { return unsupported_; }

  private:
    Call encode(const Read& read) const;
    Call encode_oracle(const Read& read) const;

    Result<void> take(const Read& read, const CallResult& result);
    Result<void> take_first(const Read& read, const CallResult& result);
    Result<void> take_params(const CallResult& result);
    Result<void> take_market(const Read& read, const CallResult& result);
    Result<void> take_token(const Read& read, const CallResult& result);
    Result<void> take_oracle(const Read& read, const CallResult& result);
    void take_feed(const Read& read, const CallResult& result);
    Result<void> take_rate_probe(std::uint32_t which, const CallResult& result);
    Result<void> take_accrual(const CallResult& result);

    void want_feeds();
    void resolve_feeds();
    void advance();
    void refuse(std::string why);
    /// There is nothing to follow, as opposed to something that is not understood.
    bool hopeless() const { return !found_ && !unsupported_.empty(); }
    Totals probe(std::uint32_t which) const;

    struct Resolving {
        std::optional<Address> behind;
        std::optional<U256> answer;
        std::optional<U256> behind_answer;
    };

    Store& store_;
    std::vector<Read> in_flight_;
    std::array<Resolving, Oracle::kFeeds> resolving_;
    bool resolving_feeds_{};  // answers of feeds are still coming in
    bool getters_missing_{};  // the oracle is no MorphoChainlinkOracleV2
    bool vaults_{};           // a vault's rate changes without events
    BlockNumber rechecked_at_{};
    bool found_{};     // there is such a market
    bool snapshot_{};  // its own numbers were read; what is missing of feeds and accounts may come at a later block
    bool multicall_{};
    bool probed_{};
    bool calibrated_{};
    std::string unsupported_;
};

}  // namespace plimsoll::lending::morpho_blue
