// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/rpc/http_worker.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// A PEM file that is no secret but decides whom we trust: a regular file, of root or of us, that nobody else can
/// write. Errc::NotFound, Errc::Refused with the command that mends it, Errc::Decode when it holds no certificate.
Result<std::string> read_certificates(const std::string& path, std::string_view what);

/// The first of them has run out.
bool has_expired(const std::string& certificates);

/// A PEM key in a file that only its owner may read. Errors of keys::read_secret_file; Errc::Decode when it holds no
/// key, Errc::Unsupported for an encrypted one: there is nobody to ask for its passphrase.
Result<keys::SecretBytes> read_tls_key(const std::string& path, std::string_view what);

/// The files that a signer names; null without any. Errc::Mismatch when the key is not the certificate's.
Result<std::shared_ptr<const rpc::HttpIdentity>> read_identity(const config::Signer& signer);

}  // namespace plimsoll::bot
