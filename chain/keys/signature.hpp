// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/types/bytes.hpp"
#include "chain/types/u256.hpp"

namespace plimsoll::keys {

/// ECDSA over secp256k1 with the parity of the nonce point's y, from which the signer can be recovered.
struct Signature {
    U256 r;
    U256 s;
    bool odd_y{};

    bool operator==(const Signature&) const = default;
};

/// r, s and v, which is 27 or 28: 65 bytes, as contracts and services take a signature of a message.
inline Bytes packed(const Signature& signature) {
    Bytes out;
    out.reserve(65);
    for (const auto& half : {signature.r.to_be_bytes(), signature.s.to_be_bytes()})
        out.insert(out.end(), half.begin(), half.end());
    out.push_back(signature.odd_y ? 28 : 27);
    return out;
}

}  // namespace plimsoll::keys
