// SPDX-License-Identifier: Apache-2.0
// Services that offer swaps over HTTP: what to ask and how to read the answer, without asking. Nothing that they say is
// trusted: an offer is checked here and its effects by the guard.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

namespace plimsoll::dex {

/// A sale to be offered for. Amounts are in the tokens' smallest units.
struct SwapWanted {
    ChainId chain{};
    Address sell;
    Address buy;
    U256 amount;
    Address taker;   // the contract that will call the target, and gets what is bought
    Address origin;  // the account whose key signs the transaction
    std::uint32_t slippage_bps{};

    bool operator==(const SwapWanted&) const = default;
};

/// A GET without the secret: path and query begin with "/".
struct AggregatorRequest {
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// How the key goes into a request: this header, with this before the key.
struct KeyHeader {
    std::string_view name;
    std::string_view prefix;
};

struct SwapOffer {
    U256 amount_in;
    U256 amount_out;
    U256 min_out;  // below it the target reverts
    Address target;
    Address allowance_target;  // who takes the token sold
    Bytes data;
    Gas gas{};  // the service's estimate; zero: none

    bool operator==(const SwapOffer&) const = default;
};

class Aggregator {
  public:
    virtual ~Aggregator() = default;

    virtual std::string_view name() const = 0;
    virtual std::string_view public_url() const = 0;
    virtual KeyHeader key_header() const = 0;
    virtual AggregatorRequest request(const SwapWanted& wanted) const = 0;
    /// Errc::NotFound: the service has no way for this sale. Errc::Refused: it refuses us (key, rate, parameters).
    /// Errc::Io: it fails itself. Errc::Decode and Errc::Mismatch: it says what its specification does not, or answers
    /// something else. Messages name the service and repeat at most a short, printable part of what it said.
    virtual Result<SwapOffer> parse(const SwapWanted& wanted, long status, std::string_view body) const = 0;
};

/// "0x": Swap API v2, allowance holder (docs.0x.org). "1inch": Classic Swap v6.1 (business.1inch.com/portal). Nothing
/// for others.
std::unique_ptr<Aggregator> make_aggregator(std::string_view kind);

/// What an offer must keep to be used.
struct OfferBounds {
    std::vector<Address> targets;     // contracts that may be called
    std::optional<U256> local_quote;  // what our own pools would give
    std::uint32_t better_bps = 500;   // more than that above the local quote is not believed
};

/// Errc::Refused, naming the bound: a target not allowed, an allowance for another contract than the target, an amount
/// of zero or better than believable, a minimum looser than the slippage asked for, calldata of no call.
Result<void> check_offer(const SwapWanted& wanted, const SwapOffer& offer, const OfferBounds& bounds);

}  // namespace plimsoll::dex
