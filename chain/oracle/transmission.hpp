// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "chain/types/address.hpp"
#include "chain/types/bytes.hpp"
#include "chain/types/u256.hpp"

namespace plimsoll::oracle {

/// What a transaction says that it will report to a price feed. A claim: whether the aggregator takes it (signatures,
/// epoch, transmitter) only a simulation on the newest block tells.
struct Transmission {
    Address aggregator;
    std::optional<Address> forwarder;  // that passes it on, where the transmitter is one
    I256 median;                       // in the feed's decimals
    std::size_t observations{};

    bool operator==(const Transmission&) const = default;
};

/// The largest call data that is looked at, bytes: 31 oracles need less than half of it.
inline constexpr std::size_t kTransmissionBytes = 16'384;
/// Oracles of one feed at most, as both contracts have it.
inline constexpr std::size_t kOraclesMost = 31;

/// transmit(bytes,bytes32[],bytes32[],bytes32) of OffchainAggregator (OCR1), transmit(bytes32[3],bytes,bytes32[],
/// bytes32[],bytes32) of OCR2Aggregator and transmitSecondary of the same form, and any of them inside one
/// forward(address,bytes) of an AuthorizedForwarder. nullopt for everything else, a report without observations or with
/// more than kOraclesMost among it. The median is observations[n / 2], as both contracts take it: they are sorted.
/// Sources: smartcontractkit/libocr, contract and contract2; @chainlink/contracts, operatorforwarder.
std::optional<Transmission> decode_transmission(const Address& to, ByteView data);

}  // namespace plimsoll::oracle
