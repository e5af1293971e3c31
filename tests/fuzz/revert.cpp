// SPDX-License-Identifier: Apache-2.0
// Revert data in words: whatever a contract sends, one printable line of bounded length.
#include "chain/codec/revert.hpp"

#include <algorithm>

#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr abi::KnownError kErrors[] = {"NotActive()", "BalanceTooLow(uint256,uint256)",
                                                  "Explained(string,bytes,address[])"};
    static constexpr abi::KnownCode kCodes[] = {{"35", "the health factor is too low"}};
    const abi::RevertTable table{kErrors, kCodes};
    for (const auto& text : {abi::revert_text({data, size}), abi::revert_text({data, size}, table)}) {
        require(!text.empty() && text.size() <= 1024, "a bounded text");
        require(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<std::uint8_t>(c) < 0x20; }),
                "without control characters");
    }
    return 0;
}
