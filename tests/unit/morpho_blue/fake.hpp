// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chain/codec/keccak.hpp"
#include "chain/lending/market.hpp"
#include "chain/lending/morpho_blue/state.hpp"

namespace plimsoll::test {

Address address(std::uint8_t number);

/// A market of Morpho Blue with its tokens, rate model, oracle and Multicall3, that answers the calls made to it. What
/// a test changes here without an event, the adapter cannot know.
class FakeMorpho {
  public:
    FakeMorpho();

    lending::morpho_blue::Terms terms;
    lending::morpho_blue::Totals totals;
    U256 rate_at_target{1'268'391'679};
    Address fee_recipient = address(9);
    std::map<Address, lending::morpho_blue::AccountState> positions;
    /// Base 1 and quote 1; nothing: the oracle has only price().
    std::optional<std::pair<U256, U256>> answers = std::pair{U256{200'000'000'000}, U256{100'000'000}};
    std::optional<U256> plain_price;  // without answers
    bool vault = false;               // the oracle has one too
    U256 price_error;                 // what the oracle answers more than its feeds make
    bool multicall = true;
    bool adaptive = true;  // the rate model stores a rate at target
    U256 rate_error;       // what the model answers more than it should
    U256 interest_error;   // what the contract accrues more than it should
    std::map<Address, unsigned> decimals;

    Address aggregator(std::size_t feed) const { return address(static_cast<std::uint8_t>(40 + feed)); }
    void make_id();
    std::optional<U256> price() const;

    BlockRef block{100, Hash32{{100}}, Hash32{{99}}, 1'700'000'000, {}};
    /// The next block, after so many seconds.
    BlockRef next(std::uint64_t seconds = 12);

    CallResult answer(const Call& call) const;
    std::vector<CallResult> answer(const std::vector<Call>& calls) const;

    std::unique_ptr<lending::Market> market() const;
    /// Reads until the market wants nothing more; how many calls that took, or the error of answer().
    Result<std::size_t> sync(lending::Market& market, const BlockRef& head) const;

    Log log(const Hash32& event, std::vector<Hash32> topics, std::vector<U256> words) const;
    Log of(const Address& emitter, Log log) const;

  private:
    CallResult from_oracle(const Selector& selector) const;
    CallResult from_morpho(const Selector& selector, ByteView arguments) const;
    CallResult from_multicall(const Selector& selector, ByteView arguments) const;
    CallResult rate(ByteView arguments) const;
};

}  // namespace plimsoll::test
