// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "chain/keys/secret.hpp"
#include "config/settings.hpp"

namespace plimsoll::config {

/// A passphrase or an API key in memory that is wiped.
class Secret {
  public:
    explicit Secret(keys::SecretBytes bytes) : bytes_(std::move(bytes)) {}

    std::size_t size() const { return bytes_.size(); }
    ByteView view() const { return bytes_.view(); }
    /// For a place that takes text. Whoever copies it wipes the copy.
    std::string_view text() const {
        return {reinterpret_cast<const char*>(bytes_.view().data()),
                bytes_.size()};  // NOLINT: bytes seen as characters
    }

  private:
    keys::SecretBytes bytes_;
};

constexpr std::size_t kSecretBytesMost = 4'096;

/// Reads a secret from where the reference says, without one newline at its end. At most kSecretBytesMost bytes.
///   file        only its owner may read it (mode 0600 or stricter), it belongs to this user, and it is no symbolic
///   link credential  a file of that name in $CREDENTIALS_DIRECTORY (systemd LoadCredential=), closed to others fd an
///   inherited descriptor, read to its end and closed: it can be read once
/// Errc::NotFound, Errc::Refused (with the command that mends it), Errc::Io. No message repeats the secret.
Result<Secret> read_secret(const SecretRef& ref);

/// Where a secret stands in a URL.
inline constexpr std::string_view kSecretPlaceholder = "{secret}";

/// The URL with the secret in its place, where it has one.
std::string with_secret(std::string url, const Secret& secret);

/// From a descriptor, as above.
Result<Secret> read_secret_fd(int descriptor, std::string_view what);

/// "file /etc/plimsoll/x.pass", "credential x", "descriptor 3".
std::string describe(const SecretRef& ref);

}  // namespace plimsoll::config
