// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "bot/guard/setup.hpp"
#include "bot/shell/wallet_signer.hpp"
#include "chain/rpc/eth.hpp"

/// One transaction after the other, each simulated on the newest head before it is signed, and waited for.
namespace plimsoll::bot {

struct SendOptions {
    ChainId chain{};
    Wei max_fee;  // per gas; bids are lowered to it
    std::chrono::milliseconds poll{1'000};
    std::chrono::seconds patience{300};  // for one transaction's receipt
    std::function<void(const std::string&)> say;
};

struct SentStep {
    std::string text;
    Hash32 hash;
    BlockNumber block{};
    Gas gas_used{};
};

/// Carries out the steps from the sender's account. `account` signs delegations; nullptr where there is none.
/// `guard_code` is the guard's runtime code, for the simulation of a step that delegates to it. Errc::Reverted when a
/// simulation or a transaction fails, Errc::Timeout when one is not included in time; steps before it are done.
Task<Result<std::vector<SentStep>>> send_steps(rpc::Eth& eth, std::vector<SetupStep> steps, WalletSigner sender,
                                               keys::Signer* account, Bytes guard_code, SendOptions options);

/// Whether a step would succeed now, from `from`.
Task<Result<void>> simulate_step(rpc::Eth& eth, SetupStep step, Address from, Address account, Bytes guard_code);

}  // namespace plimsoll::bot
