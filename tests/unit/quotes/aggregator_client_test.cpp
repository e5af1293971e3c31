// SPDX-License-Identifier: Apache-2.0
#include "bot/quotes/aggregator_client.hpp"

#include <doctest/doctest.h>
#include <fstream>
#include <sys/stat.h>

#include "tests/support/fake_node.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;

namespace {

namespace asio = boost::asio;

constexpr Address kTarget = Address::literal("0x0000000000001ff3684f28c67538d4d072c22734");
constexpr const char* kKey = "k3y-that-nobody-may-see";

dex::SwapWanted wanted() {
    dex::SwapWanted out;
    out.chain = 1;
    out.sell = Address::literal("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
    out.buy = Address::literal("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
    out.amount = U256{1'000'000};
    out.taker = Address::literal("0x70a9f34f9b34c64957b9c401a97bfed35b95049e");
    out.slippage_bps = 100;
    return out;
}

std::string offer_of(const std::string& amount, const std::string& least) {
    return R"({"liquidityAvailable":true,"sellToken":"0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",)"
           R"("buyToken":"0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48","sellAmount":"1000000","buyAmount":")" +
           amount + R"(","minBuyAmount":")" + least +
           R"(","allowanceTarget":"0x0000000000001ff3684f28c67538d4d072c22734","transaction":{)"
           R"("to":"0x0000000000001ff3684f28c67538d4d072c22734","data":"0x2213bc0b","gas":"288079","value":"0"}})";
}

/// A stand-in for the service, and a client of it.
struct Stage {
    explicit Stage(test::FakeNode::OnMessage answer) : service(io.get_executor(), std::move(answer)) {
        settings.name = "zero";
        settings.kind = "0x";
        settings.url = service.http();
        settings.targets = {kTarget};
        settings.deadline = std::chrono::milliseconds(5'000);
        options.now = [this] { return now; };
    }

    std::shared_ptr<AggregatorClient> client() {
        auto out = AggregatorClient::make(io.get_executor(), settings, options);
        REQUIRE_MESSAGE(out.has_value(), out.error().message);
        return *out;
    }

    Result<dex::SwapOffer> ask(const std::shared_ptr<AggregatorClient>& who, std::optional<U256> local = {}) {
        std::optional<Result<dex::SwapOffer>> out;
        test::run(io, [](auto asked, auto quote, auto& result) -> Task<void> {
            result.emplace(co_await asked->ask(wanted(), quote));
        }(who, local, out));
        return *out;
    }

    asio::io_context io{1};
    test::FakeNode service;
    config::Aggregator settings;
    AggregatorClient::Options options;
    AggregatorClient::Clock::time_point now{};
};

test::FakeNode::OnMessage always(test::Reaction reaction) {
    return [reaction](const std::string&) { return std::vector{reaction}; };
}

std::string error_of(const Result<dex::SwapOffer>& offer, Errc code) {
    REQUIRE_FALSE(offer.has_value());
    CHECK(offer.error().code == code);
    return offer.error().message;
}

}  // namespace

TEST_CASE("an offer is fetched with the key in its header, and checked") {
    TempDir folder;
    const auto file = folder.path("key");
    std::ofstream(file) << kKey << "\n";
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    Stage stage(always({offer_of("2000", "1980")}));
    stage.settings.key = config::SecretRef{config::SecretRef::Kind::File, file};
    const auto client = stage.client();
    const auto offer = stage.ask(client, U256{1'990});
    REQUIRE(offer.has_value());
    CHECK(offer->amount_out == U256{2'000});
    CHECK(offer->target == kTarget);
    REQUIRE(stage.service.received().size() == 1);
    const auto& request = stage.service.received()[0];
    CHECK(request.starts_with("GET /swap/allowance-holder/quote?chainId=1&sellToken=0xC02a"));
    CHECK(request.find("\n0x-api-key: k3y-that-nobody-may-see") != std::string::npos);
    CHECK(request.find("\n0x-version: v2") != std::string::npos);
    CHECK(client->stats().offers == 1);
    stage.settings.url = stage.service.http() + "/by/way/";
    CHECK(stage.ask(stage.client()).has_value());
    CHECK(stage.service.received()[1].starts_with("GET /by/way/swap/allowance-holder/quote?"));
}

TEST_CASE("down, slow, wrong, oversized, absurd: each is one error in time") {
    struct Row {
        test::Reaction reaction;
        Errc code;
        std::string message;
    };
    test::Reaction late{offer_of("2000", "1980")};
    late.delay = std::chrono::milliseconds(10'000);
    test::Reaction gone;
    gone.drop = true;
    test::Reaction limited{R"({"message":"API rate limit exceeded"})"};
    limited.status = 429;
    test::Reaction broken{"oops"};
    broken.status = 502;
    test::Reaction moved{""};
    moved.status = 307;
    const Row rows[] = {
        {late, Errc::Timeout, "aggregator zero: no answer in 200 ms"},
        {gone, Errc::Io, ""},
        {limited, Errc::Refused, "aggregator zero: 0x: HTTP 429: the rate of requests is limited"},
        {broken, Errc::Io, "aggregator zero: 0x: HTTP 502"},
        {moved, Errc::Io, "aggregator zero: 0x: HTTP 307"},
        {{"{"}, Errc::Decode, "aggregator zero: 0x: not a JSON object: {"},
        {{std::string(20'000, ' ')}, Errc::Range, "aggregator zero: the answer is longer than 16384 bytes"},
        {{offer_of("2100", "2079")},
         Errc::Refused,
         "aggregator zero: the offer of 2100 is more than 500 bps above our own quote of 1999"},
        {{offer_of("2000", "1500")},
         Errc::Refused,
         "aggregator zero: the offer's minimum of 1500 is looser than 100 bps below 2000"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.message);
        Stage stage(always(row.reaction));
        stage.options.answer_bytes = 16'384;
        if (row.code == Errc::Timeout) stage.settings.deadline = std::chrono::milliseconds(200);
        const auto client = stage.client();
        const auto message = error_of(stage.ask(client, U256{1'999}), row.code);
        if (!row.message.empty()) CHECK(message == row.message);
        CHECK(message.starts_with("aggregator zero: "));
        CHECK(client->stats().failures == 1);
        CHECK(client->stats().last_error == message);
    }
}

TEST_CASE("nobody listens: an error, not a wait") {
    Stage stage(always({}));
    stage.service.shut();
    const auto client = stage.client();
    CHECK(error_of(stage.ask(client), Errc::Io).starts_with("aggregator zero: "));
}

TEST_CASE("a target that is not allowed is refused, whatever the price") {
    Stage stage(always({offer_of("2000", "1980")}));
    stage.settings.targets = {wanted().taker};
    CHECK(error_of(stage.ask(stage.client()), Errc::Refused).find("not among the allowed targets") !=
          std::string::npos);
}

TEST_CASE("after a refusal of key or rate the service is left in peace for a while") {
    for (const unsigned status : {401U, 403U, 429U}) {
        CAPTURE(status);
        test::Reaction reaction{"{}"};
        reaction.status = status;
        Stage stage(always(reaction));
        const auto client = stage.client();
        static_cast<void>(error_of(stage.ask(client), Errc::Refused));
        CHECK(error_of(stage.ask(client), Errc::Refused) == "aggregator zero: is left in peace after it refused us");
        CHECK(stage.service.received().size() == 1);
        stage.now += std::chrono::seconds(30);
        static_cast<void>(error_of(stage.ask(client), Errc::Refused));
        CHECK(stage.service.received().size() == 2);
    }
}

TEST_CASE("settings that cannot work are refused at the start, and no message holds the key") {
    TempDir folder;
    const auto file = folder.path("key");
    std::ofstream(file) << kKey << "\r\nX-Other: 1";
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    Stage stage(always({}));
    const auto refused = [&](Errc code) {
        const auto out = AggregatorClient::make(stage.io.get_executor(), stage.settings, stage.options);
        REQUIRE_FALSE(out.has_value());
        CHECK(out.error().code == code);
        CHECK(out.error().message.find(kKey) == std::string::npos);
        CHECK(out.error().message.starts_with("aggregator zero: "));
    };
    stage.settings.key = config::SecretRef{config::SecretRef::Kind::File, file};
    refused(Errc::Decode);
    stage.settings.key->name = folder.path("none");
    refused(Errc::NotFound);
    stage.settings.key.reset();
    stage.settings.url = "ws://127.0.0.1:1";
    refused(Errc::Decode);
    stage.settings.url = "127.0.0.1";
    refused(Errc::Decode);
    stage.settings.kind = "cow";
    refused(Errc::NotFound);
}

TEST_CASE("stopped in the middle of a question: it ends at once") {
    test::Reaction never;
    never.delay = std::chrono::milliseconds(60'000);
    std::shared_ptr<AggregatorClient> client;
    Stage stage([&](const std::string&) {
        client->stop();
        return std::vector{never};
    });
    client = stage.client();
    CHECK(error_of(stage.ask(client), Errc::Cancelled) == "aggregator zero: stopped");
}
