// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/encode.hpp"

#include <doctest/doctest.h>

#include "chain/rpc/multicall.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;

namespace {

constexpr auto kAddress = Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2");
constexpr auto kHash = Hash32::literal("0x00000000000000000000000000000000000000000000000000000000000000aa");

BlockId block(std::variant<BlockId::Tag, BlockNumber, Hash32> value) {
    BlockId out;
    out.value = value;
    return out;
}

}  // namespace

TEST_SUITE("encode") {
    TEST_CASE("blocks") {
        CHECK(encode_block(block(BlockId::Tag::Latest)) == "\"latest\"");
        CHECK(encode_block(block(BlockId::Tag::Pending)) == "\"pending\"");
        CHECK(encode_block(block(BlockId::Tag::Safe)) == "\"safe\"");
        CHECK(encode_block(block(BlockId::Tag::Finalized)) == "\"finalized\"");
        CHECK(encode_block(block(BlockNumber{0})) == "\"0x0\"");
        CHECK(encode_block(block(BlockNumber{20'000'000})) == "\"0x1312d00\"");
        CHECK(
            encode_block(block(kHash)) ==
            R"({"blockHash":"0x00000000000000000000000000000000000000000000000000000000000000aa","requireCanonical":true})");
    }

    TEST_CASE("calls") {
        CallRequest call;
        call.to = kAddress;
        CHECK(encode_call(call) == R"({"to":"0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2","data":"0x"})");
        call.from = Address{};
        call.data = Bytes{1, 2};
        call.gas = 21'000;
        call.value = Wei{U256{255}};
        CHECK(
            encode_call(call) ==
            R"({"from":"0x0000000000000000000000000000000000000000","to":"0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2",)"
            R"("data":"0x0102","gas":"0x5208","value":"0xff"})");
        CallRequest overridden;
        overridden.to = kAddress;
        overridden.code_override = std::pair{kAddress, Bytes{0x60}};
        CHECK(encode_call_params(overridden, BlockId{}) ==
              R"([{"to":"0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2","data":"0x"},"latest",)"
              R"({"0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2":{"code":"0x60"}}])");
        overridden.block_time = 1'700'000'000;
        CHECK(encode_call_params(overridden, BlockId{}) ==
              R"([{"to":"0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2","data":"0x"},"latest",)"
              R"({"0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2":{"code":"0x60"}},{"time":"0x6553f100"}])");
        overridden.code_override.reset();
        CHECK(encode_call_params(overridden, BlockId{}) ==
              R"([{"to":"0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2","data":"0x"},"latest",{},{"time":"0x6553f100"}])");
    }

    TEST_CASE("filters") {
        LogFilter filter;
        const std::string of_block =
            R"("blockHash":"0x00000000000000000000000000000000000000000000000000000000000000aa")";
        CHECK(encode_filter(filter, kHash) == "[{" + of_block + "}]");
        filter.addresses = {kAddress, Address{}};
        filter.topics0 = {kHash};
        CHECK(
            encode_filter(filter, kHash) ==
            "[{" + of_block +
                R"(,"address":["0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2","0x0000000000000000000000000000000000000000"],)"
                R"("topics":[["0x00000000000000000000000000000000000000000000000000000000000000aa"]]}])");
        filter.addresses.clear();
        filter.topics0.clear();
        CHECK(encode_filter(filter, 1, 16) == R"([{"fromBlock":"0x1","toBlock":"0x10"}])");
    }

    TEST_CASE("aggregate3 word by word") {
        std::vector<Call> calls(2);
        calls[0].to = kAddress;
        calls[0].data = Bytes{0xaa, 0xbb, 0xcc, 0xdd, 0xee};
        std::string expected = "0x82ad56cb";
        const auto word = [&](std::string_view hex) {
            expected += std::string(64 - hex.size(), '0') + std::string(hex);
        };
        word("20");  // offset of the array
        word("2");   // its length
        word("40");  // offset of the first tuple
        word("e0");  // offset of the second
        word("87870bca3f3fd6335c3f4ce8392d69350b4fa4e2");
        word("1");
        word("60");
        word("5");
        expected += "aabbccddee" + std::string(54, '0');
        word("0");
        word("1");
        word("60");
        word("0");
        CHECK(to_hex(encode_aggregate3(calls)) == expected);
    }

    TEST_CASE("results of aggregate3, cut anywhere, never read past the end") {
        std::string hex;
        const auto word = [&](std::string_view text) { hex += std::string(64 - text.size(), '0') + std::string(text); };
        word("20");
        word("2");
        word("40");
        word("c0");
        word("1");
        word("40");
        word("2");
        hex += "cafe" + std::string(60, '0');
        word("0");
        word("40");
        word("0");
        const auto data = from_hex(hex).value();
        const auto results = decode_aggregate3(data, 2).value();
        CHECK(results[0].success);
        CHECK(results[0].data == Bytes{0xca, 0xfe});
        CHECK_FALSE(results[1].success);
        CHECK(results[1].data.empty());
        CHECK(decode_aggregate3(data, 3).error().message == "aggregate3: 2 results for 3 calls");
        for (std::size_t size = 0; size < data.size(); ++size) {
            CAPTURE(size);
            CHECK_FALSE(decode_aggregate3(ByteView(data).first(size), 2));
        }
        // Every byte of every word set to the worst.
        for (std::size_t at = 0; at < data.size(); ++at) {
            auto broken = data;
            broken[at] = 0xff;
            const auto out = decode_aggregate3(broken, 2);
            if (out) CHECK(out->size() == 2);
        }
        auto neither = data;
        neither[4 * 32 + 31] = 2;
        CHECK(decode_aggregate3(neither, 2).error().message == "aggregate3: a success that is neither true nor false");
    }
}
