// SPDX-License-Identifier: Apache-2.0
// What is said to a relay, and what of its answers is believed.
#include "chain/rpc/relay_messages.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "chain/codec/keccak.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;

namespace {

const Hash32 kHash = Hash32::parse("0x" + std::string(64, '5')).value();

Submission submission() {
    Submission out;
    out.raw = {0x02, 0xab};
    out.hash = kHash;
    out.head = 0x100;
    out.first = Hash32::parse("0x00112233445566778899aabbccddeeff" + std::string(32, '0')).value();
    return out;
}

HttpReply reply(std::string body, long status = 200) {
    return {status, std::move(body)};
}

std::string result(const std::string& text) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":3,"result":{}}})", text);
}

std::string status(const std::string& state, const std::string& more = "") {
    return fmt::format(R"({{"status":"{}","hash":"{}","maxBlockNumber":1,"fastMode":true{}}})", state,
                       to_hex(kHash.view()), more);
}

}  // namespace

TEST_CASE("P06 P09 a private transaction is for the longest time that relays keep, a bundle for the next block") {
    const auto alone = private_transaction(submission());
    CHECK(alone.method == "eth_sendPrivateTransaction");
    CHECK(nlohmann::json::parse(alone.params) ==
          nlohmann::json::parse(R"([{"tx":"0x02ab","maxBlockNumber":"0x119","preferences":{"fast":true}}])"));
    const auto many = bundle(submission());
    CHECK(many.method == "eth_sendBundle");
    CHECK(
        nlohmann::json::parse(many.params) ==
        nlohmann::json::parse(
            R"([{"txs":["0x02ab"],"blockNumber":"0x101","replacementUuid":"00112233-4455-8677-8899-aabbccddeeff"}])"));
}

TEST_CASE("P11 a request is signed over the hex text of its hash, as a person's message") {
    keys::SecretBytes secret(32);
    for (auto& b : secret.bytes()) b = 0x46;
    const auto key = keys::PrivateKey::from_bytes(std::move(secret)).value();
    // viem 2: privateKeyToAccount('0x4646...').signMessage({ message: keccak256(stringToBytes('{"id":1}')) })
    CHECK(identity_header(key, R"({"id":1})").value() ==
          "X-Flashbots-Signature: "
          "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F:"
          "0xe67b1998bcc525c3910e58642fccf7ae8a89a441454a88ffe73edb837207a22a284898fe9c2f722651ed6098ed727845381692c28d"
          "f8478c3ee06262e72de35c1c");
}

TEST_CASE("P13 a relay took what it was given, or nothing is known") {
    const std::string same = fmt::format("\"{}\"", to_hex(kHash.view()));
    CHECK(read_taken(reply(result(same)), 3, kHash));
    const auto code = [](const Result<void>& answer) {
        REQUIRE_FALSE(answer);
        return answer.error().code;
    };
    CHECK(code(read_taken(reply(result("\"0x" + std::string(64, '6') + "\"")), 3, kHash)) == Errc::Mismatch);
    CHECK(code(read_taken(reply(result("null")), 3, kHash)) == Errc::Decode);
    CHECK(code(read_taken(reply(result(same)), 4, kHash)) == Errc::Decode);
    CHECK(code(read_taken(reply("gone", 502), 3, kHash)) == Errc::Io);
    CHECK(code(read_taken(reply("who are you", 403), 3, kHash)) == Errc::Refused);
    const std::string no = R"({"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"max fee per gas too low"}})";
    const auto refused = read_taken(reply(no), 3, kHash);
    CHECK(code(refused) == Errc::Rpc);
    CHECK(refused.error().message.find("max fee per gas too low") != std::string::npos);
    CHECK(read_bundle_taken(reply(result(R"({"bundleHash":"0x1"})")), 3));
    CHECK(code(read_bundle_taken(reply(no), 3)) == Errc::Rpc);
}

TEST_CASE("P03 what a relay says of a transaction") {
    using State = RelayStatus::State;
    const auto read = [](const std::string& state, const std::string& more = "") {
        return read_status(reply(status(state, more)), kHash).value();
    };
    CHECK(read("PENDING").state == State::Pending);
    CHECK(read("INCLUDED").state == State::Included);
    for (const auto* lost : {"FAILED", "CANCELLED", "UNKNOWN"}) CHECK(read(lost).state == State::Lost);
    CHECK_FALSE(read("PENDING").fee_too_low);
    CHECK(read("PENDING", R"(,"simError":"SimErrorMaxFeePerGasTooLow")").fee_too_low);
    CHECK(read("FAILED", R"(,"simError":"MaxFeePerGasTooLow")").fee_too_low);
    CHECK(read("FAILED", R"(,"simError":"Other")").text == "FAILED, Other");
    CHECK_FALSE(read("FAILED", R"(,"simError":"Other")").fee_too_low);
    CHECK(read_status(reply(status("WHATEVER")), kHash).error().code == Errc::Decode);
    CHECK(read_status(reply(status("PENDING")), Hash32{}).error().code == Errc::Decode);
    CHECK(read_status(reply("{}"), kHash).error().code == Errc::Decode);
    CHECK(read_status(reply("[", 200), kHash).error().code == Errc::Decode);
    CHECK(read_status(reply(status("PENDING"), 500), kHash).error().code == Errc::Io);
    CHECK(read("FAILED", R"(,"simError":")" + std::string(5'000, 'x') + "\"").text.size() < 200);
}
