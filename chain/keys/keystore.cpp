// SPDX-License-Identifier: Apache-2.0
#include "chain/keys/keystore.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "chain/codec/keccak.hpp"
#include "chain/keys/secret_file.hpp"

namespace plimsoll::keys {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kIvSize = 16;
constexpr std::size_t kSaltMax = 1024;  // bytes; usual is 32
constexpr std::size_t kDerivedSize = 32;

Result<const Json*> member(const Json& object, const char* name) {
    if (!object.is_object()) return fail(Errc::Decode, fmt::format("keystore: no object around \"{}\"", name));
    const auto at = object.find(name);
    if (at == object.end()) return fail(Errc::Decode, fmt::format("keystore: \"{}\" is missing", name));
    return &*at;
}

Result<std::string> text(const Json& object, const char* name) {
    TRY(const auto* value, member(object, name));
    if (!value->is_string()) return fail(Errc::Decode, fmt::format("keystore: \"{}\" is not a string", name));
    return value->get<std::string>();
}

Result<std::uint64_t> number(const Json& object, const char* name) {
    TRY(const auto* value, member(object, name));
    if (!value->is_number_unsigned())
        return fail(Errc::Decode, fmt::format("keystore: \"{}\" is not a whole number", name));
    return value->get<std::uint64_t>();
}

Result<Bytes> bytes(const Json& object, const char* name, std::size_t least, std::size_t most) {
    TRY(const auto hex, text(object, name));
    auto out = from_hex(hex);
    if (!out) return fail(std::move(out).error(), fmt::format("keystore: \"{}\"", name));
    if (out->size() < least || out->size() > most)
        return fail(Errc::Decode, fmt::format("keystore: \"{}\" has {} bytes", name, out->size()));
    return out;
}

Result<void> expect(const Json& object, const char* name, std::string_view wanted) {
    TRY(const auto value, text(object, name));
    if (value != wanted)
        return fail(Errc::Unsupported, fmt::format("keystore: \"{}\" is \"{}\", only \"{}\" is understood", name,
                                                   value.substr(0, 40), wanted));
    return {};
}

struct Sealed {
    Bytes iv;
    Bytes ciphertext;
    Bytes mac;
    Bytes salt;
    KdfCost cost;
    std::optional<Address> address;
};

Result<Json> parse(std::string_view json) {
    if (json.size() > kSecretFileMax) return fail(Errc::Decode, "keystore: too large");
    Json out = Json::parse(json, nullptr, false);
    if (!out.is_object()) return fail(Errc::Decode, "keystore: not a JSON object");
    return out;
}

Result<std::optional<Address>> claimed_address(const Json& root) {
    const auto at = root.find("address");
    if (at == root.end() || at->is_null() || (at->is_string() && at->get<std::string>().empty())) return std::nullopt;
    TRY(const auto hex, text(root, "address"));
    auto out = Address::parse(hex);  // case is free here: wallets write all three
    if (!out) return fail(std::move(out).error(), "keystore: \"address\"");
    return *out;
}

Result<KdfCost> read_cost(const Json& crypto, const Json& params) {
    TRY(const auto kdf, text(crypto, "kdf"));
    TRY(const auto size, number(params, "dklen"));
    if (size != kDerivedSize)
        return fail(Errc::Unsupported, fmt::format("keystore: \"dklen\" is {}, only 32 is understood", size));
    if (kdf == "scrypt") {
        ScryptCost cost;
        TRY(cost.n, number(params, "n"));
        TRY(cost.r, number(params, "r"));
        TRY(cost.p, number(params, "p"));
        return KdfCost{cost};
    }
    if (kdf == "pbkdf2") {
        TRY_VOID(expect(params, "prf", "hmac-sha256"));
        Pbkdf2Cost cost;
        TRY(cost.iterations, number(params, "c"));
        return KdfCost{cost};
    }
    return fail(
        Errc::Unsupported,
        fmt::format("keystore: \"kdf\" is \"{}\", only \"scrypt\" and \"pbkdf2\" are understood", kdf.substr(0, 40)));
}

Result<Sealed> read(std::string_view json) {
    TRY(const auto root, parse(json));
    TRY(const auto version, number(root, "version"));
    if (version != 3)
        return fail(Errc::Unsupported, fmt::format("keystore: \"version\" is {}, only 3 is understood", version));
    // Early wallets wrote "Crypto".
    TRY(const auto* crypto, member(root, root.contains("Crypto") ? "Crypto" : "crypto"));
    TRY_VOID(expect(*crypto, "cipher", "aes-128-ctr"));
    TRY(const auto* cipher, member(*crypto, "cipherparams"));
    TRY(const auto* params, member(*crypto, "kdfparams"));
    Sealed out;
    TRY(out.iv, bytes(*cipher, "iv", kIvSize, kIvSize));
    TRY(out.ciphertext, bytes(*crypto, "ciphertext", kKeySize, kKeySize));
    TRY(out.mac, bytes(*crypto, "mac", 32, 32));
    TRY(out.salt, bytes(*params, "salt", 1, kSaltMax));
    TRY(out.cost, read_cost(*crypto, *params));
    TRY(out.address, claimed_address(root));
    return out;
}

Result<SecretBytes> derive(ByteView passphrase, ByteView salt, const KdfCost& cost) {
    if (const auto* c = std::get_if<ScryptCost>(&cost)) return scrypt(passphrase, salt, *c, kDerivedSize);
    return pbkdf2(passphrase, salt, std::get<Pbkdf2Cost>(cost), kDerivedSize);
}

/// keccak256 of the second half of the derived key and the ciphertext.
Hash32 mac_of(const SecretBytes& derived, ByteView ciphertext) {
    SecretBytes buffer(16 + ciphertext.size());
    std::copy_n(derived.view().begin() + 16, 16, buffer.bytes().begin());
    std::copy(ciphertext.begin(), ciphertext.end(), buffer.bytes().begin() + 16);
    return keccak256(buffer.view());
}

Json cost_json(const KdfCost& cost) {
    if (const auto* c = std::get_if<ScryptCost>(&cost))
        return {{"dklen", kDerivedSize}, {"n", c->n}, {"r", c->r}, {"p", c->p}};
    return {{"dklen", kDerivedSize}, {"c", std::get<Pbkdf2Cost>(cost).iterations}, {"prf", "hmac-sha256"}};
}

/// RFC 4122, version 4.
std::string uuid(std::array<std::uint8_t, 16> raw) {
    raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0fU) | 0x40U);
    raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3fU) | 0x80U);
    const std::string hex = to_hex(raw).substr(2);
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                       hex.substr(20));
}

