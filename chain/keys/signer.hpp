// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "chain/keys/private_key.hpp"

namespace plimsoll::keys {

/// Whoever holds the key of one address: a key in this process now, a signing service behind the same interface.
class Signer {
  public:
    virtual ~Signer() = default;

    virtual const Address& address() const = 0;
    /// May block for as long as the holder of the key takes. The caller proves that the result is
    /// low s and recovers to address().
    virtual Result<Signature> sign(const Hash32& digest) = 0;
};

class LocalSigner final : public Signer {
  public:
    explicit LocalSigner(PrivateKey key) : key_(std::move(key)) {}

    const Address& address() const override { return key_.address(); }
    Result<Signature> sign(const Hash32& digest) override { return key_.sign(digest); }

  private:
    PrivateKey key_;
};

}  // namespace plimsoll::keys
