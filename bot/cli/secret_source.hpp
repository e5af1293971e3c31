// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "bot/cli/commands.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot::cli {

/// From the file or the descriptor that was named, else from the terminal, where a new one is asked twice. `name` is
/// that of the options: "passphrase". Errc::NotFound when there is neither, with the options in the message.
Result<config::Secret> secret_from(const SecretSource& source, std::string_view name, std::string_view prompt,
                                   bool twice);

}  // namespace plimsoll::bot::cli
