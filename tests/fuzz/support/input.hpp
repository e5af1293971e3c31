// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "chain/types/bytes.hpp"

/// What every fuzz target needs. Each defines
///     extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
/// which returns 0, or -1 for an input that is not worth keeping.
namespace plimsoll::fuzz {

/// Ends the process, as the sanitizers do, when a property that must hold does not.
void require(bool holds, std::string_view property);

/// The bytes of one input, taken from the front. What is missing is zero.
class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

    bool at_end() const { return rest_.empty(); }
    std::size_t size() const { return rest_.size(); }
    std::uint8_t byte();
    std::uint64_t uint(unsigned bytes);  // big-endian, at most 8
    /// At most this many.
    ByteView bytes(std::size_t count);
    ByteView rest() const { return rest_; }
    std::string_view rest_text() const;

  private:
    ByteView rest_;
};

std::string_view text_of(ByteView bytes);

}  // namespace plimsoll::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
