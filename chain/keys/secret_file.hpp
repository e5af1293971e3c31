// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "chain/keys/secret.hpp"

namespace plimsoll::keys {

constexpr std::size_t kSecretFileMax = 64U * 1024;  // bytes

/// The whole of a file that only its owner may read. `what` names it in errors ("keystore"). Errc::NotFound when there
/// is none, Errc::Refused for a symbolic link, another owner or a mode beyond 0600, with the command that mends it,
/// Errc::Io for all else.
Result<SecretBytes> read_secret_file(const std::string& path, std::string_view what);

/// As above for a passphrase: without one newline at the end. Empty is Errc::Refused.
Result<SecretBytes> read_passphrase_file(const std::string& path);

/// Writes a new file with mode 0600, whole or not at all, on the disk when it returns. Errc::Refused when there is one
/// already: keys are never overwritten.
Result<void> write_secret_file(const std::string& path, ByteView content, std::string_view what);

}  // namespace plimsoll::keys
