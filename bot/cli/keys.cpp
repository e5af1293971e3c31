// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fmt/format.h>

#include "bot/cli/commands.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/secret_source.hpp"
#include "chain/keys/keystore.hpp"
#include "chain/keys/secret_file.hpp"

namespace plimsoll::bot::cli {

namespace {

constexpr std::string_view kPassphrase = "passphrase";
constexpr std::string_view kKey = "key";

/// 64 hex digits, "0x" optional, into wiped memory without a copy on the way.
Result<keys::PrivateKey> key_of(const config::Secret& text) {
    constexpr std::size_t kBytes = 32;
    std::string_view digits = text.text();
    while (digits.ends_with(' ') || digits.ends_with('\n')) digits.remove_suffix(1);
    if (digits.starts_with("0x")) digits.remove_prefix(2);
    keys::SecretBytes bytes(kBytes);
    bool good = digits.size() == 2 * kBytes;
    for (std::size_t i = 0; good && i < kBytes; ++i) {
        const int high = hex_digit(digits[2 * i]);
        const int low = hex_digit(digits[2 * i + 1]);
        good = high >= 0 && low >= 0;
        if (good) bytes.bytes()[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    if (!good) return fail(Errc::Decode, "a private key is 64 hex digits, 0x before them or not");
    return keys::PrivateKey::from_bytes(std::move(bytes));
}

/// The cost of guessing is the only guard of a stolen file.
void warn_if_short(const Globals& globals, const config::Secret& passphrase) {
    constexpr std::size_t kShort = 12;
    if (passphrase.size() < kShort)
        say(globals,
            fmt::format("warning: the passphrase has fewer than {} characters; whoever copies the file can guess it",
                        kShort));
}

Result<Address> write_keystore(const Globals& globals, const std::string& path, const keys::PrivateKey& key,
                               const SecretSource& source) {
    TRY(const auto passphrase, secret_from(source, kPassphrase, "Passphrase of the new keystore", true));
    warn_if_short(globals, passphrase);
    TRY_VOID(keys::save_keystore(path, key, passphrase.view()));
    say(globals, fmt::format("written: {} (mode 0600). Keep a copy and the passphrase in different places.", path));
    return key.address();
}

ExitCode code_of(const Error& error) {
    switch (error.code) {
        case Errc::Internal:
            return ExitCode::Internal;
        case Errc::NotFound:
        case Errc::Decode:
        case Errc::Range:
            return ExitCode::Usage;
        case Errc::Cancelled:
            return ExitCode::Refused;
        case Errc::Refused:
        case Errc::Mismatch:
        case Errc::Math:
        case Errc::Unsupported:
        case Errc::Io:
        case Errc::Timeout:
        case Errc::Rpc:
        case Errc::Reverted:
            break;
    }
    return ExitCode::ConfigInvalid;
}

ExitCode print(const Globals& globals, const Result<Address>& address) {
    if (!address) {
        say_error(globals, address.error().message);
        return code_of(address.error());
    }
    fmt::print("{}\n", to_checksum(*address));
    return ExitCode::Done;
}

Result<Address> address_in(const KeysAddressCommand& command) {
    TRY(const auto content, keys::read_secret_file(command.keystore, "keystore"));
    const std::string_view json(reinterpret_cast<const char*>(content.view().data()),
                                content.size());  // NOLINT: bytes as text
    TRY(const auto claimed, keys::keystore_address(json));
    if (claimed && !command.verify) return *claimed;
    TRY(const auto passphrase, secret_from(command.passphrase, kPassphrase, "Passphrase of the keystore", false));
    TRY(const auto key, keys::decrypt_keystore(json, passphrase.view()));
    return key.address();
}

}  // namespace

ExitCode keys_new(const Globals& globals, const KeysNewCommand& command) {
    return print(globals, [&]() -> Result<Address> {
        TRY(const auto key, keys::PrivateKey::generate());
        return write_keystore(globals, command.out, key, command.passphrase);
    }());
}

ExitCode keys_import(const Globals& globals, const KeysImportCommand& command) {
    return print(globals, [&]() -> Result<Address> {
        TRY(const auto text, secret_from(command.key, kKey, "Private key in hex", false));
        TRY(const auto key, key_of(text));
        return write_keystore(globals, command.out, key, command.passphrase);
    }());
}

ExitCode keys_address(const Globals& globals, const KeysAddressCommand& command) {
    return print(globals, address_in(command));
}

}  // namespace plimsoll::bot::cli
