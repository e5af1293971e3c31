// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chain/lending/market.hpp"
#include "tests/onchain/world.hpp"

namespace plimsoll::onchain {

/// What the contracts did with a sequence of calls.
struct Trial {
    std::size_t done{};                            // calls that went through before the first that did not
    std::string code;                              // of that one: "35", "0x11", or the token's text
    std::optional<lending::AccountSummary> after;  // the account's view when all went through; nothing if it reverts
};

/// Makes the calls in one eth_call as the account itself (its code is replaced for it), at the second of `block`.
Trial try_calls(World& world, const BlockRef& block, const Address& account, const std::vector<ContractCall>& calls);

/// Whether a rule of Market::allowed() is what the pool of Aave 3.0 means by this code.
bool means(const std::string& rule, const std::string& code);

}  // namespace plimsoll::onchain
