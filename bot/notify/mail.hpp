// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

/// One letter as SMTP takes it (RFC 5322, RFC 2045 to 2047): ASCII alone, lines ended by CR LF, at most 78 long.
std::string letter_of(const std::string& from, const std::vector<std::string>& to, const Bundle& bundle,
                      std::int64_t now_ms);

}  // namespace plimsoll::bot::notify
