// SPDX-License-Identifier: Apache-2.0
#include "chain/keys/keystore.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "chain/keys/secret_file.hpp"

using namespace plimsoll;
using keys::PrivateKey;
using keys::SecretBytes;

namespace {

constexpr keys::ScryptCost kCheap{1024, 8, 1};

ByteView view(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

PrivateKey sample_key() {
    Bytes raw(32, 0x46);
    return *PrivateKey::from_bytes(SecretBytes(ByteView(raw)));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

struct Folder {
    std::string path;
    Folder() {
        char name[] = "/tmp/plimsoll-keys-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
};

}  // namespace

TEST_CASE("K02 a keystore gives its key back, with either function") {
    const auto key = sample_key();
    for (const keys::KdfCost& cost : {keys::KdfCost{kCheap}, keys::KdfCost{keys::Pbkdf2Cost{2000}}}) {
        const auto json = keys::encrypt_keystore(key, view("pass"), cost);
        REQUIRE(json);
        CHECK(json->find("4646464646") == std::string::npos);
        const auto back = keys::decrypt_keystore(*json, view("pass"));
        REQUIRE(back);
        CHECK(back->address() == key.address());
        CHECK(**keys::keystore_address(*json) == key.address());
        const auto wrong = keys::decrypt_keystore(*json, view("Pass"));
        REQUIRE_FALSE(wrong);
        CHECK(wrong.error().code == Errc::Refused);
        CHECK(wrong.error().message == "keystore: wrong passphrase, or a damaged file (the MAC differs)");
    }
    CHECK(keys::encrypt_keystore(key, {}, kCheap).error().message == "keystore: the passphrase is empty");
    // Salt and iv are fresh each time.
    CHECK(*keys::encrypt_keystore(key, view("p"), kCheap) != *keys::encrypt_keystore(key, view("p"), kCheap));
}

TEST_CASE("K02 K03 a keystore of another form is refused by the name of its field") {
    const auto good = *keys::encrypt_keystore(sample_key(), view("pass"), kCheap);
    const auto weak = *keys::encrypt_keystore(sample_key(), view("pass"), keys::Pbkdf2Cost{1});
    const struct {
        std::string json;
        Errc code;
        std::string_view message;
    } cases[] = {
        {"", Errc::Decode, "keystore: not a JSON object"},
        {"[1]", Errc::Decode, "keystore: not a JSON object"},
        {good.substr(0, good.size() / 2), Errc::Decode, "keystore: not a JSON object"},
        {std::string(70'000, ' '), Errc::Decode, "keystore: too large"},
        {std::string(60'000, '['), Errc::Decode, "keystore: not a JSON object"},
        {"{}", Errc::Decode, "keystore: \"version\" is missing"},
        {replaced(good, "\"version\":3", "\"version\":1"), Errc::Unsupported,
         "keystore: \"version\" is 1, only 3 is understood"},
        {replaced(good, "\"version\":3", "\"version\":\"3\""), Errc::Decode,
         "keystore: \"version\" is not a whole number"},
        {replaced(good, "aes-128-ctr", "aes-128-cbc"), Errc::Unsupported,
         "keystore: \"cipher\" is \"aes-128-cbc\", only \"aes-128-ctr\" is understood"},
        {replaced(good, "\"scrypt\"", "\"argon2id\""), Errc::Unsupported,
         "keystore: \"kdf\" is \"argon2id\", only \"scrypt\" and \"pbkdf2\" are understood"},
        {replaced(weak, "hmac-sha256", "hmac-sha512"), Errc::Unsupported,
         "keystore: \"prf\" is \"hmac-sha512\", only \"hmac-sha256\" is understood"},
        {replaced(good, "\"dklen\":32", "\"dklen\":64"), Errc::Unsupported,
         "keystore: \"dklen\" is 64, only 32 is understood"},
        {replaced(good, "\"n\":1024", "\"n\":1000"), Errc::Range,
         "keystore: scrypt n=1000 r=8 p=1: n must be a power of two above 1"},
        {replaced(good, "\"n\":1024", "\"n\":1073741824"), Errc::Range,
         "keystore: scrypt n=1073741824 r=8 p=1: needs more than 1 GiB of memory"},
        {replaced(good, "\"n\":1024", "\"n\":-1024"), Errc::Decode, "keystore: \"n\" is not a whole number"},
        {replaced(good, "\"n\":1024", "\"n\":1024.0"), Errc::Decode, "keystore: \"n\" is not a whole number"},
        {replaced(good, "\"r\":8", "\"r\":18446744073709551615"), Errc::Range,
         "keystore: scrypt n=1024 r=18446744073709551615 p=1: needs more than 1 GiB of memory"},
        {replaced(good, "\"r\":8", "\"r\":0"), Errc::Range,
         "keystore: scrypt n=1024 r=0 p=1: r and p must be positive"},
        {replaced(good, "\"p\":1", "\"p\":18446744073709551615"), Errc::Range,
         "keystore: scrypt n=1024 r=8 p=18446744073709551615: takes too long"},
        {replaced(replaced(good, "\"n\":1024", "\"n\":2"), "\"p\":1", "\"p\":1048576"), Errc::Range,
         "keystore: scrypt n=2 r=8 p=1048576: needs more than 1 GiB of memory"},
        {replaced(weak, "\"c\":1", "\"c\":2147483648"), Errc::Range,
         "keystore: PBKDF2 with 2147483648 iterations, 1 to 10000000 are allowed"},
        {replaced(weak, "\"c\":1", "\"c\":0"), Errc::Range,
         "keystore: PBKDF2 with 0 iterations, 1 to 10000000 are allowed"},
        {replaced(good, "\"iv\":\"", "\"iv\":\"00"), Errc::Decode, "keystore: \"iv\" has 17 bytes"},
        {replaced(good, "\"iv\":\"", "\"iv\":\"zz"), Errc::Decode, "keystore: \"iv\": not a hex digit at byte 0"},
        {replaced(good, "\"mac\":", "\"mac\":5,\"nomac\":"), Errc::Decode, "keystore: \"mac\" is not a string"},
        {replaced(good, "\"mac\"", "\"nomac\""), Errc::Decode, "keystore: \"mac\" is missing"},
        {replaced(good, "\"crypto\":{", "\"crypto\":[],\"x\":{"), Errc::Decode,
         "keystore: no object around \"cipher\""},
        {replaced(good, "\"address\":\"9d8a", "\"address\":\"9d8b"), Errc::Mismatch,
         "keystore: it names 0x9D8B62f656a8D1615C1294Fd71E9cFB3e4855a4f, but its key is that of "
         "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.message);
        const auto out = keys::decrypt_keystore(c.json, view("pass"));
        REQUIRE_FALSE(out);
        CHECK(out.error().code == c.code);
        if (c.code == Errc::Mismatch)
            CHECK(out.error().message.ends_with("0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"));
        else
            CHECK(out.error().message == c.message);
    }
}

TEST_CASE("what other wallets write is understood") {
    const auto good = *keys::encrypt_keystore(sample_key(), view("pass"), kCheap);
    const auto opens = [](const std::string& json) { return keys::decrypt_keystore(json, view("pass")).has_value(); };
    CHECK(opens(replaced(good, "\"crypto\"", "\"Crypto\"")));
    CHECK(opens(replaced(good, "\"address\"", "\"was\"")));
    CHECK(opens(replaced(good, "\"address\":\"9d8a", "\"address\":\"0x9D8A")));
    CHECK(opens(replaced(good, "\"version\":3", "\"version\":3,\"x-ethers\":{\"client\":\"x\"}")));
    CHECK_FALSE(keys::keystore_address(replaced(good, "\"address\"", "\"was\""))->has_value());
}

TEST_CASE("scrypt: RFC 7914, section 12") {
    const auto hex = [](std::string_view pass, std::string_view salt, keys::ScryptCost cost) {
        return to_hex(keys::scrypt(view(pass), view(salt), cost, 64)->view()).substr(2);
    };
    CHECK(hex("", "", {16, 1, 1}) ==
          "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
          "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
    CHECK(hex("password", "NaCl", {1024, 8, 16}) ==
          "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
          "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
    CHECK(hex("pleaseletmein", "SodiumChloride", {16384, 8, 1}) ==
          "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
          "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST_CASE("AES-128-CTR: NIST SP 800-38A, F.5.1") {
    Bytes data = *from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    REQUIRE(keys::aes_128_ctr(*from_hex("2b7e151628aed2a6abf7158809cf4f3c"),
                              *from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), data));
    CHECK(to_hex(data) == "0x874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff");
}

TEST_CASE("K06 keystore files: only the owner may read them, and they are never overwritten") {
    const Folder folder;
    const std::string path = folder.path + "/main.json";
    const auto key = sample_key();
    REQUIRE(keys::save_keystore(path, key, view("pass"), kCheap));
    struct stat info {};
    REQUIRE(stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0600);
    CHECK(keys::load_keystore(path, view("pass"))->address() == key.address());

    const auto again = keys::save_keystore(path, key, view("pass"), kCheap);
    REQUIRE_FALSE(again);
    CHECK(again.error().message == "keystore " + path + " exists already and is not overwritten");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);  // no temporary file is left

    const auto refused = [](const std::string& file) {
        const auto out = keys::load_keystore(file, view("pass"));
        REQUIRE_FALSE(out);
        return out.error().message;
    };
    for (const auto& [mode, text] : {std::pair{0644U, "0644"}, {0640U, "0640"}, {0602U, "0602"}, {0700U, "0700"}}) {
        REQUIRE(chmod(path.c_str(), mode) == 0);
        CHECK(refused(path) ==
              "keystore " + path + " has mode " + text + ", others than its owner may use it: chmod 600 " + path);
    }
    REQUIRE(chmod(path.c_str(), 0400) == 0);
    CHECK(keys::load_keystore(path, view("pass")));
    CHECK(refused(folder.path + "/none.json") == "keystore " + folder.path + "/none.json does not exist");
    REQUIRE(symlink(path.c_str(), (folder.path + "/link.json").c_str()) == 0);
    CHECK(refused(folder.path + "/link.json") ==
          "keystore " + folder.path + "/link.json is a symbolic link: name the file itself");
    CHECK(refused(folder.path) == "keystore " + folder.path + " is not a regular file");
    if (geteuid() == 0) {
        REQUIRE(chown(path.c_str(), 12345, 12345) == 0);
        CHECK(refused(path) == "keystore " + path + " belongs to user 12345, but this runs as user 0: chown 0 " + path);
    }
    const auto nowhere = keys::save_keystore(folder.path + "/no/such.json", key, view("pass"), kCheap);
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().code == Errc::Io);
}

TEST_CASE("passphrase files: one line, the newline not part of it") {
    const Folder folder;
    const std::string path = folder.path + "/pass";
    const auto written = [&](std::string_view content) {
        std::ofstream(path, std::ios::trunc) << content;
        REQUIRE(chmod(path.c_str(), 0600) == 0);
        return keys::read_passphrase_file(path);
    };
    const auto text = [](const SecretBytes& secret) { return std::string(secret.view().begin(), secret.view().end()); };
    CHECK(text(*written("correct horse\n")) == "correct horse");
    CHECK(text(*written("correct horse\r\n")) == "correct horse");
    CHECK(text(*written(" two\n\n")) == " two\n");
    CHECK(written("\n").error().message == "passphrase file " + path + " is empty");
    CHECK(written("").error().message == "passphrase file " + path + " is empty");
    CHECK(written(std::string(65537, 'x')).error().message ==
          "passphrase file " + path + " is larger than 65536 bytes");
    CHECK(written(std::string(65536, 'x')));
}
