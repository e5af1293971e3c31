// SPDX-License-Identifier: Apache-2.0
#include "chain/tx/send_error.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace plimsoll;
using tx::Reaction;
using tx::SendError;

TEST_CASE("N29 M31 M32 texts of nodes, and what must follow") {
    const struct {
        std::string_view text;
        SendError error;
        Reaction reaction;
    } cases[] = {
        // geth, reth, op-geth
        {"already known", SendError::AlreadyKnown, Reaction::Watch},
        {"known transaction: 0x12", SendError::AlreadyKnown, Reaction::Watch},
        {"Transaction with the same hash was already imported.", SendError::AlreadyKnown, Reaction::Watch},
        {"replacement transaction underpriced", SendError::ReplacementUnderpriced, Reaction::BumpFromHighest},
        {"replacement transaction underpriced: new tx gas fee cap 1 <= 2 queued", SendError::ReplacementUnderpriced,
         Reaction::BumpFromHighest},
        {"transaction underpriced", SendError::Underpriced, Reaction::BumpAndTryOther},
        {"transaction underpriced: tip needed 1, tip permitted 0", SendError::Underpriced, Reaction::BumpAndTryOther},
        {"Gas price below minimum", SendError::Underpriced, Reaction::BumpAndTryOther},
        {"txpool is full", SendError::Underpriced, Reaction::BumpAndTryOther},
        {"nonce too low", SendError::NonceTooLow, Reaction::AskReceipts},
        {"nonce too low: next nonce 5, tx nonce 4", SendError::NonceTooLow, Reaction::AskReceipts},
        {"nonce too high", SendError::NonceTooHigh, Reaction::RebroadcastLower},
        {"gapped-nonce tx from delegated accounts", SendError::NonceTooHigh, Reaction::RebroadcastLower},
        {"in-flight transaction limit reached for delegated accounts", SendError::DelegatedAccount,
         Reaction::AlarmKeyState},
        {"future transaction tries to replace pending", SendError::AccountLimit, Reaction::StopReserving},
        {"account limit exceeded", SendError::AccountLimit, Reaction::StopReserving},
        {"insufficient funds for gas * price + value: balance 1, tx cost 2, overshot 1", SendError::InsufficientFunds,
         Reaction::AlarmFunds},
        {"tx fee (1.50 ether) exceeds the configured cap (1.00 ether)", SendError::FeeCapExceeded, Reaction::TryOther},
        {"intrinsic gas too low: gas 20000, minimum needed 21000", SendError::Invalid, Reaction::AbandonPlan},
        {"transaction gas limit too high (cap: 16777216, tx: 30000000)", SendError::Invalid, Reaction::AbandonPlan},
        {"exceeds block gas limit", SendError::Invalid, Reaction::AbandonPlan},
        {"oversized data: transaction size 131073, limit 131072", SendError::Invalid, Reaction::AbandonPlan},
        {"insufficient gas for floor data gas cost: gas 21000, minimum needed 30000", SendError::Invalid,
         Reaction::AbandonPlan},
        {"address already reserved", SendError::AddressReserved, Reaction::Alarm},
        // Besu, Nethermind, anvil
        {"NONCE_TOO_LOW", SendError::NonceTooLow, Reaction::AskReceipts},
        {"OldNonce, Current nonce: 5, nonce of rejected tx: 4", SendError::NonceTooLow, Reaction::AskReceipts},
        {"Transaction nonce is too distant from current sender nonce", SendError::Unknown, Reaction::RebroadcastSame},
        {"Nonce too distant", SendError::NonceTooHigh, Reaction::RebroadcastLower},
        {"NonceGap, Future nonce. Expected nonce: 5", SendError::NonceTooHigh, Reaction::RebroadcastLower},
        {"ReplacementNotAllowed, Underpriced", SendError::ReplacementUnderpriced, Reaction::BumpFromHighest},
        {"AlreadyKnown", SendError::AlreadyKnown, Reaction::Watch},
        {"InsufficientFunds, Account balance: 0", SendError::InsufficientFunds, Reaction::AlarmFunds},
        {"Upfront cost exceeds account balance", SendError::InsufficientFunds, Reaction::AlarmFunds},
        {"Insufficient funds for gas * price + value", SendError::InsufficientFunds, Reaction::AlarmFunds},
        // Whatever code and wrapping a proxy adds
        {"-32603 execution aborted: NONCE TOO LOW (upstream geth-3)", SendError::NonceTooLow, Reaction::AskReceipts},
        {"unknown transaction", SendError::Unknown, Reaction::RebroadcastSame},
        {"request timed out", SendError::Unknown, Reaction::RebroadcastSame},
        {"429 Too Many Requests", SendError::Unknown, Reaction::RebroadcastSame},
        {"502 Bad Gateway", SendError::Unknown, Reaction::RebroadcastSame},
        {"connection reset by peer", SendError::Unknown, Reaction::RebroadcastSame},
        {"", SendError::Unknown, Reaction::RebroadcastSame},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        CHECK(to_string(tx::classify_send_error(c.text)) == to_string(c.error));
        CHECK(tx::reaction(tx::classify_send_error(c.text)) == c.reaction);
    }
    CHECK(tx::classify_send_error(std::string(5000, ' ') + "already known") == SendError::Unknown);
}
