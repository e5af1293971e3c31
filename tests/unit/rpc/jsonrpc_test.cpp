// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/jsonrpc.hpp"

#include <array>
#include <doctest/doctest.h>

using namespace plimsoll;
using namespace plimsoll::rpc;

namespace {

/// Error("STF") as Solidity encodes it.
const std::string kErrorStf =
    "0x08c379a0"
    "0000000000000000000000000000000000000000000000000000000000000020"
    "0000000000000000000000000000000000000000000000000000000000000003"
    "5354460000000000000000000000000000000000000000000000000000000000";

Failure decoded(const std::string& error, std::string_view method = "eth_call") {
    const auto document = JsonDocument::parse(error);
    REQUIRE(document);
    return decode_error((*document)->root(), method);
}

}  // namespace

TEST_SUITE("jsonrpc") {
    TEST_CASE("a request") {
        Request request;
        request.method = "eth_call";
        request.params = R"([{"to":"0x"},"latest"])";
        CHECK(encode_request(7, request) ==
              R"({"jsonrpc":"2.0","id":7,"method":"eth_call","params":[{"to":"0x"},"latest"]})");
    }

    TEST_CASE("what may be made again after a loss") {
        for (const auto* read :
             {"eth_call", "eth_getLogs", "eth_getBlockByHash", "eth_chainId", "eth_estimateGas", "eth_feeHistory"})
            CHECK(may_resend(read));
        for (const auto* not_read : {"eth_sendRawTransaction", "eth_sendTransaction", "eth_subscribe",
                                     "eth_unsubscribe", "evm_mine", "eth_sendBundle", "personal_sign", ""})
            CHECK_FALSE(may_resend(not_read));
    }

    TEST_CASE("errors of nodes by what they mean") {
        struct Row {
            std::string error;
            Errc code;
            std::string message;
        };
        const std::array table = {
            Row{R"({"code":3,"message":"execution reverted: STF","data":")" + kErrorStf + "\"}", Errc::Reverted,
                "eth_call: reverted: STF"},
            Row{R"({"code":-32015,"message":"VM execution error.","data":"Reverted )" + kErrorStf + "\"}",
                Errc::Reverted, "eth_call: reverted: STF"},
            Row{R"({"code":-32000,"message":"execution reverted","data":{"data":")" + kErrorStf + "\"}}",
                Errc::Reverted, "eth_call: reverted: STF"},
            Row{R"({"code":-32000,"message":"execution reverted"})", Errc::Reverted,
                "eth_call: reverted: execution reverted"},
            Row{R"({"code":3,"message":"execution reverted","data":"0x"})", Errc::Reverted,
                "eth_call: reverted: execution reverted"},
            Row{R"({"code":-32000,"message":"header not found"})", Errc::NotFound,
                "eth_call: node error -32000: header not found"},
            Row{R"({"code":-32000,"message":"Unknown block"})", Errc::NotFound,
                "eth_call: node error -32000: Unknown block"},
            Row{R"({"code":-32005,"message":"limit exceeded"})", Errc::Rpc,
                "eth_call: node error -32005: limit exceeded"},
            Row{R"({"code":-32603,"message":"a\nfake log line\u0007"})", Errc::Rpc,
                "eth_call: node error -32603: a fake log line "},
            Row{R"({"message":"no code"})", Errc::Rpc, "eth_call: node error 0: no code"},
            Row{R"({"code":-32000,"message":5,"data":"trace id 0x12"})", Errc::Rpc, "eth_call: node error -32000: "},
            Row{R"("just text")", Errc::Decode, "eth_call: the node's error is no object"},
        };
        for (const auto& row : table) {
            CAPTURE(row.error);
            const auto out = decoded(row.error);
            CHECK(out.error.code == row.code);
            CHECK(out.error.message == row.message);
        }
    }

    TEST_CASE("revert data reaches the caller as it is") {
        const auto out = decoded(R"({"code":3,"message":"execution reverted","data":"0xdeadbeef01"})");
        CHECK(out.code == 3);
        CHECK(to_hex(out.revert_data) == "0xdeadbeef01");
    }

    TEST_CASE("what a node says of a transaction keeps its words") {
        const auto out =
            decoded(R"({"code":-32000,"message":"nonce too low: next nonce 5, tx nonce 4"})", "eth_sendRawTransaction");
        CHECK(out.error.code == Errc::Rpc);
        CHECK(out.error.message ==
              "eth_sendRawTransaction: node error -32000: nonce too low: next nonce 5, tx nonce 4");
        CHECK(decoded(R"({"code":3,"message":"execution reverted"})", "eth_sendRawTransaction").error.code ==
              Errc::Rpc);
    }

    TEST_CASE("a long text is cut between characters") {
        std::string text;
        for (int i = 0; i < 400; ++i) text += "é";
        const auto out = decoded(R"({"code":1,"message":"x)" + text + "\"}");
        CHECK(out.error.message.size() == std::string("eth_call: node error 1: ").size() + 511 + 3);
    }

    TEST_CASE("messages by their form") {
        const auto kind = [](const std::string& text) -> std::string {
            const auto document = JsonDocument::parse(text).value();
            const auto message = decode_message(document->root());
            if (const auto* response = std::get_if<Response>(&message)) {
                const auto what = response->error != 0 ? " error" : response->result != 0 ? " result" : " nothing";
                return "response " + std::to_string(response->id) + what;
            }
            if (const auto* notification = std::get_if<Notification>(&message))
                return "notification " + std::string(notification->subscription);
            if (const auto* malformed = std::get_if<Malformed>(&message)) return malformed->reason;
            return "unattributed";
        };
        CHECK(kind(R"({"jsonrpc":"2.0","id":5,"result":null})") == "response 5 result");
        CHECK(kind(R"({"id":5,"error":{"code":1}})") == "response 5 error");
        CHECK(kind(R"({"id":5,"result":1,"error":{"code":1}})") == "response 5 error");
        CHECK(kind(R"({"id":5,"result":1,"error":null})") == "response 5 result");
        CHECK(kind(R"({"id":5})") == "response 5 nothing");
        CHECK(kind(R"({"id":null,"error":{"code":1}})") == "unattributed");
        CHECK(kind(R"({"error":{"code":1}})") == "unattributed");
        CHECK(kind(R"({"id":null,"result":1})") == "an answer without an id");
        CHECK(kind(R"({"id":"5","result":1})") == "an answer with a foreign id");
        CHECK(kind(R"({"id":5.0,"result":1})") == "an answer with a foreign id");
        CHECK(kind(R"({"id":-5,"result":1})") == "an answer with a foreign id");
        CHECK(kind(R"({"id":99999999999999999999999,"result":1})") == "an answer with a foreign id");
        CHECK(kind(R"({"method":"eth_subscription","params":{"subscription":"0x1","result":{}}})") ==
              "notification 0x1");
        CHECK(kind(R"({"method":"eth_subscription","params":{"subscription":1,"result":{}}})") ==
              "a notification without its parts");
        CHECK(kind(R"({"method":"eth_subscription","params":{"subscription":"0x1"}})") ==
              "a notification without its parts");
        CHECK(kind(R"({"method":"eth_call","id":1})") == "a request from the node");
        CHECK(kind("[1]") == "the message is no object");
    }
}
