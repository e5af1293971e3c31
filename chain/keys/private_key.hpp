// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/keys/secret.hpp"
#include "chain/keys/signature.hpp"
#include "chain/types/address.hpp"

namespace plimsoll::keys {

/// x and y of a curve point, 32 big-endian bytes each.
using PublicKey = FixedBytes<64, struct PublicKeyTag>;

/// The last 20 bytes of the public key's Keccak-256.
Address address_of(const PublicKey& key);

class PrivateKey {
  public:
    /// 32 big-endian bytes in 1..n-1, else Errc::Range.
    static Result<PrivateKey> from_bytes(SecretBytes bytes);
    static Result<PrivateKey> generate();

    const PublicKey& public_key() const { return public_; }
    const Address& address() const { return address_; }
    ByteView bytes() const { return secret_.view(); }

    /// Deterministic (RFC 6979), low s (EIP-2). Whoever uses the result recovers the signer from it and compares, as
    /// tx::sign does: that costs as much as signing, so it is done once, where the bytes leave.
    Result<Signature> sign(const Hash32& digest) const;

  private:
    PrivateKey() = default;

    SecretBytes secret_;
    PublicKey public_;
    Address address_;
};

/// Who signed. Errc::Range for r or s outside 1..n-1 or a high s (EIP-2), Errc::Mismatch when no key fits.
Result<PublicKey> recover_key(const Hash32& digest, const Signature& signature);
Result<Address> recover(const Hash32& digest, const Signature& signature);

}  // namespace plimsoll::keys
