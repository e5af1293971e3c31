// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <set>
#include <vector>

#include "chain/codec/keccak.hpp"
#include "chain/lending/aave_v3/account.hpp"
#include "chain/lending/market.hpp"

namespace plimsoll::test {

/// Contracts of an Aave V3 deployment as far as a Market reads them: a stand-in without a chain. `state` and `accounts`
/// are the truth at `head`; calls are answered from them, and the functions below change them and give the log of it.
class AaveDeployment {
  public:
    /// The getters of `version`, and accounting by its profile (change state.profile for a fork that mixes).
    explicit AaveDeployment(lending::aave_v3::Version version, std::size_t reserves = 4);

    struct Feed {
        Address source;
        Address aggregator;      // zero: no aggregator(), an adapter
        U256 aggregator_answer;  // what the aggregator itself says; the source answers the reserve's price
        bool guarded{};          // the aggregator answers only its proxy
    };

    /// What only limits changes; caps in whole tokens.
    struct Limits {
        std::uint64_t supply_cap{};
        std::uint64_t borrow_cap{};
        std::uint64_t reserve_factor{};
        std::uint64_t debt_ceiling{};
        bool borrowable_isolated{};
        bool siloed{};
        bool flash_loans{};
        U256 scaled_supply;
        U256 scaled_debt;
        U256 accrued;  // to the treasury, scaled
        U256 isolated_debt;
        U256 liquidity;
        std::array<U256, 4> stable;  // getSupplyData
    };

    lending::aave_v3::MarketState state;
    std::vector<Limits> limits;  // by reserve
    std::uint64_t flash_premium_bps{};
    bool sentinel_allows{};
    std::map<Address, lending::aave_v3::AccountState> accounts;
    std::vector<Feed> feeds;
    std::set<Address> broken;  // every call to these reverts
    BlockRef head;
    Address sentinel;  // zero: none
    std::size_t calls_answered{};

    static Address address(std::uint8_t group, std::uint64_t number);
    Address provider() const { return address(1, 1); }
    Address pool() const { return address(1, 2); }
    Address configurator() const { return address(1, 3); }
    Address oracle() const { return address(1, 4); }
    const lending::aave_v3::Reserve& reserve(std::size_t id) const { return state.reserves[id]; }

    void add_reserve(lending::aave_v3::Reserve reserve, Feed feed);
    /// An account with this supply (as collateral) and this debt, in whole tokens at index one.
    Address add_account(std::uint64_t number, std::uint8_t supplied, std::uint64_t supply, std::uint8_t borrowed,
                        std::uint64_t debt);

    CallResult answer(const Call& call);
    std::vector<CallResult> answer(const std::vector<Call>& calls);
    /// Reads at head until the market wants nothing more. Returns the number of rounds; the first error otherwise.
    Result<std::size_t> settle(lending::Market& market);
    Result<lending::Audit> audit(lending::Market& market, const Address& account);

    /// The next block, `seconds` later; `fork` tells siblings apart. Its interest is in the views, not in the stored
    /// state.
    BlockRef next(std::uint64_t seconds = 12, std::uint8_t fork = 0);

    Log moved_price(std::size_t id, std::uint64_t price);  // through the aggregator
    Log updated_reserve(std::size_t id);                   // indices brought to head, rates changed
    Log switched_collateral(const Address& account, std::size_t id, bool on);
    Log set_emode(const Address& account, std::uint8_t category);
    /// Mint of an aToken or debt token for `amount` more; the interest since `index_before` is in the event.
    Log minted(const Address& account, std::size_t id, bool debt, const U256& amount, const U256& index_before);
    Log burnt(const Address& account, std::size_t id, bool debt, const U256& amount, const U256& index_before);
    Log transferred(const Address& from, const Address& to, std::size_t id, u128 scaled);

    Log log(const Address& emitter, std::vector<Hash32> topics, std::vector<U256> words = {});

  private:
    CallResult answer_pool(const Selector& which, const U256& argument);
    CallResult answer_oracle(const Selector& which, const Call& call);
    CallResult answer_token(const Call& call, const Selector& which, const U256& argument);
    CallResult answer_feed(const Call& call, const Selector& which);
    CallResult answer_emode(const Selector& which, std::uint8_t category) const;
    CallResult reserve_data(std::size_t id) const;
    CallResult account_data(const Address& account);
    const lending::aave_v3::AccountState& account_of(const Address& owner) const;
    U256 index(std::size_t id, bool debt) const;
    Log moved_balance(const Address& account, std::size_t id, bool debt, const U256& amount, const U256& index_before,
                      bool mint);

    lending::aave_v3::Version version_;
    std::uint32_t next_log_{};
};

}  // namespace plimsoll::test
