// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/types/address.hpp"

namespace plimsoll {

/// One transaction-to-be, or one call of a plan: target and calldata; the value is always zero.
struct ContractCall {
    Address to;
    Bytes data;

    bool operator==(const ContractCall&) const = default;
};

}  // namespace plimsoll
