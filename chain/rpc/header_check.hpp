// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "chain/rpc/eth.hpp"
#include "chain/rpc/json.hpp"

/// Whether a header is what its hash names: the hash is made again from the fields that the node gives.
namespace plimsoll::rpc {

/// Keccak-256 of the RLP of the header in `block` (eth_getBlockBy*, newHeads): the fifteen fields of the Yellow Paper
/// and, in this order and where they are there, those of London (EIP-1559), Shanghai (4895), Cancun (4844, 4788) and
/// Prague (7685); Osaka adds none. Errc::Decode names a field that is missing or malformed.
Result<Hash32> header_hash(JsonValue block);

/// One for each chain, shared by its endpoints. Not every chain hashes its headers so (zkSync does not, Avalanche has
/// fields between), and forks add fields that this version cannot know. So it learns: from the first header on that
/// agrees with its hash, headers of this chain must. Then one that does not is forged, unless it has a field that no
/// header before it had: that is taken for a fork and told, and is disproved by the next header of its height or above
/// that agrees without that field.
class HeaderCheck {
  public:
    enum class Verdict : std::uint8_t {
        Verified,
        Unknown,     // nothing speaks against it, but its hash cannot be made again here; `why` where that is new
        Incomplete,  // fields are left out that other headers of this chain have: the block itself must be asked for
        Forged,
    };
    struct Judgement {
        Verdict verdict{};
        std::string why;
    };

    /// `must`: this chain's headers are known to be hashed so, from the first on.
    explicit HeaderCheck(bool must = false) : proven_(must) {}

    /// `header` is what `block` was decoded to.
    Judgement judge(JsonValue block, const Header& header);
    bool proven() const { return proven_; }

  private:
    void learn(JsonValue block, BlockNumber number);
    std::optional<std::string> news(JsonValue block) const;

    bool proven_;
    bool told_ = false;                            // that the chain's headers cannot be checked
    std::set<std::string, std::less<>> harmless_;  // names seen in headers that agree
    std::map<std::string, BlockNumber> suspects_;  // names that a fork may have brought, and where first
    std::set<std::string, std::less<>> disproved_;
};

/// Chains whose clients are known to hash headers so: Ethereum and its test chains, those of the OP stack, Arbitrum
/// One.
bool hashes_headers(ChainId chain);

}  // namespace plimsoll::rpc
