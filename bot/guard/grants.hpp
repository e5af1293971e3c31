// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "chain/lending/market.hpp"
#include "chain/rpc/eth.hpp"
#include "strategies/guard.hpp"

/// What an account must give the guard besides a policy, and whether it has.
namespace plimsoll::bot {

struct Grant {
    enum class Kind : std::uint8_t {
        Supply,         // the guard may take the receipt token of a supplied asset
        Wallet,         // ... an asset that lies in the wallet
        Authorisation,  // Morpho: act on the account's positions
        Module,         // Safe: be a module
        Delegation,     // EIP-7702: the guard's code runs at the account
    };
    Kind kind{};
    std::string what;  // "supplied WETH", "Morpho's authorisation"
    Address contract;  // that is called to give it: token, Morpho, the Safe; the account itself for Delegation
    bool given{};
};

std::string_view to_string(Grant::Kind kind);

/// What is needed, by access and strategies.
struct GrantNeeds {
    std::vector<std::pair<Address, std::string>> supplies;  // asset and symbol: collateral that may be sold
    std::vector<std::pair<Address, std::string>> wallet;    // assets that may be taken from the wallet
};
GrantNeeds grant_needs(const guard::Policy& policy, const std::vector<std::string>& strategies,
                       const std::vector<lending::AssetPosition>& offered);

/// Reads at `at` which of them are given. Errc::Decode where a contract is not what it should be.
Task<Result<std::vector<Grant>>> read_grants(rpc::Eth& eth, const lending::Market& market, Address account,
                                             Address guard, guard::Access access, GrantNeeds needs, rpc::BlockId at);

/// The call that gives it, or takes it back. Not for Delegation, which is no call.
ContractCall give(const Grant& grant, const Address& guard);
ContractCall take_back(const Grant& grant, const Address& guard);

/// 0xef0100 || address: the code of an account that delegates (EIP-7702).
bool delegates_to(ByteView code, const Address& target);

}  // namespace plimsoll::bot
