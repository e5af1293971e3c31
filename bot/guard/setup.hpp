// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bot/guard/grants.hpp"
#include "chain/tx/transaction.hpp"

/// The transactions that set the guard up for an account, before anybody signs them.
namespace plimsoll::bot {

struct SetupStep {
    std::string text;  // "lets the guard take supplied WETH"
    ContractCall call;
    std::optional<tx::Authorization> delegation;  // EIP-7702: goes with it, signed by the account

    bool operator==(const SetupStep&) const = default;
};

/// JSON for a hardware wallet or a script: [{ to, value, data, chainId, description, authorizationList? }].
std::string unsigned_json(const std::vector<SetupStep>& steps, ChainId chain);

/// The file that the Transaction Builder of Safe{Wallet} loads; Errc::Unsupported with a delegation, which a Safe
/// cannot make.
Result<std::string> safe_json(const std::vector<SetupStep>& steps, ChainId chain, const Address& safe,
                              std::string_view name, std::int64_t now_ms);

}  // namespace plimsoll::bot
