// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/aggregator.hpp"

#include <doctest/doctest.h>

using namespace plimsoll;
using namespace plimsoll::dex;

namespace {

constexpr Address kWeth = Address::literal("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
constexpr Address kUsdc = Address::literal("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
constexpr Address kTaker = Address::literal("0x70a9f34f9b34c64957b9c401a97bfed35b95049e");
constexpr Address kOrigin = Address::literal("0x1111111111111111111111111111111111111111");
constexpr Address kHolder = Address::literal("0x0000000000001ff3684f28c67538d4d072c22734");
constexpr Address kRouter = Address::literal("0x111111125421ca6dc452d289314280a0f8842a65");

SwapWanted wanted() {
    SwapWanted out;
    out.chain = 1;
    out.sell = kWeth;
    out.buy = kUsdc;
    out.amount = U256::literal("1'000'000'000'000'000'000");
    out.taker = kTaker;
    out.origin = kOrigin;
    out.slippage_bps = 105;
    return out;
}

/// The form of the example in 0x's reference, with our sale in it.
std::string zerox_body() {
    return R"({"allowanceTarget":"0x0000000000001ff3684f28c67538d4d072c22734","blockNumber":"20114676",)"
           R"("buyAmount":"2000000000","buyToken":"0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",)"
           R"("fees":{"integratorFee":null,"zeroExFee":{"amount":"3005000","token":"0xa0b8","type":"volume"},"gasFee":null},)"
           R"("issues":{"allowance":{"actual":"0","spender":"0x0000000000001ff3684f28c67538d4d072c22734"},"balance":null,)"
           R"("simulationIncomplete":false,"invalidSourcesPassed":[]},"liquidityAvailable":true,)"
           R"("minBuyAmount":"1979000000","route":{"fills":[],"tokens":[]},"sellAmount":"1000000000000000000",)"
           R"("sellToken":"0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2","tokenMetadata":{},"totalNetworkFee":"1393",)"
           R"("transaction":{"to":"0x0000000000001ff3684f28c67538d4d072c22734","data":"0x2213bc0b00ff","gas":"288079",)"
           R"("gasPrice":"4837860000","value":"0"},"zid":"0x111111111111111111111111"})";
}

std::string oneinch_body() {
    return R"({"srcToken":{"address":"0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2","symbol":"WETH","decimals":18},)"
           R"("dstToken":{"address":"0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48","symbol":"USDC","decimals":6},)"
           R"("dstAmount":"2000000000","tx":{"from":"0x70a9f34f9b34c64957b9c401a97bfed35b95049e",)"
           R"("to":"0x111111125421ca6dc452d289314280a0f8842a65","data":"0x07ed2379aabb","value":"0","gas":0,)"
           R"("gasPrice":"20000000000"}})";
}

std::string with(std::string body, const std::string& from, const std::string& to) {
    const auto at = body.find(from);
    REQUIRE(at != std::string::npos);
    return body.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("what the services are asked") {
    const auto zerox = make_aggregator("0x");
    const auto oneinch = make_aggregator("1inch");
    REQUIRE(zerox);
    REQUIRE(oneinch);
    CHECK(make_aggregator("uniswap") == nullptr);
    CHECK(zerox->request(wanted()).target ==
          "/swap/allowance-holder/quote?chainId=1&sellToken=0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
          "&buyToken=0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48&sellAmount=1000000000000000000"
          "&taker=" +
              to_checksum(kTaker) + "&txOrigin=0x1111111111111111111111111111111111111111&slippageBps=105");
    REQUIRE(zerox->request(wanted()).headers.size() == 1);
    CHECK(zerox->request(wanted()).headers[0] == std::pair<std::string, std::string>{"0x-version", "v2"});
    CHECK(zerox->key_header().name == "0x-api-key");
    CHECK(zerox->public_url() == "https://api.0x.org");
    CHECK(oneinch->request(wanted()).target ==
          "/swap/v6.1/1/swap?src=0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
          "&dst=0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48&amount=1000000000000000000&from=" +
              to_checksum(kTaker) +
              "&origin=0x1111111111111111111111111111111111111111&receiver=" + to_checksum(kTaker) +
              "&slippage=1.05&disableEstimate=true&allowPartialFill=false&includeTokensInfo=true");
    CHECK(oneinch->key_header().prefix == "Bearer ");
}

TEST_CASE("offers as the specifications write them") {
    const auto zerox = make_aggregator("0x")->parse(wanted(), 200, zerox_body());
    REQUIRE(zerox);
    CHECK(*zerox == SwapOffer{wanted().amount, U256{2'000'000'000}, U256{1'979'000'000}, kHolder, kHolder,
                              from_hex("0x2213bc0b00ff").value(), 288'079});
    const auto oneinch = make_aggregator("1inch")->parse(wanted(), 200, oneinch_body());
    REQUIRE(oneinch);
    CHECK(*oneinch == SwapOffer{wanted().amount, U256{2'000'000'000}, U256{1'979'000'000}, kRouter, kRouter,
                                from_hex("0x07ed2379aabb").value(), 0});
}

TEST_CASE("answers that are no offer: one error that says why") {
    struct Row {
        const char* kind;
        long status;
        std::string body;
        Errc code;
        const char* message;
    };
    const std::string deep(100, '[');
    const Row rows[] = {
        {"0x", 200, R"({"liquidityAvailable":false,"zid":"0x1"})", Errc::NotFound, "0x: no liquidity for this sale"},
        {"0x", 200, "<html>", Errc::Decode, "0x: not a JSON object: <html>"},
        {"0x", 200, "[]", Errc::Decode, "0x: not a JSON object: []"},
        {"0x", 200, deep, Errc::Decode, "0x: JSON too deep"},
        {"0x", 200, "{}", Errc::Decode, "0x: \"liquidityAvailable\" is missing"},
        {"0x", 200, with(zerox_body(), "1000000000000000000", "1000000000000000001"), Errc::Mismatch,
         "0x: the offer is for another sale than asked"},
        {"0x", 200, with(zerox_body(), "\"buyToken\":\"0xa0", "\"buyToken\":\"0xa1"), Errc::Mismatch,
         "0x: the offer is for another sale than asked"},
        {"0x", 200, with(zerox_body(), "\"2000000000\"", "2000000000"), Errc::Decode,
         "0x: \"buyAmount\" is missing or not text"},
        {"0x", 200, with(zerox_body(), "\"2000000000\"", "\"-2\""), Errc::Decode, "0x: \"buyAmount\" is no amount"},
        {"0x", 200, with(zerox_body(), "\"value\":\"0\"", "\"value\":\"5\""), Errc::Refused,
         "0x: the offer wants coin sent with it"},
        {"0x", 200, with(zerox_body(), "0x2213bc0b00ff", "0x2213bc0b00f"), Errc::Decode, "0x: \"data\" is no calldata"},
        {"0x", 200, with(zerox_body(), "\"data\":\"0x2213bc0b00ff\"", "\"data\":\"" + std::string(300'000, '0') + "\""),
         Errc::Range, "0x: calldata of more than 131072 bytes"},
        {"0x", 200, with(zerox_body(), "\"transaction\":{", "\"transaction\":[],\"x\":{"), Errc::Decode,
         "0x: \"transaction\" is missing or no object"},
        {"0x", 400,
         R"({"name":"INPUT_INVALID","message":"The input is invalid","data":{"zid":"0x1","details":[{"field":"sellToken","reason":"Invalid ethereum address"}]}})",
         Errc::Refused, "0x: HTTP 400: INPUT_INVALID: The input is invalid sellToken Invalid ethereum address"},
        {"0x", 401, R"({"message":"Unauthorized"})", Errc::Refused,
         "0x: HTTP 401: the key is not accepted: Unauthorized"},
        {"0x", 429, R"({"message":"API rate limit exceeded"})", Errc::Refused,
         "0x: HTTP 429: the rate of requests is limited"},
        {"0x", 500, R"({"name":"INTERNAL_SERVER_ERROR","message":"An internal server error occurred","data":{}})",
         Errc::Io, "0x: HTTP 500: INTERNAL_SERVER_ERROR: An internal server error occurred"},
        {"0x", 302, "", Errc::Io, "0x: HTTP 302"},
        {"1inch", 400,
         R"({"error":"Bad Request","description":"insufficient liquidity","statusCode":400,"requestId":"1-2-3","meta":[]})",
         Errc::NotFound, "1inch: no liquidity for this sale"},
        {"1inch", 400, R"({"error":"Bad Request","description":"src and dst should be different","statusCode":400})",
         Errc::Refused, "1inch: HTTP 400: src and dst should be different"},
        {"1inch", 401, "", Errc::Refused, "1inch: HTTP 401: the key is not accepted"},
        {"1inch", 429, "The limit of requests per second has been exceeded", Errc::Refused,
         "1inch: HTTP 429: the rate of requests is limited"},
        {"1inch", 503, "\x01\x02<b>", Errc::Io, "1inch: HTTP 503"},
        {"1inch", 200, with(oneinch_body(), "\"from\":\"0x70", "\"from\":\"0x71"), Errc::Mismatch,
         "1inch: the offer is for another taker than asked"},
        {"1inch", 200, with(oneinch_body(), "0xc02aaa39", "0xc02aaa38"), Errc::Mismatch,
         "1inch: the offer is for another sale than asked"},
        {"1inch", 200, with(oneinch_body(), "dstAmount", "toAmount"), Errc::Decode,
         "1inch: \"dstAmount\" is missing or not text"},
        {"1inch", 200, with(oneinch_body(), "\"value\":\"0\"", "\"value\":\"1\""), Errc::Refused,
         "1inch: the offer wants coin sent with it"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.message);
        const auto offer = make_aggregator(row.kind)->parse(wanted(), row.status, row.body);
        REQUIRE_FALSE(offer.has_value());
        CHECK(offer.error().code == row.code);
        CHECK(offer.error().message == row.message);
    }
}

TEST_CASE("offers cut short or bent never end in anything but an error or an offer") {
    for (const auto* kind : {"0x", "1inch"}) {
        const auto service = make_aggregator(kind);
        const auto body = kind[0] == '0' ? zerox_body() : oneinch_body();
        for (std::size_t i = 0; i < body.size(); ++i) {
            CHECK_FALSE(service->parse(wanted(), 200, body.substr(0, i)).has_value());
            auto bent = body;
            bent[i] = static_cast<char>(bent[i] ^ 0x15);
            static_cast<void>(service->parse(wanted(), 200, bent));
            static_cast<void>(service->parse(wanted(), 400, bent));
        }
    }
}

TEST_CASE("an offer must keep every bound") {
    const auto offer = make_aggregator("0x")->parse(wanted(), 200, zerox_body()).value();
    OfferBounds bounds;
    bounds.targets = {kRouter, kHolder};
    bounds.local_quote = U256{1'990'000'000};
    bounds.better_bps = 100;
    CHECK(check_offer(wanted(), offer, bounds).has_value());

    const auto refused = [&](SwapOffer bad, const OfferBounds& by) {
        const auto out = check_offer(wanted(), bad, by);
        REQUIRE_FALSE(out.has_value());
        CHECK(out.error().code == Errc::Refused);
        return out.error().message;
    };
    auto other = bounds;
    other.targets = {kRouter};
    CHECK(refused(offer, other) ==
          "the offer calls 0x0000000000001fF3684f28c67538d4D072C22734, which is not among the allowed targets");
    other = bounds;
    other.local_quote = U256{1'980'000'000};  // 1 % above is 1,999,800,000
    CHECK(refused(offer, other) == "the offer of 2000000000 is more than 100 bps above our own quote of 1980000000");
    auto bad = offer;
    bad.allowance_target = kUsdc;
    CHECK(refused(bad, bounds) ==
          "the offer wants the token allowed to 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48 and "
          "calls 0x0000000000001fF3684f28c67538d4D072C22734");
    bad = offer;
    bad.min_out = U256{1'978'999'998};
    CHECK(refused(bad, bounds) == "the offer's minimum of 1978999998 is looser than 105 bps below 2000000000");
    bad.min_out = U256{2'000'000'001};
    CHECK(refused(bad, bounds) == "the offer's amounts make no sense: 2000000000, at least 2000000001");
    bad.min_out = U256{};
    CHECK(refused(bad, bounds) == "the offer's amounts make no sense: 2000000000, at least 0");
    bad = offer;
    bad.data.resize(3);
    CHECK(refused(bad, bounds) == "the offer's calldata call nothing");
    bad = offer;
    bad.amount_in = U256{1};
    CHECK(refused(bad, bounds) == "the offer sells another amount than wanted");
}
