// SPDX-License-Identifier: Apache-2.0
// What is said to a signing service, and what of its answers is believed.
#include "chain/rpc/sign_messages.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "chain/keys/signer.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;

namespace {

constexpr Address kTo = Address::literal("0x3535353535353535353535353535353535353535");

keys::LocalSigner signer() {
    keys::SecretBytes bytes(32);
    for (auto& b : bytes.bytes()) b = 0x46;
    return keys::LocalSigner(keys::PrivateKey::from_bytes(std::move(bytes)).value());
}

const Address kFrom = signer().address();

tx::Eip1559 asked() {
    return {31'337, {7, 90'000, kTo, Wei{U256{5}}, {0xab, 0x00}}, Wei{U256{2}}, Wei{U256{30}}, {}};
}

std::string good_result() {
    auto key = signer();
    return to_hex(tx::sign(asked(), key).value().raw);
}

HttpReply reply(std::string body, long status = 200) {
    return {status, std::move(body)};
}

}  // namespace

TEST_CASE("K19 every field is given, the nonce even when it is zero") {
    tx::Eip1559 transaction = asked();
    transaction.message.nonce = 0;
    const auto request = sign_request(transaction, kFrom);
    CHECK(request.method == "eth_signTransaction");
    const nlohmann::json expected = {{{"from", "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"},
                                      {"to", "0x3535353535353535353535353535353535353535"},
                                      {"gas", "0x15f90"},
                                      {"maxFeePerGas", "0x1e"},
                                      {"maxPriorityFeePerGas", "0x2"},
                                      {"value", "0x5"},
                                      {"data", "0xab00"},
                                      {"nonce", "0x0"},
                                      {"chainId", "0x7a69"}}};
    CHECK(nlohmann::json::parse(request.params) == expected);
    transaction.message.to.reset();
    transaction.message.data.clear();
    transaction.message.value = Wei{};
    const auto creation = nlohmann::json::parse(sign_request(transaction, kFrom).params)[0];
    CHECK_FALSE(creation.contains("to"));
    CHECK(creation["data"] == "0x");
    CHECK(creation["value"] == "0x0");
}

TEST_CASE("a signature that is what was asked") {
    const auto out =
        read_signed(reply(R"({"jsonrpc":"2.0","id":4,"result":")" + good_result() + "\"}"), 4, asked(), kFrom);
    REQUIRE(out.has_value());
    CHECK(to_hex(out->raw) == good_result());
    CHECK(out->sender == kFrom);
}

TEST_CASE("K12 answers that are none, each with its error") {
    struct Row {
        const char* name;
        HttpReply reply;
        Errc code;
        std::string message;
    };
    const auto result = [](const std::string& json) {
        return reply(R"({"jsonrpc":"2.0","id":4,"result":)" + json + "}");
    };
    const std::string good = good_result();
    tx::Eip1559 dearer = asked();
    dearer.message.value = Wei{U256{6}};
    auto key = signer();
    const std::string changed = to_hex(tx::sign(dearer, key).value().raw);
    const Row table[] = {
        {"another amount", result('"' + changed + '"'), Errc::Mismatch,
         "the service did not sign what was asked: value: 6 was signed where 5 was asked"},
        {"bytes behind", result('"' + good + "00\""), Errc::Decode, "the service did not sign what was asked: "},
        {"half a byte", result('"' + good + "0\""), Errc::Decode, "eth_signTransaction: the result: "},
        {"no 0x", result('"' + good.substr(2) + '"'), Errc::Decode, "eth_signTransaction: the result: "},
        {"null", result("null"), Errc::Decode, "eth_signTransaction: the result: "},
        {"an object", result(R"({"raw":")" + good + "\"}"), Errc::Decode, "eth_signTransaction: the result: "},
        {"empty", result("\"0x\""), Errc::Decode, "the service did not sign what was asked: transaction: no bytes"},
        {"nobody asked", reply(R"({"jsonrpc":"2.0","id":5,"result":")" + good + "\"}"), Errc::Decode,
         "eth_signTransaction: what came is no answer to it"},
        {"a list", reply(R"([{"jsonrpc":"2.0","id":4,"result":")" + good + "\"}]"), Errc::Decode,
         "eth_signTransaction: what came is no answer to it"},
        {"refused in words", reply(R"({"jsonrpc":"2.0","id":4,"error":{"code":-32000,"message":"Signer not found"}})"),
         Errc::Rpc, "eth_signTransaction: node error -32000: Signer not found"},
        {"both", reply(R"({"jsonrpc":"2.0","id":4,"error":{"code":-1,"message":"no"},"result":")" + good + "\"}"),
         Errc::Rpc, "eth_signTransaction: node error -1: no"},
        {"refused without an id",
         reply(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}})", 400), Errc::Rpc,
         "eth_signTransaction: node error -32700: Parse error"},
        {"garbage", reply("oops"), Errc::Decode, "the answer is no JSON: "},
        {"nothing", reply(""), Errc::Decode, "the answer is no JSON: "},
        {"deep", reply(std::string(1'000, '[')), Errc::Decode, "the answer is no JSON: "},
        {"a page", reply("<html>", 502), Errc::Io, "HTTP 502"},
        {"locked out", reply("", 403), Errc::Refused, "HTTP 403: the service refuses us"},
        {"right, but not with 200", reply(R"({"jsonrpc":"2.0","id":4,"result":")" + good + "\"}", 500), Errc::Io,
         "HTTP 500"},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        const auto out = read_signed(row.reply, 4, asked(), kFrom);
        REQUIRE_FALSE(out.has_value());
        CAPTURE(out.error().message);
        CHECK(out.error().code == row.code);
        CHECK(out.error().message.starts_with(row.message));
    }
}

TEST_CASE("whether the service has the key") {
    const auto accounts = [](const std::string& list) {
        return read_accounts(reply(R"({"jsonrpc":"2.0","id":1,"result":)" + list + "}"), 1, kFrom);
    };
    CHECK(accounts("[\"" + to_hex(kTo.view()) + "\",\"" + to_string(kFrom) + "\"]").has_value());
    const auto others = accounts("[\"" + to_hex(kTo.view()) + "\"]");
    CHECK(others.error().code == Errc::NotFound);
    CHECK(others.error().message == "it has no key of " + to_string(kFrom) + ", but 1 others");
    CHECK(accounts("\"0x\"").error().code == Errc::Decode);
    CHECK(accounts("[1]").error().code == Errc::Decode);
}
