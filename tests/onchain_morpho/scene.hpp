// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/onchain/calls.hpp"
#include "tests/onchain/devnet.hpp"
#include "tests/onchain/follower.hpp"
#include "tests/onchain/scene.hpp"

/// Markets of Morpho Blue on the local chain, their users, and one market followed as the daemon follows it.
namespace plimsoll::onchain::morpho {

/// Morpho, as its users call it. Amounts in the token's smallest unit.
struct MorphoCalls {
    Address contract;
    Bytes params;  // the five words of the market

    Tx accrue(const Address& from) const;
    Tx supply(const Address& from, const U256& assets, const Address& behalf) const;
    Tx pledge(const Address& from, const U256& assets, const Address& behalf) const;
    Tx repay(const Address& from, const U256& assets, const U256& shares, const Address& behalf) const;
    Tx liquidate(const Address& from, const Address& borrower, const U256& seized, const U256& shares) const;
    Tx set_fee(const Address& owner, const U256& fee) const;
    Tx set_fee_recipient(const Address& owner, const Address& to) const;

  private:
    Bytes with(const Selector& selector, std::initializer_list<U256> words, bool data) const;
};

/// The chain with users who have both tokens of every market and have approved Morpho.
struct World {
    static constexpr std::size_t kUsers = 9;

    explicit World(const Devnet& devnet);

    const DevInfo& info;
    Node node;
    std::vector<Address> users;

    const DevMorphoMarket& market(std::string_view name) const;
    MorphoCalls calls(const DevMorphoMarket& market);
    std::vector<Address> all_accounts() const;
};

World& shared_world();

/// One followed market of Morpho.
class Watch : public Follower {
  public:
    Watch(World& world, const DevMorphoMarket& of);

    const DevMorphoMarket& of() const { return of_; }

  private:
    const DevMorphoMarket& of_;
};

struct Tally {
    std::uint64_t accounts{};  // views compared
    std::uint64_t numbers{};
    std::uint64_t audits{};
    std::uint64_t unhealthy{};  // views of accounts that the contract would let be liquidated

    Tally& operator+=(const Tally& other);
};

/// Every watched account's numbers against what the contracts say at `block`: interest accrued by Morpho itself in the
/// node's copy of the block, positions, the oracle's price, and whether Morpho would refuse to liquidate. And each
/// audit. A sentence for each difference.
std::vector<std::string> differences(World& world, Watch& watch, const BlockRef& block, Tally& tally);

}  // namespace plimsoll::onchain::morpho
