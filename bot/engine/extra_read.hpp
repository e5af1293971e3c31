// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "chain/types/block.hpp"

namespace plimsoll::engine {

/// Something else to be read in the same multicall as the markets' own reads, at the head: the answers go back to who
/// asked.
struct ExtraRead {
    enum class Kind : std::uint8_t {
        Audit,           // the account's view of its market; one call
        Balance,         // of `asset` in the wallet; one call
        Allowance,       // of `asset` from the wallet to the market; one call
        GuardAllowance,  // of `asset`, a wallet token or a receipt token, from the wallet to the guard; one call
        Standing,        // policy_of and spent_of
        Authorised,      // the market's own authorisation of the guard; one call
        Safe,            // whether the guard is its module, and its owners; two calls
        Conditions,      // of a market; its condition_calls()
        Reference,       // mean price of pool `index`, and its tokens; three calls
        LenderTerms,     // token0, token1 and fee of the pool that is lender `index`
        Lendable,        // what lender `index` has of `asset`; one call
        Swapper,         // of the guard; one call
        Feeds,           // of the book of feeds
        Grace,           // of `asset`; the market's grace_call()
        DataFee,         // of a rollup; tx::data_fee_calls()
        Payloads,        // the queue of the market's governance, of `index` payloads; lending::payload_calls()
    };
    Kind kind{};
    std::size_t market{};
    std::size_t position{};
    std::size_t wallet{};
    std::size_t index{};
    Address asset;
    std::vector<Call> calls;
};

struct ExtraAnswer {
    ExtraRead read;
    std::vector<CallResult> results;  // one per call
};

}  // namespace plimsoll::engine
