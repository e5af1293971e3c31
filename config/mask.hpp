// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostic.hpp"

namespace plimsoll::config {

/// Byte where the character of a 1-based column begins; the size of the text beyond its end.
std::size_t byte_of_column(std::string_view text, std::uint32_t column);

/// A name under which people keep secrets: "passphrase", "api-key".
bool mentions_secret(std::string_view name);

/// Makes a line fit to be printed: what follows a word that names a secret and what stands in URLs before "@" and after
/// the host becomes "***", lines are cut to a window around their place, and unprintable characters go. The caret moves
/// along.
void mask(Diagnostic& diagnostic);

}  // namespace plimsoll::config
