// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/types/u256.hpp"

namespace plimsoll::keys {

/// ECDSA over secp256k1 with the parity of the nonce point's y, from which the signer can be recovered.
struct Signature {
    U256 r;
    U256 s;
    bool odd_y{};

    bool operator==(const Signature&) const = default;
};

}  // namespace plimsoll::keys
