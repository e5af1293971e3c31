// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "chain/codec/abi_words.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::test {

/// Price feeds and adapters as far as their getters go. What a contract was not given reverts.
struct FakeFeeds {
    /// What the aggregators would take: by call data, whatever it comes through.
    struct Report {
        Address proxy;
        Address aggregator;
        std::uint64_t number{};
        std::uint64_t answer{};
        Address transmitter;

        bool operator==(const Report&) const = default;
    };
    std::map<Address, std::map<Selector, Bytes>> says;
    std::map<Bytes, Report> reports;

    bool operator==(const FakeFeeds&) const = default;

    static Selector named(std::string_view getter) {
        const Hash32 hash = keccak256({reinterpret_cast<const std::uint8_t*>(getter.data()), getter.size()});
        Selector out;
        std::copy_n(hash.bytes.begin(), 4, out.bytes.begin());
        return out;
    }
    void word(const Address& of, std::string_view getter, const U256& value) {
        says[of][named(getter)] = abi::Encoder().uint(value).finish();
    }
    void address(const Address& of, std::string_view getter, const Address& value) {
        says[of][named(getter)] = abi::Encoder().address(value).finish();
    }
    static U256 in_phase(std::uint64_t phase, std::uint64_t number) {
        return *checked_add(shift_left(U256{phase}, 64), U256{number});
    }
    /// latestRoundData and latestAnswer.
    void round(const Address& of, const U256& id, const I256& answer, Timestamp updated, Timestamp started) {
        says[of][named("latestRoundData()")] =
            abi::Encoder().uint(id).sint(answer).uint(U256{started}).uint(U256{updated}).uint(id).finish();
        says[of][named("latestAnswer()")] = abi::Encoder().sint(answer).finish();
    }
    /// A proxy in its first phase and the aggregator behind it, both saying this.
    void feed(const Address& proxy, const Address& aggregator, std::uint64_t number, std::uint64_t answer,
              Timestamp updated) {
        round(proxy, in_phase(1, number), I256{U256{answer}}, updated, updated);
        round(aggregator, U256{number}, I256{U256{answer}}, updated, updated);
        address(proxy, "aggregator()", aggregator);
        word(proxy, "decimals()", U256{8});
        word(aggregator, "decimals()", U256{8});
    }

    /// A report by `from`: false where it is forged.
    bool transmit(const Address& from, const Bytes& data, Timestamp at) {
        const auto found = reports.find(data);
        if (found == reports.end() || found->second.transmitter != from) return false;
        const Report report = found->second;
        feed(report.proxy, report.aggregator, report.number, report.answer, at);
        return true;
    }
    bool knows(const Address& of) const { return says.contains(of); }
    CallResult answer(const Call& call) const {
        const auto found = says.find(call.to);
        if (found == says.end() || call.data.size() < 4) return {false, {}};
        Selector which;
        std::copy_n(call.data.begin(), 4, which.bytes.begin());
        const auto said = found->second.find(which);
        if (said == found->second.end()) return {false, {}};
        return {true, said->second};
    }
    std::vector<CallResult> answer(const std::vector<Call>& calls) const {
        std::vector<CallResult> out;
        for (const auto& call : calls) out.push_back(answer(call));
        return out;
    }
};

}  // namespace plimsoll::test
