// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/onchain/calls.hpp"
#include "tests/onchain/devnet.hpp"
#include "tests/onchain/scene.hpp"

namespace plimsoll::onchain {

/// A market with users who have tokens of every kind and have approved everything.
struct World {
    static constexpr std::size_t kUsers = 12;

    explicit World(const Devnet& devnet);

    const DevInfo& info;
    Node node;
    PoolCalls pool;
    AdminCalls admin;
    std::vector<Address> users;
    Address flash_receiver;  // takes flash loans and returns them
    Address bridge;          // may mint unbacked aTokens
    /// Further price sources: an aggregator alone, and one behind a proxy.
    Address spare_aggregator;
    Address spare_proxy;
    Address behind_spare_proxy;

    /// Users, third parties with large positions, and the treasury.
    std::vector<Address> all_accounts() const;
    /// The second after the newest block.
    Timestamp next_second() { return node.latest().ref.timestamp + 1; }
    /// A contract with the code of another one (immutables included) and no storage.
    void copy_code(const Address& from, const Address& to);
    U256 price_of(const Address& asset);
};

/// The chain that the tests of this executable share; started when first asked for.
World& shared_world();

}  // namespace plimsoll::onchain
