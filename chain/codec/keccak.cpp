// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/keccak.hpp"

namespace plimsoll {

Hash32 keccak256(ByteView data) {
    return keccak_detail::digest(data);
}

}  // namespace plimsoll
