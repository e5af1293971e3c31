// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "strategies/guard.hpp"

namespace plimsoll::sim {

/// A pair of Uniswap V2 between two reserves.
struct Pair {
    Address address;
    std::size_t first{};  // reserve
    std::size_t second{};
    U256 has_first;
    U256 has_second;
};

/// The guard's contract with what accounts have set there, and where it sells: part of the ledger's state.
struct Guarded {
    static Address guard();
    static Address swapper();
    static Address router();

    /// PolicyBook.Spending.
    struct Spending {
        U256 current;
        U256 previous;
        Timestamp window{};
        Timestamp last{};
        Timestamp previous_last{};
    };
    Spending as_of(const Address& account, Timestamp now) const;

    std::map<Address, guard::Policy> policies;  // by account
    std::map<Address, Spending> spendings;
    std::vector<Pair> pairs;  // empty: there is no guard on this chain
    bool router_broken{};

    Pair* pair_of(std::size_t first, std::size_t second);
};

}  // namespace plimsoll::sim
