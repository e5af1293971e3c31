// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "bot/engine/journal_record.hpp"

namespace plimsoll::engine {

/// "1.2345", truncated; "none" without debt. For people.
std::string health_text(const Wad& health);
/// A value in base currency of 8 decimals, "1234.56". For people.
std::string value_text(const BaseValue& value);

/// "reset-approval", "approve", "prepare", "rescue".
std::string_view to_string(Purpose purpose);

}  // namespace plimsoll::engine
