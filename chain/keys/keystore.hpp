// SPDX-License-Identifier: Apache-2.0
// Web3 Secret Storage, version 3: the file that wallets and nodes keep a key in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "chain/keys/kdf.hpp"
#include "chain/keys/private_key.hpp"

namespace plimsoll::keys {

using KdfCost = std::variant<ScryptCost, Pbkdf2Cost>;

/// The key in the text of a keystore. aes-128-ctr with scrypt or pbkdf2 (hmac-sha256); missing address and further
/// fields are accepted. Errors name the field: Errc::Decode for text that is no such keystore, Errc::Unsupported for
/// other versions, ciphers and functions, Errc::Range for costs beyond the bounds of kdf.hpp (checked before any memory
/// is taken), Errc::Refused for a wrong passphrase, Errc::Mismatch when the key is not that of the file's address.
Result<PrivateKey> decrypt_keystore(std::string_view json, ByteView passphrase);

/// The text of a new keystore with fresh salt, iv and id. It is decrypted once to prove it before it is returned.
Result<std::string> encrypt_keystore(const PrivateKey& key, ByteView passphrase, const KdfCost& cost = ScryptCost{});

/// The address that the text claims, without the passphrase: for display, proven only by decrypting. Empty when the
/// file does not say it.
Result<std::optional<Address>> keystore_address(std::string_view json);

/// The same on files, by the rules of secret_file.hpp: only the owner may read them, writing never replaces.
Result<PrivateKey> load_keystore(const std::string& path, ByteView passphrase);
Result<void> save_keystore(const std::string& path, const PrivateKey& key, ByteView passphrase,
                           const KdfCost& cost = ScryptCost{});

}  // namespace plimsoll::keys
