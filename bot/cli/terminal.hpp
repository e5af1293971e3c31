// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "config/secrets.hpp"

namespace plimsoll::bot::cli {

/// Asks on the controlling terminal and reads a line without showing it. Errc::NotFound without a terminal,
/// Errc::Cancelled on Ctrl-C or Ctrl-D, Errc::Refused for an empty answer.
Result<config::Secret> ask_secret(std::string_view prompt);

/// Asks on the controlling terminal; true only for "yes". Errc::NotFound without a terminal.
Result<bool> ask_yes(std::string_view question);

}  // namespace plimsoll::bot::cli
