// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace plimsoll {

/// RFC 4648, with padding.
std::string base64(std::string_view text);

}  // namespace plimsoll
