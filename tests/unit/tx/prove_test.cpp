// SPDX-License-Identifier: Apache-2.0
// What somebody else signed is taken only if it is what was asked.
#include <doctest/doctest.h>
#include <functional>
#include <set>
#include <string>

#include "chain/keys/signer.hpp"
#include "chain/tx/transaction.hpp"

using namespace plimsoll;

namespace {

constexpr Address kTo = Address::literal("0x3535353535353535353535353535353535353535");
constexpr Address kOther = Address::literal("0x4545454545454545454545454545454545454545");

keys::PrivateKey key(std::uint8_t byte) {
    keys::SecretBytes bytes(32);
    for (auto& b : bytes.bytes()) b = byte;
    return keys::PrivateKey::from_bytes(std::move(bytes)).value();
}

tx::Eip1559 asked() {
    return {31'337, {7, 90'000, kTo, Wei{U256{5}}, {1, 2, 3, 4}}, Wei{U256{2}}, Wei{U256{30}}, {}};
}

Bytes signed_bytes(const tx::Transaction& transaction, std::uint8_t who = 0x46) {
    const auto signer = key(who);
    return tx::encode_signed(transaction, signer.sign(tx::signing_hash(transaction)).value());
}

}  // namespace

TEST_CASE("what was asked is taken, with the hash and the sender that we computed") {
    const tx::Transaction transaction = asked();
    const Bytes raw = signed_bytes(transaction);
    const auto proven = tx::prove_signed(transaction, key(0x46).address(), raw);
    REQUIRE(proven.has_value());
    CHECK(proven->raw == raw);
    CHECK(proven->transaction == transaction);
    CHECK(proven->sender == key(0x46).address());
    CHECK(*proven == tx::decode_signed(raw).value());
}

TEST_CASE("K12 each field signed otherwise than asked is refused by its name") {
    struct Row {
        const char* name;
        std::function<void(tx::Eip1559&)> change;
        std::string message;
    };
    const Row table[] = {
        {"chain id", [](auto& t) { t.chain_id = 1; }, "chain id: 1 was signed where 31337 was asked"},
        {"nonce", [](auto& t) { t.message.nonce = 8; }, "nonce: 8 was signed where 7 was asked"},
        {"priority fee", [](auto& t) { t.max_priority_fee = Wei{U256{3}}; },
         "max priority fee: 3 was signed where 2 was asked"},
        {"max fee", [](auto& t) { t.max_fee = Wei{U256{31}}; }, "max fee: 31 was signed where 30 was asked"},
        {"gas limit", [](auto& t) { t.message.gas_limit = 90'001; },
         "gas limit: 90001 was signed where 90000 was asked"},
        {"to", [](auto& t) { t.message.to = kOther; },
         "to: " + to_string(kOther) + " was signed where " + to_string(kTo) + " was asked"},
        {"no to", [](auto& t) { t.message.to.reset(); },
         "to: a new contract was signed where " + to_string(kTo) + " was asked"},
        {"value", [](auto& t) { t.message.value = Wei{U256{6}}; }, "value: 6 was signed where 5 was asked"},
        {"data", [](auto& t) { t.message.data[2] ^= 1; }, "data: signed otherwise than asked from byte 2"},
        {"longer data", [](auto& t) { t.message.data.push_back(0); },
         "data: 5 bytes was signed where 4 bytes was asked"},
        {"access list",
         [](auto& t) {
             t.access_list = {{kTo, {}}};
         },
         "access list: signed otherwise than asked"},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        tx::Eip1559 changed = asked();
        row.change(changed);
        const auto proven = tx::prove_signed(asked(), key(0x46).address(), signed_bytes(changed));
        REQUIRE_FALSE(proven.has_value());
        CHECK(proven.error().code == Errc::Mismatch);
        CHECK(proven.error().message == row.message);
    }
}

TEST_CASE("K10 K12 another key, another type, junk behind: refused") {
    const tx::Transaction transaction = asked();
    const Address from = key(0x46).address();
    const auto error_of = [&](const Bytes& raw) {
        const auto proven = tx::prove_signed(transaction, from, raw);
        REQUIRE_FALSE(proven.has_value());
        return proven.error();
    };
    const Address other = key(0x47).address();
    CHECK(error_of(signed_bytes(transaction, 0x47)).message ==
          "sender: a transaction of " + to_string(other) + " was signed where " + to_string(from) + " was asked");

    const tx::Message message = asked().message;
    CHECK(error_of(signed_bytes(tx::Legacy{31'337, message, Wei{U256{30}}})).message ==
          "type: 0 was signed where 2 was asked");
    CHECK(error_of(signed_bytes(tx::Eip2930{31'337, message, Wei{U256{30}}, {}})).message ==
          "type: 1 was signed where 2 was asked");

    Bytes raw = signed_bytes(transaction);
    raw.push_back(0);
    CHECK(error_of(raw).code == Errc::Decode);
    CHECK(error_of(Bytes()).message == "transaction: no bytes");
    CHECK(error_of(Bytes(tx::kMaxRaw + 1, 2)).code == Errc::Range);
}

TEST_CASE("K16 a bit turned between signing and sending, whichever: refused") {
    const tx::Transaction transaction = asked();
    const Bytes raw = signed_bytes(transaction);
    for (std::size_t bit = 0; bit < 8 * raw.size(); ++bit) {
        Bytes turned = raw;
        turned[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        CAPTURE(bit);
        CHECK_FALSE(tx::prove_signed(transaction, key(0x46).address(), turned).has_value());
    }
}

TEST_CASE("K09 K11 a high s, a parity that is wrong or always zero: brought into the form that the chain takes") {
    constexpr U256 kOrder =
        U256::literal("115792089237316195423570985008687907852837564279074904382605163141518161494337");
    const Address from = key(0x46).address();
    std::set<bool> parities;
    for (std::uint64_t nonce = 0; nonce < 8; ++nonce) {
        tx::Eip1559 plain = asked();
        plain.message.nonce = nonce;
        const tx::Transaction transaction = plain;
        const Bytes proper = signed_bytes(transaction);
        const auto good = key(0x46).sign(tx::signing_hash(transaction)).value();
        parities.insert(good.odd_y);
        for (const bool high : {false, true}) {
            for (const bool odd : {false, true}) {
                CAPTURE(nonce);
                CAPTURE(high);
                CAPTURE(odd);
                auto signature = good;
                signature.odd_y = odd;
                if (high) signature.s = *checked_sub(kOrder, signature.s);
                const auto proven = tx::prove_signed(transaction, from, tx::encode_signed(transaction, signature));
                REQUIRE(proven.has_value());
                CHECK(proven->raw == proper);
                CHECK(proven->sender == from);
                CHECK(proven->hash == tx::decode_signed(proper)->hash);
            }
        }
        // It is the address that decides: of another key no form is taken, nor of other fields.
        auto foreign = key(0x47).sign(tx::signing_hash(transaction)).value();
        for (const bool odd : {false, true}) {
            foreign.odd_y = odd;
            CHECK_FALSE(tx::prove_signed(transaction, from, tx::encode_signed(transaction, foreign)).has_value());
        }
        plain.message.value = Wei{U256{6}};
        auto other = key(0x46).sign(tx::signing_hash(plain)).value();
        other.odd_y = !other.odd_y;
        CHECK_FALSE(tx::prove_signed(transaction, from, tx::encode_signed(plain, other)).has_value());
    }
    CHECK(parities.size() == 2);
}
