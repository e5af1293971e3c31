// SPDX-License-Identifier: Apache-2.0
// Answers of Multicall3: a number of calls, then the data.
#include "chain/rpc/multicall.hpp"

#include "chain/codec/abi_words.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::size_t count = input.byte();
    const auto results = rpc::decode_aggregate3(input.rest(), count);
    if (!results) {
        require(results.error().code == Errc::Decode, "only Decode");
        return 0;
    }
    require(results->size() == count, "as many answers as calls");
    std::vector<abi::Encoder> tuples;
    for (const auto& result : *results) {
        require(result.data.size() <= size, "no answer is longer than all of them");
        tuples.emplace_back().boolean(result.success).bytes(result.data);
    }
    const auto again = rpc::decode_aggregate3(abi::Encoder().tuples(tuples).finish(), count);
    require(again && *again == *results, "answers, written, read the same");
    return 0;
}
