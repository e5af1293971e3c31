// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chain/codec/abi_words.hpp"
#include "tests/support/fake_market.hpp"

namespace plimsoll::test {

inline const Address kController = address_of(0xC047);

/// A PayloadsController whose payloads set the threshold of the first asset. Answers as the contract encodes them.
struct FakeQueue {
    enum State : std::uint8_t { None, Created, Queued, Executed, Cancelled, Expired };
    struct Payload {
        State state = Queued;
        Timestamp queued_at{};
        std::uint64_t threshold{};  // bps that executing it sets; zero: it reverts
        std::uint64_t delay = 86'400;
        std::uint64_t grace = 7 * 86'400;

        bool operator==(const Payload&) const = default;
    };
    std::vector<Payload> payloads;

    bool operator==(const FakeQueue&) const = default;

    CallResult view(const Call& call) const {
        if (asks(call.data, selector("getPayloadsCount()")))
            return {true, abi::Encoder().uint(U256{payloads.size()}).finish()};
        if (!asks(call.data, selector("getPayloadById(uint40)"))) return {false, {}};
        const auto& payload = payloads.at(id_in(call.data));
        abi::Encoder one;
        one.address(address_of(0xC4EA)).uint(U256{1}).uint(U256{payload.state}).uint(U256{1});
        one.uint(U256{payload.queued_at}).uint(U256{}).uint(U256{}).uint(U256{2}).uint(U256{payload.delay});
        one.uint(U256{payload.grace}).tuples({});
        return {true, abi::Encoder().tuple(one).finish()};
    }

    bool execute(const Bytes& data, Timestamp at, FakeState& market) {
        if (!asks(data, selector("executePayload(uint40)"))) return false;
        auto& payload = payloads.at(id_in(data));
        const Timestamp due = payload.queued_at + payload.delay;
        if (payload.state != Queued || at <= due || at >= due + payload.grace || payload.threshold == 0) return false;
        payload.state = Executed;
        market.assets[0].threshold = payload.threshold;
        return true;
    }

  private:
    static bool asks(const Bytes& data, const Selector& function) {
        return data.size() >= 4 && std::equal(function.bytes.begin(), function.bytes.end(), data.begin());
    }
    static std::size_t id_in(const Bytes& data) { return word_at(ByteView(data).subspan(4), 0).low_u64(); }
};

}  // namespace plimsoll::test
