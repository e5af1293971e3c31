// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chain/codec/abi_words.hpp"

/// Call data of reports to price feeds, as transmitters make it (smartcontractkit/libocr). The signatures are not real.
namespace plimsoll::test {

enum class Form { Ocr1, Ocr2, Secondary };

inline Bytes transmit_data(Form form, const std::vector<std::int64_t>& observations) {
    std::vector<U256> words;
    for (const auto value : observations) words.push_back(I256::from_i64(value).word);
    const std::vector<U256> signatures{U256{11}, U256{12}};
    abi::Encoder report;
    if (form == Form::Ocr1) {
        report.uint(U256{1}).uint(U256{2}).uints(words);
        return abi::Encoder(selector("transmit(bytes,bytes32[],bytes32[],bytes32)"))
            .bytes(report.finish())
            .uints(signatures)
            .uints(signatures)
            .uint(U256{})
            .finish();
    }
    report.uint(U256{1'700'000'000}).uint(U256{2}).uints(words).uint(U256{3});
    const Selector which = form == Form::Ocr2
                               ? selector("transmit(bytes32[3],bytes,bytes32[],bytes32[],bytes32)")
                               : selector("transmitSecondary(bytes32[3],bytes,bytes32[],bytes32[],bytes32)");
    return abi::Encoder(which)
        .uint(U256{5})
        .uint(U256{6})
        .uint(U256{7})
        .bytes(report.finish())
        .uints(signatures)
        .uints(signatures)
        .uint(U256{})
        .finish();
}

inline Bytes forward_data(const Address& to, const Bytes& data) {
    return abi::Encoder(selector("forward(address,bytes)")).address(to).bytes(data).finish();
}

}  // namespace plimsoll::test
