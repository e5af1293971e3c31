// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "tests/simulation/guarded.hpp"
#include "tests/support/aave_deployment.hpp"

namespace plimsoll::sim {

/// One token of the market, as far as wallets hold it.
struct Token {
    std::map<Address, U256> balance;
    std::map<Address, U256> allowance;  // of the owner, to the pool
    bool stubborn{};                    // refuses to change an allowance that is not zero, as USDT does
};

/// All state of the chain after one block: an Aave V3 deployment whose accounting is chain/lending's own, tokens, coin
/// and nonces, and what calls do to them.
class Ledger {
  public:
    explicit Ledger(lending::aave_v3::Version version);

    test::AaveDeployment aave;
    std::vector<Token> tokens;  // by reserve
    std::map<Address, U256> native;
    std::map<Address, Nonce> nonces;
    Guarded guarded;

    /// The block of which this is the state, as contracts see it.
    void enter(const BlockRef& block);

    CallResult view(const Call& call);
    /// A call by `from`, which reverts where the contracts would; then nothing has changed.
    bool execute(const Address& from, const Address& to, const Bytes& data, std::vector<Log>& logs);

    // ---- what others do
    /// Through the aggregator, or silently where the source is an adapter.
    void set_price(std::size_t id, std::uint64_t price, std::vector<Log>& logs);
    /// Yearly, in basis points; the indices are brought to now.
    void set_borrow_rate(std::size_t id, std::uint64_t bps, std::vector<Log>& logs);
    void borrow(const Address& account, std::size_t id, const U256& amount, std::vector<Log>& logs);
    void supply(const Address& account, std::size_t id, const U256& amount, std::vector<Log>& logs);
    void withdraw(const Address& account, std::size_t id, const U256& amount, std::vector<Log>& logs);
    void repay(const Address& account, std::size_t id, const U256& amount, std::vector<Log>& logs);
    /// What a pair holds, after trades or deposits.
    void set_pair(std::size_t index, const U256& first, const U256& second, std::vector<Log>& logs);
    /// Half of the greatest debt, or all below 0.95, for collateral with the bonus. False where nothing is
    /// liquidatable.
    bool liquidate(const Address& account, std::vector<Log>& logs);

    // ---- questions
    lending::AccountSummary summary(const Address& account) const;
    /// At a later second.
    lending::AccountSummary summary(const Address& account, Timestamp at) const;
    Wad health(const Address& account) const { return summary(account).health_factor; }
    U256 debt(const Address& account, std::size_t id) const;
    U256 supplied(const Address& account, std::size_t id) const;
    std::uint64_t price(std::size_t id) const { return aave.state.reserves[id].state.price.value.low_u64(); }
    /// In the base currency, 1e8 to the dollar.
    U256 worth(std::size_t id, const U256& amount) const;
    /// Of a reserve, for so many dollars.
    U256 amount_of(std::size_t id, std::uint64_t dollars) const;

  private:
    void move(const Address& account, std::size_t id, bool debt, const U256& amount, bool mint, std::vector<Log>& logs);
    bool pay(const Address& from, const Bytes& data, std::vector<Log>& logs);
    // ---- guarded.cpp
    struct Rescue;
    bool rescue(const Address& from, const Bytes& data, std::vector<Log>& logs);
    std::optional<CallResult> view_guarded(const Call& call) const;
    Log synced(const Pair& pair);

    /// Index of the last action of each balance: what the events call the interest since.
    std::map<std::tuple<Address, std::size_t, bool>, U256> index_before_;
    std::vector<std::pair<U256, U256>> first_indices_;  // income, debt
};

}  // namespace plimsoll::sim
