// SPDX-License-Identifier: Apache-2.0
// Keys from passphrases, and the cipher of the keystore. Costs come from files, so each is bounded before any work.
#pragma once

#include <cstdint>

#include "chain/keys/secret.hpp"

namespace plimsoll::keys {

/// RFC 7914. Memory is 128 * r * (n + p) bytes, time grows with n * r * p.
struct ScryptCost {
    std::uint64_t n = 1ULL << 18U;
    std::uint64_t r = 8;
    std::uint64_t p = 1;
};
constexpr std::uint64_t kScryptMemoryMax = 1ULL << 30U;  // bytes
constexpr std::uint64_t kScryptWorkMax = 1ULL << 24U;    // n * r * p: some eight seconds

/// RFC 8018 with HMAC-SHA-256.
struct Pbkdf2Cost {
    std::uint64_t iterations = 262'144;
};
constexpr std::uint64_t kPbkdf2IterationsMax = 10'000'000;

/// Errc::Range when the cost is out of bounds or n no power of two. Also accepts r = 1 with n at or above 2^16, outside
/// the RFC but written by well-known wallets.
Result<SecretBytes> scrypt(ByteView passphrase, ByteView salt, const ScryptCost& cost, std::size_t size);
Result<SecretBytes> pbkdf2(ByteView passphrase, ByteView salt, const Pbkdf2Cost& cost, std::size_t size);

/// AES-128 in counter mode, in place; the same call encrypts and decrypts. `key` and `iv` have 16 bytes.
Result<void> aes_128_ctr(ByteView key, ByteView iv, std::span<std::uint8_t> data);

}  // namespace plimsoll::keys