std::string bare_hex(ByteView raw) {
    return to_hex(raw).substr(2);
}

}  // namespace

Result<PrivateKey> decrypt_keystore(std::string_view json, ByteView passphrase) {
    TRY(const auto sealed, read(json));
    auto derived = derive(passphrase, sealed.salt, sealed.cost);
    if (!derived) return fail(std::move(derived).error(), "keystore");
    if (!equal_constant_time(mac_of(*derived, sealed.ciphertext).view(), sealed.mac))
        return fail(Errc::Refused, "keystore: wrong passphrase, or a damaged file (the MAC differs)");
    SecretBytes secret{ByteView(sealed.ciphertext)};
    TRY_VOID(aes_128_ctr(derived->view().first(16), sealed.iv, secret.bytes()));
    auto key = PrivateKey::from_bytes(std::move(secret));
    if (!key) return fail(std::move(key).error(), "keystore");
    if (sealed.address && *sealed.address != key->address())
        return fail(Errc::Mismatch, fmt::format("keystore: it names {}, but its key is that of {}",
                                                to_string(*sealed.address), to_string(key->address())));
    return key;
}

Result<std::string> encrypt_keystore(const PrivateKey& key, ByteView passphrase, const KdfCost& cost) {
    if (passphrase.empty()) return fail(Errc::Refused, "keystore: the passphrase is empty");
    std::array<std::uint8_t, 32> salt{};
    std::array<std::uint8_t, kIvSize> iv{};
    std::array<std::uint8_t, 16> id{};
    TRY_VOID(fill_random(salt));
    TRY_VOID(fill_random(iv));
    TRY_VOID(fill_random(id));
    TRY(const auto derived, derive(passphrase, salt, cost));
    SecretBytes sealed{key.bytes()};
    TRY_VOID(aes_128_ctr(derived.view().first(16), iv, sealed.bytes()));
    Json params = cost_json(cost);
    params["salt"] = bare_hex(salt);
    const Json crypto = {{"cipher", "aes-128-ctr"},
                         {"cipherparams", {{"iv", bare_hex(iv)}}},
                         {"ciphertext", bare_hex(sealed.view())},
                         {"kdf", std::holds_alternative<ScryptCost>(cost) ? "scrypt" : "pbkdf2"},
                         {"kdfparams", std::move(params)},
                         {"mac", bare_hex(mac_of(derived, sealed.view()).view())}};
    const Json root = {
        {"address", bare_hex(key.address().view())}, {"crypto", crypto}, {"id", uuid(id)}, {"version", 3}};
    std::string out = root.dump() + "\n";
    TRY(const auto again, decrypt_keystore(out, passphrase));
    if (!equal_constant_time(again.bytes(), key.bytes()))
        return fail(Errc::Internal, "keystore: the new text does not give its key back");
    return out;
}

Result<std::optional<Address>> keystore_address(std::string_view json) {
    TRY(const auto root, parse(json));
    return claimed_address(root);
}

Result<PrivateKey> load_keystore(const std::string& path, ByteView passphrase) {
    TRY(const auto content, read_secret_file(path, "keystore"));
    const auto raw = content.view();
    auto key = decrypt_keystore({reinterpret_cast<const char*>(raw.data()), raw.size()}, passphrase);
    if (!key) return fail(std::move(key).error(), path);
    return key;
}

Result<void> save_keystore(const std::string& path, const PrivateKey& key, ByteView passphrase, const KdfCost& cost) {
    TRY(const auto json, encrypt_keystore(key, passphrase, cost));
    const Bytes raw(json.begin(), json.end());
    return write_secret_file(path, raw, "keystore");
}

}  // namespace plimsoll::keys
