// SPDX-License-Identifier: Apache-2.0
#include "chain/keys/private_key.hpp"

#include <algorithm>
#include <array>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "chain/codec/keccak.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::keys {

namespace {

// Half of the group order, rounded down: the largest s that EIP-2 accepts.
constexpr U256 kHalfOrder{0x7fffffffffffffffULL, 0xffffffffffffffffULL, 0x5d576e7357a4501dULL, 0xdfe92f46681b20a0ULL};

/// Blinded once, before any use, then only read: the library allows that from many threads.
const secp256k1_context* context() {
    static const secp256k1_context* const kContext = [] {
        secp256k1_context* out = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
        SecretBytes seed(32);
        CHECK_INVARIANT(out != nullptr && fill_random(seed.bytes()));
        CHECK_INVARIANT(secp256k1_context_randomize(out, seed.view().data()) == 1);
        return out;
    }();
    return kContext;
}

PublicKey serialize(const secp256k1_pubkey& key) {
    std::array<std::uint8_t, 65> raw{};
    std::size_t size = raw.size();
    secp256k1_ec_pubkey_serialize(context(), raw.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
    CHECK_INVARIANT(size == raw.size());
    PublicKey out;
    std::copy(raw.begin() + 1, raw.end(), out.bytes.begin());
    return out;
}

}  // namespace

Address address_of(const PublicKey& key) {
    const Hash32 hash = keccak256(key.view());
    Address out;
    std::copy(hash.bytes.end() - Address::kSize, hash.bytes.end(), out.bytes.begin());
    return out;
}

Result<PrivateKey> PrivateKey::from_bytes(SecretBytes bytes) {
    if (bytes.size() != 32) return fail(Errc::Range, "a private key has 32 bytes");
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_create(context(), &point, bytes.view().data()) != 1)
        return fail(Errc::Range, "the private key is zero or not below the order of the curve");
    PrivateKey out;
    out.secret_ = std::move(bytes);
    out.public_ = serialize(point);
    out.address_ = address_of(out.public_);
    return out;
}

Result<PrivateKey> PrivateKey::generate() {
    // Outside 1..n-1 once in 2^128 tries: one more try, then the generator is to blame.
    for (int i = 0; i < 2; ++i) {
        SecretBytes bytes(32);
        TRY_VOID(fill_random(bytes.bytes()));
        if (auto key = from_bytes(std::move(bytes))) return key;
    }
    return fail(Errc::Internal, "the random generator gives no usable key");
}

Result<Signature> PrivateKey::sign(const Hash32& digest) const {
    secp256k1_ecdsa_recoverable_signature raw;
    if (secp256k1_ecdsa_sign_recoverable(context(), &raw, digest.bytes.data(), secret_.view().data(),
                                         secp256k1_nonce_function_rfc6979, nullptr) != 1)
        return fail(Errc::Internal, "signing failed");
    std::array<std::uint8_t, 64> compact{};
    int id = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), compact.data(), &id, &raw);
    // Ids 2 and 3 mean an r above the order: once in 2^127 signatures, and Ethereum has no way to say it.
    if (id != 0 && id != 1) return fail(Errc::Internal, "signature without an Ethereum form");
    Signature out;
    TRY(out.r, U256::from_be(ByteView(compact).first(32)));
    TRY(out.s, U256::from_be(ByteView(compact).last(32)));
    out.odd_y = id == 1;
    return out;
}

Result<PublicKey> recover_key(const Hash32& digest, const Signature& signature) {
    if (signature.r.is_zero() || signature.s.is_zero()) return fail(Errc::Range, "signature with a zero r or s");
    if (signature.s > kHalfOrder) return fail(Errc::Range, "signature with a high s (EIP-2)");
    std::array<std::uint8_t, 64> compact{};
    const auto r = signature.r.to_be_bytes();
    const auto s = signature.s.to_be_bytes();
    std::copy(r.begin(), r.end(), compact.begin());
    std::copy(s.begin(), s.end(), compact.begin() + 32);
    secp256k1_ecdsa_recoverable_signature raw;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &raw, compact.data(), signature.odd_y ? 1 : 0) !=
        1)
        return fail(Errc::Range, "signature with r not below the order of the curve");
    secp256k1_pubkey point;
    if (secp256k1_ecdsa_recover(context(), &point, &raw, digest.bytes.data()) != 1)
        return fail(Errc::Mismatch, "no key fits this signature");
    return serialize(point);
}

Result<Address> recover(const Hash32& digest, const Signature& signature) {
    TRY(const auto key, recover_key(digest, signature));
    return address_of(key);
}

}  // namespace plimsoll::keys
