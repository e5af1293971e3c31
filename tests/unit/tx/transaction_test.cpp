// SPDX-License-Identifier: Apache-2.0
#include "chain/tx/transaction.hpp"

#include <doctest/doctest.h>
#include <random>

#include "chain/codec/rlp.hpp"
#include "chain/keys/signer.hpp"

using namespace plimsoll;
using tx::Transaction;

namespace {

keys::PrivateKey key(std::uint8_t fill) {
    return *keys::PrivateKey::from_bytes(keys::SecretBytes(ByteView(Bytes(32, fill))));
}

constexpr auto kTo = Address::literal("0x3535353535353535353535353535353535353535");

tx::Message sample_message() {
    return {9, 50'000, kTo, Wei{U256{1}}, {1, 0, 2}};
}

std::vector<Transaction> samples() {
    keys::LocalSigner other(key(0x11));
    const std::vector<tx::AccessEntry> access = {{kTo, {Hash32{{1}}, Hash32{{2}}}}, {Address{}, {}}};
    return {
        tx::Legacy{1, sample_message(), Wei{U256{20}}},
        tx::Legacy{std::nullopt, sample_message(), Wei{U256{20}}},
        tx::Legacy{~ChainId{}, {0, 21'000, std::nullopt, Wei{}, {}}, Wei{kU256Max}},
        tx::Eip2930{1, sample_message(), Wei{U256{20}}, access},
        tx::Eip1559{1, sample_message(), Wei{U256{2}}, Wei{U256{30}}, {}},
        tx::Eip1559{~ChainId{}, {~Nonce{}, ~Gas{}, std::nullopt, Wei{kU256Max}, Bytes(200, 7)}, Wei{}, Wei{}, access},
        tx::Eip7702{1, sample_message(), Wei{U256{2}}, Wei{U256{30}}, access, {*tx::sign({1, kTo, 5}, other)}},
    };
}

/// A signer that does not what it says.
class OddSigner final : public keys::Signer {
  public:
    explicit OddSigner(bool other_digest) : other_digest_(other_digest) {}
    const Address& address() const override { return shown_; }
    Result<keys::Signature> sign(const Hash32& digest) override {
        return real_.sign(other_digest_ ? Hash32{{1}} : digest);
    }

  private:
    bool other_digest_;
    keys::PrivateKey real_ = key(0x22);
    Address shown_ = other_digest_ ? real_.address() : kTo;
};

}  // namespace

TEST_CASE("the example of EIP-155, byte for byte") {
    keys::LocalSigner signer(key(0x46));
    const Transaction transaction = tx::Legacy{1, {9, 21'000, kTo, Wei{kWad}, {}}, Wei{U256{20'000'000'000}}};
    CHECK(to_hex(tx::encode_unsigned(transaction)) ==
          "0xec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080");
    CHECK(to_string(tx::signing_hash(transaction)) ==
          "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    const auto out = tx::sign(transaction, signer);
    REQUIRE(out);
    CHECK(
        to_hex(out->raw) ==
        "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc21"
        "95fe"
        "537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
    CHECK(out->sender == Address::literal("0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"));
}

TEST_CASE("every kind comes back from its bytes, and no byte more or less is taken") {
    keys::LocalSigner signer(key(0x46));
    for (const auto& transaction : samples()) {
        CAPTURE(transaction.index());
        const auto unsigned_bytes = tx::encode_unsigned(transaction);
        CHECK(*tx::decode_unsigned(unsigned_bytes) == transaction);
        const auto out = tx::sign(transaction, signer);
        REQUIRE(out);
        const auto back = tx::decode_signed(out->raw);
        REQUIRE(back);
        CHECK(*back == *out);
        CHECK(back->sender == signer.address());
        for (std::size_t size = 0; size < out->raw.size(); ++size)
            REQUIRE_FALSE(tx::decode_signed(ByteView(out->raw).first(size)));
        Bytes longer = out->raw;
        longer.push_back(0);
        CHECK_FALSE(tx::decode_signed(longer));
    }
}

TEST_CASE("a changed byte never leaves the same sender and fields") {
    keys::LocalSigner signer(key(0x46));
    std::mt19937_64 rng(3);
    for (const auto& transaction : samples()) {
        const auto out = *tx::sign(transaction, signer);
        for (int i = 0; i < 100; ++i) {
            Bytes raw = out.raw;
            raw[rng() % raw.size()] ^= static_cast<std::uint8_t>(1 + rng() % 255);
            if (const auto back = tx::decode_signed(raw)) {
                REQUIRE((back->sender != out.sender || back->transaction != out.transaction));
                REQUIRE(tx::encode_signed(back->transaction, back->signature) == raw);
            }
        }
    }
}

TEST_CASE("R22 what does not decode is refused by the name of its field") {
    const auto list = [] {
        return rlp::List().uint(1).uint(9).uint(2).uint(30).uint(21000).fixed(kTo).uint(1).bytes({});
    };
    const auto typed = [](rlp::List fields) {
        const std::uint8_t prefix[] = {2};
        return fields.encode(prefix);
    };
    const auto refused = [](const Bytes& raw) {
        const auto out = tx::decode_signed(raw);
        REQUIRE_FALSE(out);
        return out.error().message;
    };
    CHECK(refused({}) == "transaction: no bytes");
    CHECK(refused(Bytes(131'073, 2)) == "transaction: 131073 bytes, 131072 are allowed");
    CHECK(refused({0}) == "transaction: type 0");
    CHECK(refused({3, 0xc0}) == "transaction: type 3");
    CHECK(refused({0x7f}) == "transaction: type 127");
    CHECK(refused({0x80}) == "transaction: type 128");
    CHECK(refused({2}) == "transaction: envelope: RLP data end where an item starts");
    CHECK(refused({2, 0xc0}) == "transaction: chain id: RLP data end where an item starts");
    CHECK(refused(typed(list().list({}).uint(2).uint(5).uint(5))) ==
          "transaction: signature: parity other than 0 and 1");
    CHECK(refused(typed(list().list({}).uint(1).uint(0).uint(5))) ==
          "transaction: signature: signature with a zero r or s");
    CHECK(refused(typed(list().list({}).uint(1).uint(5).uint(kU256Max))) ==
          "transaction: signature: signature with a high s (EIP-2)");
    CHECK(refused(typed(list().list({}).uint(1).uint(5).uint(5).uint(5))) ==
          "transaction: envelope: 1 bytes of unknown items in the RLP list");
    CHECK(refused(typed(list().bytes({}).uint(1).uint(5).uint(5))) ==
          "transaction: access list: RLP string where a list is needed");
    CHECK(refused(typed(list().list(rlp::List().uint(7)).uint(1).uint(5).uint(5))) ==
          "transaction: access list: RLP string where a list is needed");
    CHECK(refused(typed(rlp::List().uint(1).uint(9).uint(2).uint(30).uint(21000).uint(7))) ==
          "transaction: to: 1 bytes where 20 or none are needed");
    CHECK(refused(typed(rlp::List().uint(1).bytes(Bytes{0}))) == "transaction: nonce: RLP integer with a leading zero");
    CHECK(refused(typed(rlp::List().uint(kU256Max))) == "transaction: chain id: RLP integer above 64 bits");
    const auto legacy = [&](const U256& v) {
        return rlp::List().uint(9).uint(1).uint(21000).fixed(kTo).uint(1).bytes({}).uint(v).uint(5).uint(5).encode();
    };
    CHECK(refused(legacy(0)) == "transaction: v: 0");
    CHECK(refused(legacy(29)) == "transaction: v: 29");
    CHECK(refused(legacy(34)) == "transaction: v: 34");
    CHECK(refused(legacy(kU256Max)) == "transaction: v: chain id above 64 bits");
    CHECK(tx::decode_unsigned(tx::encode_signed(samples()[0], {U256{5}, U256{5}, false})).error().message ==
          "transaction: already signed");
    const std::uint8_t type4[] = {4};
    CHECK(refused(rlp::List().uint(1).uint(9).uint(2).uint(30).uint(21000).bytes({}).uint(1).bytes({}).list({}).encode(
              type4)) == "transaction: to: type 4 cannot create a contract (EIP-7702)");
}

TEST_CASE("a signer that signs something else, or as somebody else, is found out") {
    OddSigner wrong_address(false);
    const auto as_other = tx::sign(samples()[4], wrong_address);
    REQUIRE_FALSE(as_other);
    CHECK(as_other.error().code == Errc::Internal);
    CHECK(as_other.error().message.ends_with("where 0x3535353535353535353535353535353535353535 was asked"));
    OddSigner wrong_digest(true);
    const auto other_text = tx::sign(samples()[4], wrong_digest);
    REQUIRE_FALSE(other_text);
    CHECK(other_text.error().code == Errc::Internal);
    CHECK_FALSE(tx::sign(tx::Authorization{1, kTo, 0}, wrong_digest));
}

TEST_CASE("M36 gas before the first instruction") {
    const auto gas = [](tx::Message m) { return tx::intrinsic_gas(tx::Eip1559{1, std::move(m), {}, {}, {}}); };
    CHECK(gas({0, 0, kTo, {}, {}}) == 21'000);
    CHECK(gas({0, 0, kTo, {}, Bytes(100, 0)}) == 22'000);  // EIP-7623's floor: 10 per zero byte
    CHECK(gas({0, 0, kTo, {}, Bytes(100, 1)}) == 25'000);  // 40 per other byte
    CHECK(gas({0, 0, std::nullopt, {}, Bytes(33, 1)}) == 21'000 + 32'000 + 16 * 33 + 2 * 2);
    CHECK(tx::intrinsic_gas(samples()[3]) == 21'000 + 2 * 16 + 4 + 2 * 2'400 + 2 * 1'900);
    CHECK(tx::intrinsic_gas(samples()[6]) == 21'000 + 2 * 16 + 4 + 2 * 2'400 + 2 * 1'900 + 25'000);
}

TEST_CASE("M06 M36 what no pool takes is refused before it is signed") {
    const auto refused = [](const Transaction& transaction) {
        const auto out = tx::check_sendable(transaction);
        REQUIRE_FALSE(out);
        CHECK(out.error().code == Errc::Refused);
        return out.error().message;
    };
    CHECK(tx::check_sendable(samples()[0]));
    CHECK(tx::check_sendable(samples()[4]));
    CHECK(refused(samples()[1]) == "transaction without a chain id");
    CHECK(refused(tx::Eip1559{0, sample_message(), {}, {}, {}}) == "transaction without a chain id");
    CHECK(refused(tx::Eip1559{1, sample_message(), Wei{U256{2}}, Wei{U256{1}}, {}}) ==
          "transaction whose priority fee is above its maximum fee");
    auto poor = sample_message();
    poor.gas_limit = 21'000;
    CHECK(refused(tx::Eip1559{1, poor, {}, {}, {}}) == "transaction with a gas limit of 21000, 21090 is the least");
    auto last = sample_message();
    last.nonce = ~Nonce{};
    CHECK(refused(tx::Eip1559{1, last, {}, {}, {}}) == "transaction with the last nonce (EIP-2681)");
    CHECK(refused(tx::Eip7702{1, sample_message(), {}, {}, {}, {}}) == "transaction of type 4 without authorisations");
}
