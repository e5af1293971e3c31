// SPDX-License-Identifier: Apache-2.0
#include "strategies/safe.hpp"

#include "chain/codec/abi_words.hpp"

namespace plimsoll::guard {

std::vector<Call> safe_calls(const Address& account, const Address& guard) {
    constexpr Selector kIsModuleEnabled = selector("isModuleEnabled(address)");
    constexpr Selector kGetOwners = selector("getOwners()");
    return {{account, abi::Encoder(kIsModuleEnabled, 1).address(guard).finish()},
            {account, abi::Encoder(kGetOwners, 0).finish()}};
}

}  // namespace plimsoll::guard
