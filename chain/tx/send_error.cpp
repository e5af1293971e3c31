// SPDX-License-Identifier: Apache-2.0
#include "chain/tx/send_error.hpp"

#include <algorithm>
#include <string>

namespace plimsoll::tx {

namespace {

struct Phrase {
    std::string_view text;  // lower case
    SendError meaning;
};

/// First match wins, so the longer of two phrases that contain each other stands first. From the sources of geth
/// (core/txpool/errors.go, core/error.go, internal/ethapi), reth, Nethermind (AcceptTxResult), Besu
/// (TransactionInvalidReason), Erigon and anvil.
constexpr Phrase kPhrases[] = {
    {"unknown transaction", SendError::Unknown},  // contains the next but one
    {"already known", SendError::AlreadyKnown},
    {"alreadyknown", SendError::AlreadyKnown},
    {"known transaction", SendError::AlreadyKnown},
    {"already imported", SendError::AlreadyKnown},
    {"already in mempool", SendError::AlreadyKnown},
    {"replacement transaction underpriced", SendError::ReplacementUnderpriced},
    {"replacement_underpriced", SendError::ReplacementUnderpriced},
    {"replacementnotallowed", SendError::ReplacementUnderpriced},
    {"could not replace existing tx", SendError::ReplacementUnderpriced},
    {"future transaction tries to replace pending", SendError::AccountLimit},
    {"transaction underpriced", SendError::Underpriced},
    {"gas price below minimum", SendError::Underpriced},
    {"gas price below configured minimum", SendError::Underpriced},
    {"gas_price_too_low", SendError::Underpriced},
    {"txpool is full", SendError::Underpriced},
    {"feetoolow", SendError::Underpriced},
    {"fee too low", SendError::Underpriced},
    {"max fee per gas less than block base fee", SendError::Underpriced},
    {"nonce too low", SendError::NonceTooLow},
    {"nonce_too_low", SendError::NonceTooLow},
    {"oldnonce", SendError::NonceTooLow},
    {"nonce is too low", SendError::NonceTooLow},
    {"nonce has already been used", SendError::NonceTooLow},
    {"in-flight transaction limit reached for delegated accounts", SendError::DelegatedAccount},
    {"gapped-nonce tx from delegated accounts", SendError::NonceTooHigh},
    {"nonce too high", SendError::NonceTooHigh},
    {"nonce_too_high", SendError::NonceTooHigh},
    {"nonce too distant", SendError::NonceTooHigh},
    {"nonce_too_far_in_future", SendError::NonceTooHigh},
    {"nonce too far", SendError::NonceTooHigh},
    {"noncegap", SendError::NonceTooHigh},
    {"nonce gap", SendError::NonceTooHigh},
    {"account limit exceeded", SendError::AccountLimit},
    {"insufficient funds", SendError::InsufficientFunds},
    {"insufficientfunds", SendError::InsufficientFunds},
    {"upfront cost exceeds", SendError::InsufficientFunds},
    {"upfront_cost_exceeds_balance", SendError::InsufficientFunds},
    {"exceeds the configured cap", SendError::FeeCapExceeded},
    {"tx_feecap_exceeded", SendError::FeeCapExceeded},
    {"transaction fee cap exceeded", SendError::FeeCapExceeded},
    {"address already reserved", SendError::AddressReserved},
    {"intrinsic gas too low", SendError::Invalid},
    {"intrinsic_gas_exceeds", SendError::Invalid},
    {"transaction gas limit too high", SendError::Invalid},
    {"exceeds block gas limit", SendError::Invalid},
    {"exceeds_block_gas_limit", SendError::Invalid},
    {"gaslimitexceeded", SendError::Invalid},
    {"oversized data", SendError::Invalid},
    {"floor data gas", SendError::Invalid},
    {"insufficient gas for floor", SendError::Invalid},
    {"max initcode size exceeded", SendError::Invalid},
    {"max priority fee per gas higher than max fee per gas", SendError::Invalid},
    {"invalid sender", SendError::Invalid},
    {"invalid signature", SendError::Invalid},
    {"invalid chain id", SendError::Invalid},
    {"invalid transaction v, r, s values", SendError::Invalid},
    {"transaction type not supported", SendError::Invalid},
    {"rlp:", SendError::Invalid},
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view to_string(SendError error) {
    switch (error) {
        case SendError::AlreadyKnown:
            return "already-known";
        case SendError::ReplacementUnderpriced:
            return "replacement-underpriced";
        case SendError::Underpriced:
            return "underpriced";
        case SendError::NonceTooLow:
            return "nonce-too-low";
        case SendError::NonceTooHigh:
            return "nonce-too-high";
        case SendError::DelegatedAccount:
            return "delegated-account";
        case SendError::AccountLimit:
            return "account-limit";
        case SendError::InsufficientFunds:
            return "insufficient-funds";
        case SendError::FeeCapExceeded:
            return "fee-cap-exceeded";
        case SendError::AddressReserved:
            return "address-reserved";
        case SendError::Invalid:
            return "invalid";
        case SendError::Unknown:
            return "unknown";
    }
    return "unknown";
}

Reaction reaction(SendError error) {
    switch (error) {
        case SendError::AlreadyKnown:
            return Reaction::Watch;
        case SendError::ReplacementUnderpriced:
            return Reaction::BumpFromHighest;
        case SendError::Underpriced:
            return Reaction::BumpAndTryOther;
        case SendError::NonceTooLow:
            return Reaction::AskReceipts;
        case SendError::NonceTooHigh:
            return Reaction::RebroadcastLower;
        case SendError::DelegatedAccount:
            return Reaction::AlarmKeyState;
        case SendError::AccountLimit:
            return Reaction::StopReserving;
        case SendError::InsufficientFunds:
            return Reaction::AlarmFunds;
        case SendError::FeeCapExceeded:
            return Reaction::TryOther;
        case SendError::AddressReserved:
            return Reaction::Alarm;
        case SendError::Invalid:
            return Reaction::AbandonPlan;
        case SendError::Unknown:
            return Reaction::RebroadcastSame;
    }
    return Reaction::RebroadcastSame;
}

SendError classify_send_error(std::string_view text) {
    std::string folded(text.substr(0, 4096));
    std::transform(folded.begin(), folded.end(), folded.begin(), lower);
    for (const auto& phrase : kPhrases) {
        if (folded.find(phrase.text) != std::string::npos) return phrase.meaning;
    }
    return SendError::Unknown;
}

}  // namespace plimsoll::tx
