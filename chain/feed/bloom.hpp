// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "chain/types/block.hpp"

namespace plimsoll::feed {

using Bloom = std::array<std::uint8_t, 256>;

/// The three bits that an address or topic sets in a header's logsBloom (Yellow Paper 4.4.3, M3:2048).
struct BloomBits {
    std::array<std::uint16_t, 3> bits{};

    static BloomBits of(ByteView value);
    bool in(const Bloom& bloom) const {
        for (const unsigned bit : bits) {
            if ((static_cast<unsigned>(bloom[255U - bit / 8U]) >> (bit % 8U) & 1U) == 0) return false;
        }
        return true;
    }
};

/// The bloom of these logs, all together.
Bloom bloom_of(const std::vector<Log>& logs);
/// Whether every bit of `wanted` is in `bloom`: logs with that bloom leave out none of a block with the wanted one,
/// unless the others happen to set all its bits.
bool fills(const Bloom& bloom, const Bloom& wanted);
/// Whether the filter selects the log.
bool selects(const LogFilter& filter, const Log& log);

/// Whether a block may hold logs that a filter selects, by its header alone. "No" is certain; "yes" is not.
class BloomTest {
  public:
    BloomTest() = default;
    explicit BloomTest(const LogFilter& filter);

    bool may_match(const Bloom& bloom) const { return any(addresses_, bloom) && any(topics0_, bloom); }

  private:
    static bool any(const std::vector<BloomBits>& wanted, const Bloom& bloom);

    std::vector<BloomBits> addresses_;
    std::vector<BloomBits> topics0_;
};

}  // namespace plimsoll::feed
