// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "chain/types/result.hpp"

namespace plimsoll::bot::cli {

/// True when questions can be asked: standard input and standard error are a terminal.
bool can_ask();

/// Asks on standard error and reads a line of standard input, without blanks around it; an empty line is `otherwise`.
/// Errc::Cancelled at the end of the input.
Result<std::string> ask_line(std::string_view question, std::string_view otherwise = {});

}  // namespace plimsoll::bot::cli
