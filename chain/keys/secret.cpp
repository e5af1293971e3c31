// SPDX-License-Identifier: Apache-2.0
#include "chain/keys/secret.hpp"

#include <algorithm>
#include <limits>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

#include "chain/types/check.hpp"

namespace plimsoll::keys {

namespace {

constexpr std::size_t kLockMax = 64U * 1024;  // larger areas would use up the usual limit of locked memory at once

}  // namespace

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
    if (size == 0) return;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    mapped_ = (size + page - 1) / page * page;
    void* area = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_INVARIANT(area != MAP_FAILED);
    data_ = static_cast<std::uint8_t*>(area);
    // Best effort: a refusal leaves memory that is merely wiped at the end.
    if (mapped_ <= kLockMax) std::ignore = mlock(area, mapped_);
    std::ignore = madvise(area, mapped_, MADV_DONTDUMP);
    std::ignore = madvise(area, mapped_, MADV_WIPEONFORK);
}

SecretBytes::SecretBytes(ByteView from) : SecretBytes(from.size()) {
    std::copy(from.begin(), from.end(), data_);
}

SecretBytes::SecretBytes(std::string_view from) : SecretBytes(from.size()) {
    std::copy(from.begin(), from.end(), data_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this == &other) return *this;
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    mapped_ = std::exchange(other.mapped_, 0);
    return *this;
}

SecretBytes::~SecretBytes() {
    release();
}

void SecretBytes::release() noexcept {
    if (data_ == nullptr) return;
    OPENSSL_cleanse(data_, mapped_);
    munmap(data_, mapped_);
}

void SecretBytes::truncate(std::size_t size) {
    CHECK_INVARIANT(size <= size_);
    wipe(bytes().subspan(size));
    size_ = size;
}

void wipe(std::span<std::uint8_t> bytes) {
    if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
}

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Result<void> fill_random(std::span<std::uint8_t> out) {
    CHECK_INVARIANT(out.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    if (RAND_priv_bytes(out.data(), static_cast<int>(out.size())) != 1)
        return fail(Errc::Internal, "the random generator of OpenSSL failed");
    return {};
}

}  // namespace plimsoll::keys
