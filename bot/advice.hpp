// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace plimsoll::bot {

/// What plimsoll does about an alert of this kind, and what its reader can do: one line, or nothing where the alert's
/// own text says it all. `subject` is the position or wallet, for the commands.
std::string advice_of(std::string_view kind, std::string_view subject);

}  // namespace plimsoll::bot
