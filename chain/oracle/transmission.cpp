// SPDX-License-Identifier: Apache-2.0
#include "chain/oracle/transmission.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"

namespace plimsoll::oracle {

namespace {

constexpr std::size_t kSelector = 4;
constexpr std::size_t kContextWords = 3;  // of an OCR2 report
constexpr unsigned kObservationBits = 192;

constexpr Selector kForward = selector("forward(address,bytes)");
constexpr Selector kTransmit1 = selector("transmit(bytes,bytes32[],bytes32[],bytes32)");
constexpr Selector kTransmit2 = selector("transmit(bytes32[3],bytes,bytes32[],bytes32[],bytes32)");
constexpr Selector kSecondary = selector("transmitSecondary(bytes32[3],bytes,bytes32[],bytes32[],bytes32)");
static_assert(kForward == Selector::literal("0x6fadcf72"));
static_assert(kTransmit1 == Selector::literal("0xc9807539"));
static_assert(kTransmit2 == Selector::literal("0xb1dc65a4"));
static_assert(kSecondary == Selector::literal("0xba0cb29e"));

Selector selector_of(ByteView data) {
    Selector out;
    if (data.size() >= kSelector) std::copy_n(data.begin(), kSelector, out.bytes.begin());
    return out;
}

/// (bytes32 context, bytes32 observers, int192[]) in OCR1, (uint32 time, bytes32 observers, int192[], int192) in OCR2:
/// the observations are the third of both.
bool read_report(ByteView report, Transmission& out) {
    abi::Reader reader(report);
    if (!reader.skip(2)) return false;
    auto observations = reader.array();
    if (!observations || observations->count == 0 || observations->count > kOraclesMost) return false;
    out.observations = observations->count;
    for (std::size_t i = 0; i < observations->count; ++i) {
        const auto value = observations->elements.sint(kObservationBits);
        if (!value) return false;
        if (i == observations->count / 2) out.median = *value;
    }
    return true;
}

bool read_transmit(ByteView data, Transmission& out) {
    const Selector which = selector_of(data);
    const bool second = which == kTransmit2 || which == kSecondary;
    if (which != kTransmit1 && !second) return false;
    abi::Reader arguments(data.subspan(kSelector));
    if (second && !arguments.skip(kContextWords)) return false;
    const auto report = arguments.bytes();
    return report && read_report(*report, out);
}

}  // namespace

std::optional<Transmission> decode_transmission(const Address& to, ByteView data) {
    if (data.size() > kTransmissionBytes) return std::nullopt;
    Transmission out;
    out.aggregator = to;
    if (selector_of(data) != kForward) {
        if (!read_transmit(data, out)) return std::nullopt;
        return out;
    }
    abi::Reader arguments(data.subspan(kSelector));
    const auto target = arguments.address();
    const auto inner = target ? arguments.bytes() : Result<ByteView>(fail(Errc::Decode, "no target"));
    if (!inner || !read_transmit(*inner, out)) return std::nullopt;
    out.aggregator = *target;
    out.forwarder = to;
    return out;
}

}  // namespace plimsoll::oracle
