// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chain/lending/aave_v3/store.hpp"

namespace plimsoll::lending::aave_v3 {

/// Turns what is pending into calls, and answers into state. Sans-I/O: from the PoolAddressesProvider alone it finds
/// the deployment, its reserves, eModes and price sources, then the watched accounts, then the profile that reproduces
/// them. The same reads serve later, when an event says that something must be read again.
class Discovery {
  public:
    explicit Discovery(Store& store) : store_(store) {}

    /// Forgets what was found and begins with the provider.
    void start();
    /// A newly watched account; its reads follow when the reserves are known.
    void add_account(std::uint32_t index);

    std::vector<Call> calls();
    /// Answers to the last calls(), same order.
    Result<void> answer(std::span<const CallResult> results);

    /// Wants what cannot be learnt from the logs of the block just applied.
    void schedule_head_reads();
    void schedule_prices();
    /// Every price source is looked at again.
    void schedule_sources();
    void schedule_accounts();
    void schedule_category(std::uint32_t category) { want_category(category); }

    /// After the store went back to an earlier block; false if what was being discovered is gone.
    bool rewound();

    bool snapshot_complete() const { return reserves_ready_; }
    bool complete() const { return reserves_ready_ && calibrated_ && store_.pending.empty(); }
    /// Nothing but what each block is read for.
    bool wants_prices_alone() const;
    const std::string& unsupported() const { return unsupported_; }

  private:
    Call encode(const Read& read) const;
    Call encode_pool(const Read& read) const;
    Call encode_oracle(const Read& read) const;
    Call encode_account(const Read& read) const;

    Result<void> take(const Read& read, const CallResult& result);
    Result<void> take_deployment(const Read& read, const CallResult& result);
    Result<void> take_reserve(const Read& read, const CallResult& result);
    Result<void> take_emode(const Read& read, const CallResult& result);
    Result<void> take_price(const Read& read, const CallResult& result);
    Result<void> take_source(const Read& read, const CallResult& result);
    Result<void> take_account(const Read& read, const CallResult& result);
    Result<void> take_calibration(const Read& read, const CallResult& result);

    Result<void> take_list(const CallResult& result);
    Result<void> take_reserve_data(std::uint32_t place, const CallResult& result);
    Result<void> take_account_config(std::uint32_t account, const U256& word);
    void take_probe(std::uint32_t which, bool present);
    void set_price(ReserveId id, const std::optional<U256>& price);
    void set_source(ReserveId id, const oracle::PriceSource& source);

    void want(Read::Kind kind, std::uint32_t a = 0, std::uint32_t b = 0) { store_.pending.insert({kind, a, b}); }
    void want_category(std::uint32_t category);
    void want_categories_up_to(std::uint32_t category);
    void want_account(std::uint32_t index);
    void advance();
    /// There is nothing to follow, as opposed to something that is not understood.
    bool hopeless() const { return !reserves_ready_ && !unsupported_.empty(); }
    void begin_stage_three();
    void begin_calibration();
    void finish_calibration();
    struct Resolving {
        std::optional<Address> source;
        std::optional<Address> behind;
        std::optional<U256> answer;
    };

    Store& store_;
    std::vector<Read> in_flight_;
    std::vector<Address> list_;
    Probes probes_;
    std::map<ReserveId, Resolving> resolving_;
    std::vector<Profile> candidates_;
    std::uint32_t probed_categories_{};
    BlockNumber rechecked_at_{};
    bool one_by_one_{};  // getAssetsPrices reverts: some source has no price
    bool pool_asked_{};
    bool reserves_ready_{};
    bool calibrating_{};
    bool calibrated_{};
    bool eager_supplies_{true};
    std::string unsupported_;
};

}  // namespace plimsoll::lending::aave_v3
