// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/draft.hpp"

/// What the wallet has and the position could use.
namespace plimsoll::strategies {

/// Puts just enough of a token of the wallet into the position: Supply or Repay, by the wallet itself where its key is
/// at hand, else pulled by the guard. NoPlan: "no-balance", "guard-allowance", "reserve-paused", "reserve-frozen",
/// "supply-cap", "no-effect", a limit's or the guard's gate.
Proposal use_idle(const Situation& situation, std::string_view strategy, Change::Kind kind, const AssetPosition& asset,
                  const WalletFunds::Token& token);

/// What the guard could pull of a token now: balance, and the allowance where it needs one.
TokenAmount pullable(const Situation& situation, const WalletFunds::Token& token);

const WalletFunds::Token* token_of(const Situation& situation, const Address& asset);

}  // namespace plimsoll::strategies
