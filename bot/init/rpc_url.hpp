// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chain/types/result.hpp"

namespace plimsoll::bot::init {

/// A node's URL without what must not be written down.
struct SplitUrl {
    std::string written;  // with {secret} where the key stood
    std::string key;      // empty: none was found
};

/// Finds an API key in a URL: what stands before "@", or a long word of letters and digits in path or query. A URL that
/// has {secret} already is left alone. Errc::Decode when it is no URL of a node.
Result<SplitUrl> split_key(std::string_view url);

/// Where the same node may take WebSockets: the scheme changed, and the next port after 8545. Empty for ws:// and
/// wss://.
std::vector<std::string> socket_candidates(std::string_view url);

}  // namespace plimsoll::bot::init
