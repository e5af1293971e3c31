// SPDX-License-Identifier: Apache-2.0
#include "chain/keys/kdf.hpp"

#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <openssl/evp.h>

#include "chain/types/check.hpp"

namespace plimsoll::keys {

namespace {

static_assert(std::endian::native == std::endian::little);

const char* text(ByteView bytes) {
    return reinterpret_cast<const char*>(bytes.data());
}

Result<void> check(const ScryptCost& cost) {
    const auto refuse = [&](std::string_view why) {
        return fail(Errc::Range, fmt::format("scrypt n={} r={} p={}: {}", cost.n, cost.r, cost.p, why));
    };
    if (cost.n < 2 || !std::has_single_bit(cost.n)) return refuse("n must be a power of two above 1");
    if (cost.r == 0 || cost.p == 0) return refuse("r and p must be positive");
    // Dividing keeps products of hostile numbers from wrapping.
    if (cost.r > kScryptMemoryMax / 128 / cost.n) return refuse("needs more than 1 GiB of memory");
    if (cost.p > kScryptWorkMax / (cost.n * cost.r)) return refuse("takes too long");
    if (128 * cost.r * (cost.n + cost.p) > kScryptMemoryMax) return refuse("needs more than 1 GiB of memory");
    return {};
}

/// RFC 7914 section 3, on 16 words.
void salsa20_8(std::uint32_t* block) {
    std::uint32_t x[16];
    std::memcpy(x, block, sizeof x);
    const auto quarter = [&x](int a, int b, int c, int d) {
        x[b] ^= std::rotl(x[a] + x[d], 7);
        x[c] ^= std::rotl(x[b] + x[a], 9);
        x[d] ^= std::rotl(x[c] + x[b], 13);
        x[a] ^= std::rotl(x[d] + x[c], 18);
    };
    for (int i = 0; i < 4; ++i) {
        quarter(0, 4, 8, 12), quarter(5, 9, 13, 1), quarter(10, 14, 2, 6), quarter(15, 3, 7, 11);
        quarter(0, 1, 2, 3), quarter(5, 6, 7, 4), quarter(10, 11, 8, 9), quarter(15, 12, 13, 14);
    }
    for (int i = 0; i < 16; ++i) block[i] += x[i];
}

/// RFC 7914 section 4 for r = 1: two blocks of 16 words, whose shuffle at the end changes nothing.
void block_mix(std::uint32_t* two) {
    std::uint32_t* first = two;
    std::uint32_t* second = two + 16;
    for (int i = 0; i < 16; ++i) first[i] ^= second[i];
    salsa20_8(first);
    for (int i = 0; i < 16; ++i) second[i] ^= first[i];
    salsa20_8(second);
}

/// RFC 7914 section 5 for r = 1.
void ro_mix(std::uint32_t* two, std::uint64_t n, std::uint32_t* table) {
    for (std::uint64_t i = 0; i < n; ++i) {
        std::memcpy(table + i * 32, two, 128);
        block_mix(two);
    }
    for (std::uint64_t i = 0; i < n; ++i) {
        const std::uint64_t j = (static_cast<std::uint64_t>(two[17]) << 32U | two[16]) & (n - 1);
        for (std::size_t k = 0; k < 32; ++k) two[k] ^= table[j * 32 + k];
        block_mix(two);
    }
}

/// OpenSSL keeps to the RFC's n < 2^(16 r); this is the one case beyond it that exists in the wild.
Result<SecretBytes> scrypt_small_blocks(ByteView passphrase, ByteView salt, const ScryptCost& cost, std::size_t size) {
    TRY(auto blocks, pbkdf2(passphrase, salt, {1}, 128 * cost.p));
    SecretBytes table(128 * cost.n);
    for (std::uint64_t i = 0; i < cost.p; ++i) {
        // Pages and multiples of 128 keep both areas aligned for words.
        auto* two = reinterpret_cast<std::uint32_t*>(blocks.bytes().data() + 128 * i);
        ro_mix(two, cost.n, reinterpret_cast<std::uint32_t*>(table.bytes().data()));
    }
    return pbkdf2(passphrase, blocks.view(), {1}, size);
}

}  // namespace

Result<SecretBytes> scrypt(ByteView passphrase, ByteView salt, const ScryptCost& cost, std::size_t size) {
    TRY_VOID(check(cost));
    if (cost.r == 1 && cost.n >= 1ULL << 16U) return scrypt_small_blocks(passphrase, salt, cost, size);
    SecretBytes out(size);
    const std::uint64_t memory = 2 * kScryptMemoryMax;  // ours is the tighter bound
    if (EVP_PBE_scrypt(text(passphrase), passphrase.size(), salt.data(), salt.size(), cost.n, cost.r, cost.p, memory,
                       out.bytes().data(), size) != 1)
        return fail(Errc::Internal, "OpenSSL refused scrypt, perhaps for lack of memory");
    return out;
}

Result<SecretBytes> pbkdf2(ByteView passphrase, ByteView salt, const Pbkdf2Cost& cost, std::size_t size) {
    if (cost.iterations == 0 || cost.iterations > kPbkdf2IterationsMax)
        return fail(Errc::Range, fmt::format("PBKDF2 with {} iterations, 1 to {} are allowed", cost.iterations,
                                             kPbkdf2IterationsMax));
    SecretBytes out(size);
    if (PKCS5_PBKDF2_HMAC(text(passphrase), static_cast<int>(passphrase.size()), salt.data(),
                          static_cast<int>(salt.size()), static_cast<int>(cost.iterations), EVP_sha256(),
                          static_cast<int>(size), out.bytes().data()) != 1)
        return fail(Errc::Internal, "OpenSSL refused PBKDF2");
    return out;
}

Result<void> aes_128_ctr(ByteView key, ByteView iv, std::span<std::uint8_t> data) {
    CHECK_INVARIANT(key.size() == 16 && iv.size() == 16);
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                                 &EVP_CIPHER_CTX_free);
    int done = 0;
    if (!cipher || EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ctr(), nullptr, key.data(), iv.data()) != 1 ||
        EVP_EncryptUpdate(cipher.get(), data.data(), &done, data.data(), static_cast<int>(data.size())) != 1)
        return fail(Errc::Internal, "OpenSSL refused AES-128-CTR");
    return {};
}

}  // namespace plimsoll::keys
