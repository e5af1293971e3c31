// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chain/types/address.hpp"
#include "chain/types/block.hpp"
#include "chain/types/quantity.hpp"

/// What is known of one contract that takes part in a price. Not for use outside chain/oracle.
namespace plimsoll::oracle {

/// latestRoundData() of a Chainlink proxy or aggregator.
struct Round {
    static constexpr unsigned kPhaseBits = 64;  // a proxy's round ids carry the phase above these

    U256 id;
    I256 answer;
    Timestamp started_at{};
    Timestamp updated_at{};

    U256 phase() const { return shift_right(id, kPhaseBits); }
    bool positive() const { return !answer.is_negative() && !answer.word.is_zero(); }
    bool operator==(const Round&) const = default;
};

/// A contract from whose answer another one's is made.
struct Leg {
    Address of;
    bool divides{};

    bool operator==(const Leg&) const = default;
};

struct Node {
    enum class Form : std::uint8_t {
        Unknown,     // not looked at yet
        Opaque,      // answers, but says nothing of what is behind: it is only read
        Feed,        // a round with an age: proxy or aggregator
        Product,     // legs multiplied and divided: synchronicity adapters, MorphoChainlinkOracleV2
        CappedPrice  // the lower of its one leg and a cap: PriceCapAdapterStable
    };
    /// The ratio of a staked asset to its base grows no faster than allowed: PriceCapAdapterBase. The form is Product.
    struct RatioCap {
        U256 ratio;     // as the asset's own contract says it
        U256 unit;      // of the ratio
        U256 snapshot;  // from which the allowed growth is counted
        U256 growth;    // bps per year
        bool capped{};
    };

    Form form{};
    std::uint8_t depth{};  // under what a market asks; a public feed counts as below what repeats it
    std::optional<BlockNumber> looked_at;
    std::vector<Leg> legs;
    std::optional<std::uint64_t> decimals;
    Address aggregator;         // zero without one
    std::optional<U256> least;  // minAnswer and maxAnswer of the aggregator, where it has them
    std::optional<U256> most;
    std::vector<Address> transmitters;  // of the aggregator, where it tells and they are asked for

    bool bounds_asked{};
    bool closed{};  // the aggregator answers nobody but its proxy

    // ---- of the block last read
    Hash32 read_at;
    std::optional<Round> round;
    std::optional<Round> behind;  // what the aggregator answers to anybody
    std::optional<U256> answer;   // latestAnswer of an adapter
    std::optional<U256> cap;      // of a CappedPrice
    std::optional<RatioCap> growth;
};

}  // namespace plimsoll::oracle
