// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "chain/keys/signer.hpp"
#include "chain/tx/transaction.hpp"
#include "tests/conformance/ethereum_vectors.hpp"

using namespace plimsoll;
using namespace plimsoll::test::ethereum;

namespace {

/// A number in any of the forms of the files; absent is zero.
U256 number(const Json& object, const char* name) {
    const auto at = object.find(name);
    if (at == object.end() || at->is_null()) return {};
    if (at->is_number()) return U256{at->get<std::uint64_t>()};
    const auto text = at->get<std::string>();
    if (!text.starts_with("0x")) return *U256::from_decimal(text);
    return text == "0x" ? U256{} : *U256::from_be(hex(text.size() % 2 == 0 ? text : "0x0" + text.substr(2)));
}

std::uint64_t small(const Json& object, const char* name) {
    const U256 value = number(object, name);
    REQUIRE(value.fits_u64());
    return value.low_u64();
}

tx::Message message(const Json& fields, const char* gas) {
    tx::Message out;
    out.nonce = small(fields, "nonce");
    out.gas_limit = small(fields, gas);
    const auto to = fields.value("to", Json("0x"));
    if (to.is_string() && to != "0x") out.to = *Address::parse(to.get<std::string>());
    out.value = Wei{number(fields, "value")};
    if (fields.contains("data")) out.data = hex(fields.at("data"));
    return out;
}

std::vector<tx::AccessEntry> access_list(const Json& fields) {
    std::vector<tx::AccessEntry> out;
    if (!fields.contains("accessList")) return out;
    for (const auto& entry : fields.at("accessList")) {
        tx::AccessEntry one{*Address::parse(entry.at("address").get<std::string>()), {}};
        for (const auto& slot : entry.at("storageKeys")) one.slots.push_back(*Hash32::parse(slot.get<std::string>()));
        out.push_back(std::move(one));
    }
    return out;
}

keys::LocalSigner signer_of(const Json& key) {
    return keys::LocalSigner(*keys::PrivateKey::from_bytes(keys::SecretBytes(ByteView(hex(key)))));
}

/// Unsigned bytes, signed bytes and sender, each way.
void check_transaction(const tx::Transaction& transaction, const Json& key, const Json& plain, const Json& sealed,
                       const std::string& sender) {
    CHECK(to_hex(tx::encode_unsigned(transaction)) == plain.get<std::string>());
    CHECK(*tx::decode_unsigned(hex(plain)) == transaction);
    auto signer = signer_of(key);
    const auto out = tx::sign(transaction, signer);
    REQUIRE_MESSAGE(out, out.error().message);
    CHECK(to_hex(out->raw) == sealed.get<std::string>());
    CHECK(to_hex(out->sender.view()) == sender);
    const auto back = tx::decode_signed(hex(sealed));
    REQUIRE_MESSAGE(back, back.error().message);
    CHECK(back->transaction == transaction);
    CHECK(to_hex(back->sender.view()) == sender);
}

}  // namespace

TEST_CASE("transactions: legacy, with and without a chain id") {
    Tally tally("@ethersproject/testcases transactions");
    for (const auto& c : testcases("transactions")) {
        CAPTURE(c.at("name").get<std::string>());
        if (!number(c, "gasLimit").fits_u64()) {
            const auto refused = tx::decode_signed(hex(c.at("signedTransaction")));
            REQUIRE_FALSE(refused);
            CHECK(refused.error().message == "transaction: gas limit: RLP integer above 64 bits");
            tally.count("refused (gas limit above 64 bits, which no client takes)");
            continue;
        }
        tx::Legacy legacy{std::nullopt, message(c, "gasLimit"), Wei{number(c, "gasPrice")}};
        const auto sender = c.at("accountAddress").get<std::string>();
        check_transaction(legacy, c.at("privateKey"), c.at("unsignedTransaction"), c.at("signedTransaction"), sender);
        tally.count("without chain id");
        legacy.chain_id = 5;
        check_transaction(legacy, c.at("privateKey"), c.at("unsignedTransactionChainId5"),
                          c.at("signedTransactionChainId5"), sender);
        tally.count("EIP-155");
    }
    CHECK(tally.of("without chain id") == 1067 - 83);
    CHECK(tally.of("EIP-155") == 1067 - 83);
}

TEST_CASE("typed-transactions: EIP-2930 and EIP-1559") {
    Tally tally("@ethersproject/testcases typed-transactions");
    for (const auto& c : testcases("typed-transactions")) {
        CAPTURE(c.at("name").get<std::string>());
        const Json& fields = c.at("tx");
        const auto chain = small(fields, "chainId");
        tx::Transaction transaction;
        if (fields.at("type") == 1) {
            transaction =
                tx::Eip2930{chain, message(fields, "gasLimit"), Wei{number(fields, "gasPrice")}, access_list(fields)};
            tally.count("EIP-2930");
        } else {
            REQUIRE(fields.at("type") == 2);
            transaction = tx::Eip1559{chain, message(fields, "gasLimit"), Wei{number(fields, "maxPriorityFeePerGas")},
                                      Wei{number(fields, "maxFeePerGas")}, access_list(fields)};
            tally.count("EIP-1559");
        }
        check_transaction(transaction, c.at("key"), c.at("unsigned"), c.at("signed"), c.at("address"));
    }
    CHECK(tally.of("EIP-1559") + tally.of("EIP-2930") == 1792);
}

TEST_CASE("EIP-7702: transactions and authorisations of another implementation") {
    Tally tally("EIP-7702");
    for (const auto& c : own("eip7702.json.gz")) {
        const Json& fields = c.at("tx");
        tx::Eip7702 transaction{small(fields, "chainId"),
                                message(fields, "gas"),
                                Wei{number(fields, "maxPriorityFeePerGas")},
                                Wei{number(fields, "maxFeePerGas")},
                                access_list(fields),
                                {}};
        for (const auto& a : c.at("authorizations")) {
            auto signer = signer_of(a.at("key"));
            const tx::Authorization plain{small(a, "chainId"), *Address::parse(a.at("address").get<std::string>()),
                                          small(a, "nonce")};
            const auto sealed = tx::sign(plain, signer);
            REQUIRE_MESSAGE(sealed, sealed.error().message);
            CHECK(sealed->signature == keys::Signature{number(a, "r"), number(a, "s"), a.at("yParity") == 1});
            CHECK(to_hex(tx::authority(*sealed)->view()) == a.at("authority").get<std::string>());
            transaction.authorizations.push_back(*sealed);
            tally.count("authorisations");
        }
        check_transaction(transaction, c.at("key"), c.at("unsigned"), c.at("signed"), c.at("sender"));
        CHECK(to_string(tx::decode_signed(hex(c.at("signed")))->hash) == c.at("hash").get<std::string>());
        tally.count("transactions");
    }
    CHECK(tally.of("transactions") == 40);
    CHECK(tally.of("authorisations") == 100);
}
