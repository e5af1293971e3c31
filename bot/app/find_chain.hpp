// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/settings.hpp"

namespace plimsoll::bot {

/// nullptr when there is no chain of this name.
const config::Chain* find_chain(const config::Settings& settings, const std::string& name);

/// Of a node that is known by its URL alone.
Result<ChainId> ask_chain_id(const std::string& url);

}  // namespace plimsoll::bot
