// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "chain/types/u256.hpp"
#include "config/diagnostic.hpp"

/// Numbers with units, as they are written in the file, to and from exact integers. No floating point.
namespace plimsoll::config {

enum class Unit : std::uint8_t {
    Duration,  // "500ms", "36s", "2m", "1h", "1d"    -> milliseconds
    Percent,   // "0.5%"                              -> basis points
    Fee,       // "300 gwei", "1 wei"                 -> wei per gas
    Coin,      // "0.5 ETH", "100 gwei"               -> wei; ETH stands for the chain's own coin
    Usd,       // "25000 USD"                         -> 1e8 per USD
    Size,      // "64 KiB", "1 GiB"                   -> bytes
    Blocks,    // "50 blocks", "1 block"              -> blocks
    Factor,    // "1.25", up to 18 digits behind      -> 1e18
};

/// What is wrong with a text, and how it would be right.
struct Wrong {
    Code code;
    std::string why;
    std::string mend;  // a correct spelling, without quotes
};

/// Exact: a fraction finer than the integer is an error, never rounded.
tl::expected<U256, Wrong> parse_amount(Unit unit, std::string_view text);

/// The shortest spelling that parse_amount reads as the same integer.
std::string format_amount(Unit unit, const U256& value);

/// The spelling of a bare number with the unit's usual name: 300 -> "300 gwei".
std::string with_unit(Unit unit, std::string_view number);

/// "ms, s, m, h or d"; empty for Factor.
std::string unit_names(Unit unit);

/// Exact decimal text of value / 10^decimals without trailing zeros, but with at least `least` digits behind the point.
std::string to_decimal(const U256& value, unsigned decimals, unsigned least = 0);

}  // namespace plimsoll::config
