// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "bot/guard/grants.hpp"
#include "bot/guard/policy.hpp"
#include "chain/rpc/eth_client.hpp"

/// What the commands about the guard read from a chain.
namespace plimsoll::bot {

/// What a command is about. Everything belongs to the settings.
struct GuardSubject {
    const config::Settings& settings;
    const config::Chain& chain;
    const config::Market& market;
    const config::Wallet& wallet;
    const config::Position& position;
    Address guardian;

    /// Of the chain; the settings say that it is there.
    Address guard() const { return chain.guard.value_or(Address{}); }
    /// Where the policy is kept: the account itself when the code runs there.
    Address contract() const { return wallet.guard == guard::Access::Self ? wallet.address : guard(); }
};

/// Errc::NotFound when the position's market has no chain, Errc::Refused when its wallet has no guard.
Result<GuardSubject> guard_subject(const config::Settings& settings, const config::Position& position,
                                   const Address& guardian);

struct GuardStatus {
    BlockRef head;
    lending::GuardMarket market;
    lending::Position position;
    std::vector<lending::AssetPosition> offered;
    Bytes code;        // at the guard's address
    bool genuine{};    // it is this program's guard
    bool delegated{};  // Self: the account runs it
    guard::Standing standing;
    U256 nonce;  // of signed policies
    std::optional<guard::Policy> wanted;
    std::string not_wanted;  // why there is no policy to ask for
    Errc not_wanted_code{};
    std::vector<Grant> grants;

    bool has_policy() const { return !standing.policy.guardian.is_zero(); }
};

/// Reads at the newest head.
Task<Result<GuardStatus>> read_guard_status(rpc::Eth& eth, GuardSubject subject, PolicyTerms terms);

/// Runs `work` on the first endpoint of the chain and ends the connections.
Result<void> at_chain(const config::Chain& chain, const std::function<Task<Result<void>>(rpc::Eth&)>& work);

}  // namespace plimsoll::bot
