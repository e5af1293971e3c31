// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/decode.hpp"

#include <array>
#include <doctest/doctest.h>

#include "tests/support/fake_chain.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;

namespace {

template <class Decode>
auto decoded(const std::string& text, Decode decode) {
    const auto document = JsonDocument::parse(text);
    REQUIRE(document);
    return decode((*document)->root());
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

Header sample_header() {
    test::FakeChain chain;
    chain.add('a');
    return chain.add(
        'a',
        std::vector<Log>(1, test::make_log(Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2"), Hash32{})));
}

}  // namespace

TEST_SUITE("decode") {
    TEST_CASE("N31 quantities") {
        CHECK(decoded("\"0x0\"", decode_u64).value() == 0);
        CHECK(decoded("\"0xfFffffffffffffff\"", decode_u64).value() == ~0ULL);
        CHECK(decoded("\"0x" + std::string(64, 'f') + "\"", decode_u256).value() == U256::max());
        CHECK(decoded("\"0x10000000000000000\"", decode_u64).error().message == "above 64 bits");
        constexpr std::array kRefused = {
            std::pair{"\"0x\"", "a quantity of 1 to 64 hex digits is expected"},
            std::pair{"\"0x00\"", "a quantity with leading zeros"},
            std::pair{"\"0x01\"", "a quantity with leading zeros"},
            std::pair{"\"0xg\"", "not a hex digit"},
            std::pair{"\"0x-1\"", "not a hex digit"},
            std::pair{"\"12\"", "a string of hex starting with 0x is expected"},
            std::pair{"\"0X1\"", "a string of hex starting with 0x is expected"},
            std::pair{"\"\"", "a string of hex starting with 0x is expected"},
            std::pair{"12", "a string of hex starting with 0x is expected"},
            std::pair{"null", "a string of hex starting with 0x is expected"},
            std::pair{"\"0x\\u0031\"", "a string of hex starting with 0x is expected"},
            std::pair{"{}", "a string of hex starting with 0x is expected"},
        };
        for (const auto& [text, reason] : kRefused) {
            CAPTURE(text);
            const auto out = decoded(text, decode_u256);
            REQUIRE_FALSE(out);
            CHECK(out.error().code == Errc::Decode);
            CHECK(out.error().message == reason);
        }
        CHECK(decoded("\"0x1" + std::string(64, '0') + "\"", decode_u256).error().code == Errc::Decode);
    }

    TEST_CASE("N31 bytes") {
        CHECK(decoded("\"0x\"", decode_bytes).value().empty());
        CHECK(decoded("\"0x0aFF\"", decode_bytes).value() == Bytes{10, 255});
        CHECK(decoded("\"0x0\"", decode_bytes).error().message == "an odd number of hex digits");
        CHECK(decoded("\"0xzz\"", decode_bytes).error().message == "not a hex digit");
        CHECK(decoded("\"0x12\"", decode_hash).error().message == "2 hex digits where 64 are needed");
        CHECK(decoded("\"0x12\"", decode_node_address).error().message == "2 hex digits where 40 are needed");
    }

    TEST_CASE("N31 R22 a header, and each of its fields broken") {
        const auto header = sample_header();
        const auto text = test::FakeChain::json(header);
        CHECK(decoded(text, decode_header).value() == header);
        CHECK(header.ref.number == 2);
        struct Row {
            const char* what;
            const char* with;
            const char* reason;
        };
        constexpr std::array kTable = {
            Row{"\"number\":\"0x2\"", "\"number\":null", "number: a string of hex starting with 0x is expected"},
            Row{"\"number\":\"0x2\"", "\"number\":2", "number: a string of hex starting with 0x is expected"},
            Row{"\"number\":\"0x2\",", "", "\"number\" is missing"},
            Row{"\"hash\":\"0x61", "\"hash\":\"0x", "hash: 62 hex digits where 64 are needed"},
            Row{"\"parentHash\":", "\"parent\":", "\"parentHash\" is missing"},
            Row{"\"timestamp\":\"0x", "\"timestamp\":\"0x0", "timestamp: a quantity with leading zeros"},
            Row{"\"logsBloom\":\"0x00", "\"logsBloom\":\"0x", "logsBloom: 510 hex digits where 512 are needed"},
            Row{"\"logsBloom\":", "\"bloom\":", "\"logsBloom\" is missing"},
            Row{"\"gasUsed\":\"0x186a0\"", "\"gasUsed\":\"\"", "gasUsed: a string of hex starting with 0x is expected"},
            Row{"\"gasLimit\"", "\"limit\"", "\"gasLimit\" is missing"},
            Row{"\"baseFeePerGas\":\"0x", "\"baseFeePerGas\":\"",
                "baseFeePerGas: a string of hex starting with 0x is expected"},
        };
        for (const auto& row : kTable) {
            CAPTURE(row.with);
            const auto out = decoded(replaced(text, row.what, row.with), decode_header);
            REQUIRE_FALSE(out);
            CHECK(out.error().message == row.reason);
        }
        const auto legacy = decoded(replaced(text, "\"baseFeePerGas\":\"0x3b9aca00\",", ""), decode_header);
        CHECK(legacy.value().ref.base_fee.is_zero());
        CHECK(decoded("[]", decode_header).error().message == "a block header is expected");
        // R22: a block with what no one has heard of yet is a block.
        const auto future = replaced(text, "{", R"({"transactions":[{"type":"0x7e","odd":[{}]}],"newRoot":null,)");
        CHECK(decoded(future, decode_header).value() == header);
    }

    TEST_CASE("N31 a log, and its fields broken") {
        Log log = test::make_log(Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2"), Hash32{}, Bytes{1, 2});
        log.block_number = 7;
        log.log_index = 3;
        const auto text = test::FakeChain::json(log);
        CHECK(decoded(text, decode_log).value() == log);
        CHECK(decoded('[' + text + ',' + text + ']', decode_logs).value().size() == 2);
        const auto reason = [&](const char* what, const char* with) {
            return decoded(replaced(text, what, with), decode_log).error().message;
        };
        CHECK(reason("\"blockHash\":\"0x00", "\"blockHash\":null,\"x\":\"") ==
              "blockHash: a string of hex starting with 0x is expected");
        CHECK(reason("\"logIndex\":\"0x3\"", "\"logIndex\":\"0x100000000\"") == "logIndex: above 32 bits");
        CHECK(reason("\"removed\":false", "\"removed\":0") == "removed: true or false is expected");
        CHECK(reason("\"topics\":[", "\"topics\":[\"0x12\",") == "topics: [0]: 2 hex digits where 64 are needed");
        CHECK(reason("\"address\"", "\"contract\"") == "\"address\" is missing");
        const std::string topic = "\"" + to_string(Hash32{}) + "\"";
        const std::string four = topic + ',' + topic + ',' + topic + ',' + topic + ',';
        CHECK(decoded(replaced(text, "\"topics\":[", "\"topics\":[" + four), decode_log).error().message ==
              "topics: more than four");
        CHECK(decoded('[' + text + ",{}]", decode_logs).error().message == "[1]: \"address\" is missing");
        CHECK(decoded("null", decode_logs).error().message == "an array is expected");
    }

    TEST_CASE("N14 a block's logs must be that block's and match") {
        const auto address = Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2");
        const auto topic = Hash32::literal("0x00000000000000000000000000000000000000000000000000000000000000aa");
        LogFilter filter;
        filter.addresses.push_back(address);
        filter.topics0.push_back(topic);
        std::vector<Log> logs(2, test::make_log(address, topic));
        logs[1].log_index = 4;
        CHECK(check_logs_of_block(logs, filter, Hash32{}));
        const auto reason = [&](auto change) {
            auto changed = logs;
            change(changed[1]);
            const auto out = check_logs_of_block(changed, filter, Hash32{});
            return out ? std::string("accepted") : out.error().message;
        };
        CHECK(reason([&](Log& log) { log.block_hash = topic; }) == "log 1 is of another block than asked");
        CHECK(reason([](Log& log) { log.removed = true; }) == "log 1 is removed: the block is not canonical");
        CHECK(reason([](Log& log) { log.log_index = 0; }) == "log 1 is out of order");
        CHECK(reason([](Log& log) { log.address = Address{}; }) == "log 1 does not match the filter");
        CHECK(reason([](Log& log) { log.topics[0] = Hash32{}; }) == "log 1 does not match the filter");
        CHECK(reason([](Log& log) { log.topics.clear(); }) == "log 1 does not match the filter");
        CHECK(check_logs_of_block(std::vector<Log>(1), LogFilter{}, Hash32{}));
    }

    TEST_CASE("receipts") {
        CHECK_FALSE(decoded("null", decode_receipt).value().has_value());
        const std::string hash = to_string(test::FakeChain::hash('t', 9));
        const std::string text = R"({"transactionHash":")" + hash + R"(","blockNumber":"0x9","blockHash":")" + hash +
                                 R"(","status":"0x1","gasUsed":"0x5208","effectiveGasPrice":"0x3b9aca00","logs":[]})";
        const auto receipt = decoded(text, decode_receipt).value().value();
        CHECK(receipt.succeeded);
        CHECK(receipt.gas_used == 21'000);
        CHECK(receipt.effective_gas_price == Wei{U256{1'000'000'000}});
        CHECK_FALSE(decoded(replaced(text, "\"0x1\"", "\"0x0\""), decode_receipt).value().value().succeeded);
        CHECK(decoded(replaced(text, "\"0x1\"", "\"0x2\""), decode_receipt).error().message ==
              "status: neither 0 nor 1");
        CHECK(decoded(replaced(text, "\"status\":\"0x1\",", ""), decode_receipt).error().message ==
              "\"status\" is missing");
        CHECK(decoded("{}", decode_receipt).error().message == "\"transactionHash\" is missing");
        CHECK(receipt.l1_fee.is_zero());
        // As OP Mainnet and Base write it; Arbitrum counts data as gas.
        const std::string op = replaced(text, "\"logs\"", R"("l1Fee":"0x5bf1ab43d","l1GasUsed":"0x640","logs")");
        CHECK(decoded(op, decode_receipt).value().value().l1_fee == Wei{U256{0x5bf1ab43d}});
        CHECK(decoded(replaced(op, "\"0x5bf1ab43d\"", "null"), decode_receipt).value().value().l1_fee.is_zero());
        CHECK(decoded(replaced(op, "\"0x5bf1ab43d\"", "7"), decode_receipt).error().message.find("l1Fee") == 0);
        const std::string arbitrum = replaced(
            text, "\"logs\"", R"("gasUsedForL1":"0x2c906","l1BlockNumber":"0x1323b96","timeboosted":false,"logs")");
        CHECK(decoded(arbitrum, decode_receipt).value().value().gas_used == 21'000);
    }

    TEST_CASE("fee history") {
        const std::string text =
            R"({"oldestBlock":"0xa","baseFeePerGas":["0x1","0x2","0x3"],"gasUsedRatio":[0.5,1],"reward":[["0x5"],["0x6"]]})";
        const auto history = decoded(text, decode_fee_history).value();
        CHECK(history.oldest_block == 10);
        CHECK(history.base_fees.back() == Wei{U256{3}});
        CHECK(history.gas_used_ratios == std::vector<double>{0.5, 1.0});
        CHECK(history.rewards[1][0] == Wei{U256{6}});
        CHECK(decoded(replaced(text, "0.5,1", "0.5"), decode_fee_history).error().message ==
              "baseFeePerGas: not one more than gasUsedRatio");
        CHECK(decoded(replaced(text, ",[\"0x6\"]", ""), decode_fee_history).error().message ==
              "reward: not one for every block");
        CHECK(decoded(replaced(text, "0.5", "\"0.5\""), decode_fee_history).error().message ==
              "gasUsedRatio: [0]: a number is expected");
        CHECK(decoded(R"({"oldestBlock":"0x0","baseFeePerGas":["0x1"],"gasUsedRatio":[],"reward":null})",
                      decode_fee_history)
                  ->rewards.empty());
    }
}
