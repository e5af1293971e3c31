// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace plimsoll::tx {

/// What a node's refusal of eth_sendRawTransaction means. Nodes agree on words, not on codes.
enum class SendError : std::uint8_t {
    AlreadyKnown,            // accepted earlier
    ReplacementUnderpriced,  // another transaction of ours holds the nonce at a higher or too near price
    Underpriced,             // the pool's floor rose, or the pool is full
    NonceTooLow,             // the nonce is used: by one of our hashes, or by somebody else with our key
    NonceTooHigh,            // a lower nonce is missing at that node
    DelegatedAccount,        // our account has EIP-7702 code
    AccountLimit,            // too many in flight
    InsufficientFunds,       // for this one, or for the sum of all in flight
    FeeCapExceeded,          // a policy of that endpoint alone
    AddressReserved,         // blob and plain transactions mixed: never by us
    Invalid,                 // gas limits, size, form: our bug or a fork's change
    Unknown,                 // anything else: it may be in the pool
};

std::string_view to_string(SendError error);

/// What must follow.
enum class Reaction : std::uint8_t {
    Watch,             // as after success; no bump
    BumpFromHighest,   // at once, from the highest price of all our hashes at that nonce; this is no success
    BumpAndTryOther,   // at once, and another endpoint
    AskReceipts,       // of all our hashes at that nonce, from two endpoints, several times; only then conclude
    RebroadcastLower,  // the missing lower nonce everywhere; reserve no more
    AlarmKeyState,     // somebody set code on our account; one in flight only
    StopReserving,     // until some are mined
    AlarmFunds,        // the same attempt again later, or a cheaper plan
    TryOther,          // endpoint; whether this one kept it is unknown
    Alarm,             // it cannot be
    AbandonPlan,       // build a smaller one
    RebroadcastSame,   // identical bytes elsewhere, as if it were in the pool
};

Reaction reaction(SendError error);

/// By substrings of the text, case-insensitive, whatever the JSON-RPC code. For texts of timeouts and lost connections
/// too: they are Unknown.
SendError classify_send_error(std::string_view text);

}  // namespace plimsoll::tx
