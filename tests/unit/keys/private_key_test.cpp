// SPDX-License-Identifier: Apache-2.0
#include "chain/keys/private_key.hpp"

#include <doctest/doctest.h>
#include <openssl/sha.h>
#include <type_traits>

#include "chain/keys/signer.hpp"

using namespace plimsoll;
using keys::PrivateKey;
using keys::SecretBytes;

namespace {

PrivateKey key_of(std::string_view hex) {
    auto out = PrivateKey::from_bytes(SecretBytes(ByteView(*from_hex(hex))));
    REQUIRE(out);
    return *std::move(out);
}

U256 word(std::string_view hex) {
    return *U256::from_hex_quantity("0x" + std::string(hex));
}

constexpr std::string_view kOrder = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

}  // namespace

TEST_CASE("K17 signatures are those of RFC 6979") {
    // Known answers for secp256k1 with SHA-256, shared by the test suites of several Bitcoin libraries.
    const struct {
        std::string_view key, message, r, s;
    } cases[] = {
        {"0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
         "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8",
         "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"},
        {"0000000000000000000000000000000000000000000000000000000000000001",
         "All those moments will be lost in time, like tears in rain. Time to die...",
         "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b",
         "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21"},
        {"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
         "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0",
         "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5"},
        {"f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing",
         "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c",
         "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.message);
        const auto key = key_of(c.key);
        Hash32 digest;
        SHA256(reinterpret_cast<const unsigned char*>(c.message.data()), c.message.size(), digest.bytes.data());
        const auto signature = key.sign(digest);
        REQUIRE(signature);
        CHECK(signature->r == word(c.r));
        CHECK(signature->s == word(c.s));
        CHECK(*keys::recover(digest, *signature) == key.address());
        auto other = *signature;
        other.odd_y = !other.odd_y;
        const auto wrong = keys::recover(digest, other);
        CHECK((!wrong || *wrong != key.address()));
    }
}

TEST_CASE("addresses of known keys") {
    // EIP-155's example key, and the first account of every local test node.
    CHECK(to_string(key_of("0x4646464646464646464646464646464646464646464646464646464646464646").address()) ==
          "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F");
    CHECK(to_string(key_of("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").address()) ==
          "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
}

TEST_CASE("keys outside the group are refused") {
    const auto refused = [](ByteView raw) {
        const auto out = PrivateKey::from_bytes(SecretBytes(raw));
        REQUIRE_FALSE(out);
        CHECK(out.error().code == Errc::Range);
        return out.error().message;
    };
    CHECK(refused(Bytes(32)) == "the private key is zero or not below the order of the curve");
    CHECK(refused(*from_hex(kOrder)) == "the private key is zero or not below the order of the curve");
    CHECK(refused(Bytes(31, 1)) == "a private key has 32 bytes");
    CHECK(refused(Bytes(33, 1)) == "a private key has 32 bytes");
    CHECK(refused({}) == "a private key has 32 bytes");
}

TEST_CASE("generated keys differ and sign") {
    auto a = PrivateKey::generate();
    auto b = PrivateKey::generate();
    REQUIRE((a && b));
    CHECK(a->address() != b->address());
    const Address address = a->address();
    keys::LocalSigner signer(*std::move(a));
    keys::Signer& face = signer;
    CHECK(face.address() == address);
    CHECK(*keys::recover(Hash32{{1}}, *face.sign(Hash32{{1}})) == address);
}

TEST_CASE("recovery refuses what no honest signer sends") {
    const Hash32 digest{{7}};
    const auto good = *key_of(std::string(63, '0') + "5").sign(digest);
    const auto refused = [&](keys::Signature signature) {
        const auto out = keys::recover(digest, signature);
        REQUIRE_FALSE(out);
        return out.error().message;
    };
    const U256 high = *checked_sub(word(kOrder), good.s);
    CHECK(refused({good.r, high, !good.odd_y}) == "signature with a high s (EIP-2)");
    CHECK(refused({good.r, U256{}, false}) == "signature with a zero r or s");
    CHECK(refused({U256{}, good.s, false}) == "signature with a zero r or s");
    CHECK(refused({word(kOrder), good.s, false}) == "signature with r not below the order of the curve");
    CHECK(refused({kU256Max, good.s, false}) == "signature with r not below the order of the curve");
    CHECK(refused({U256{5}, good.s, false}) == "no key fits this signature");  // x = 5 is not on the curve
    // The largest low s is still a signature of somebody.
    CHECK(keys::recover(digest,
                        {good.r, word("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"), false}));
    CHECK_FALSE(keys::recover(
        digest, {good.r, word("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1"), false}));
}

TEST_CASE("secrets move, never copy, never print") {
    static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
    static_assert(!std::is_copy_constructible_v<PrivateKey>);
    static_assert(!std::is_copy_constructible_v<keys::LocalSigner>);
    SecretBytes a(std::string_view("abc"));
    CHECK(a.size() == 3);
    SecretBytes b(std::move(a));
    CHECK(a.empty());  // NOLINT: that it is empty is the promise
    CHECK(b.view()[2] == 'c');
    b.truncate(1);
    CHECK(b.size() == 1);
    b = SecretBytes(std::size_t{5});
    CHECK(b.size() == 5);
    CHECK(b.view()[4] == 0);
    SecretBytes large(std::size_t{100'000});
    CHECK(large.view()[99'999] == 0);
    CHECK(keys::equal_constant_time(Bytes{1, 2}, Bytes{1, 2}));
    CHECK_FALSE(keys::equal_constant_time(Bytes{1, 2}, Bytes{1, 3}));
    CHECK_FALSE(keys::equal_constant_time(Bytes{1, 2}, Bytes{1}));
    CHECK(keys::equal_constant_time({}, {}));
}
