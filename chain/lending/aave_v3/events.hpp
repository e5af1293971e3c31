// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/aave_v3/discovery.hpp"
#include "chain/lending/aave_v3/store.hpp"

namespace plimsoll::lending::aave_v3 {

/// What the logs of one block do to the state. Where a log does not say exactly what changed, a read at the same block
/// is scheduled instead.
class Events {
  public:
    Events(Store& store, Discovery& discovery) : store_(store), discovery_(discovery) {}

    /// One log of the state's block. Errc::Decode if it does not have the form of its event.
    Result<void> apply(const Log& log);
    /// The deployment itself changed (new code or new contracts): everything is to be discovered anew.
    bool restart() const { return restart_; }
    void begin_block() { restart_ = false; }

  private:
    Result<void> from_provider(const Log& log);
    Result<void> from_pool(const Log& log);
    Result<void> from_configurator(const Log& log);
    Result<void> limit_changed(const Log& log, ReserveId id);
    Result<void> from_oracle(const Log& log);
    Result<void> from_token(const Log& log, ReserveId id, bool debt);
    Result<void> from_stable_token(const Log& log, ReserveId id);
    Result<void> from_aggregator(const Log& log);

    Result<void> reserve_updated(const Log& log);
    Result<void> collateral_switched(const Log& log, bool on);
    Result<void> minted_or_burnt(const Log& log, ReserveId id, bool debt, bool mint);
    Result<void> transferred(const Log& log, ReserveId id);
    Result<void> move_supply(const Address& owner, ReserveId id, const U256& scaled, bool in);
    /// True if the balance is to be read anyway, so that no delta applies to it.
    bool unread(std::uint32_t account, ReserveId id, bool debt) const;
    void reread(std::uint32_t account, ReserveId id, bool debt);

    Store& store_;
    Discovery& discovery_;
    bool restart_{};
};

/// The scaled balance after a Mint or Burn of `value` and `interest` at `index`, from the balance before.
/// Underflow: the event contradicts the balance before.
Math<u128> rebuilt(Profile::Rebuild rule, bool debt, bool mint, u128 before, const U256& value, const U256& interest,
                   const U256& index);

}  // namespace plimsoll::lending::aave_v3
