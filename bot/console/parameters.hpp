// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "chain/lending/market.hpp"

namespace plimsoll::console {

/// "name=main-aave&limit=20", percent-decoded; at most 16, the first of each name. What cannot be read is left out.
std::map<std::string, std::string> parse_query(std::string_view query);

/// A number between 1 and `most`; `usual` where there is none.
std::size_t limit_of(const std::map<std::string, std::string>& parameters, std::size_t usual, std::size_t most);

/// "0x...:210000000000,0x...:99990000": assets and prices in base currency per whole token. At most 32.
Result<std::vector<lending::SupposedPrice>> parse_prices(std::string_view text);

}  // namespace plimsoll::console
