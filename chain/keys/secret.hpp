// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string_view>

#include "chain/types/bytes.hpp"

namespace plimsoll::keys {

/// Bytes that must not be seen: on pages of their own, kept out of swap (as far as the limit of locked memory goes),
/// out of core dumps and out of forked children, and wiped at the end. Moves, never copies, and cannot be printed.
class SecretBytes {
  public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size);  // zeros
    explicit SecretBytes(ByteView from);     // the caller wipes its own copy
    explicit SecretBytes(std::string_view from);
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes();

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::span<std::uint8_t> bytes() { return {data_, size_}; }
    ByteView view() const { return {data_, size_}; }
    /// Forgets and wipes everything behind the first `size` bytes.
    void truncate(std::size_t size);

    friend std::ostream& operator<<(std::ostream&, const SecretBytes&) = delete;

  private:
    void release() noexcept;

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t mapped_ = 0;
};

/// Overwrites memory in a way that the compiler keeps.
void wipe(std::span<std::uint8_t> bytes);

/// Same length and content, in time that does not tell where they differ.
bool equal_constant_time(ByteView a, ByteView b);

/// From the operating system's generator, through OpenSSL. Errc::Internal when it fails.
Result<void> fill_random(std::span<std::uint8_t> out);

}  // namespace plimsoll::keys
