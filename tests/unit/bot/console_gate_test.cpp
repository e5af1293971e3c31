// SPDX-License-Identifier: Apache-2.0
// Who may read the console and who may act.
#include <doctest/doctest.h>

#include "bot/console/gate.hpp"

using namespace plimsoll;
using console::Gate;

namespace {

constexpr std::string_view kToken = "0123456789abcdef0123";

http::Request request(const std::string& token = std::string(kToken)) {
    http::Request out;
    out.method = "POST";
    out.host = "localhost:1877";
    out.peer = "127.0.0.1";
    out.content_type = "application/json";
    if (!token.empty()) out.authorization = "Bearer " + token;
    return out;
}

struct Clock {
    std::int64_t now = 1'000'000;
};

Gate gate(Clock& clock, std::optional<std::string_view> token = kToken) {
    auto made = Gate::make(token, [&clock] { return clock.now; });
    REQUIRE(made);
    return *std::move(made);
}

unsigned status(const std::optional<http::Response>& response) {
    return response ? response->status : 200;
}

}  // namespace

TEST_SUITE("console gate") {
    TEST_CASE("only the whole token opens it, and neither a beginning nor a longer one") {
        Clock clock;
        Gate guarded = gate(clock);
        CHECK(status(guarded.refuse(request())) == 200);
        CHECK(status(guarded.refuse(request(""))) == 401);
        CHECK(status(guarded.refuse(request("0123456789abcdef012"))) == 401);
        CHECK(status(guarded.refuse(request("0123456789abcdef01234"))) == 401);
        CHECK(status(guarded.refuse(request("0123456789abcdef0124"))) == 401);
        CHECK(status(guarded.refuse(request(std::string(5'000, 'x')))) == 401);
        auto basic = request("");
        basic.authorization = "Basic " + std::string(kToken);
        CHECK(status(guarded.refuse(basic)) == 401);
        basic.authorization = "bearer " + std::string(kToken);
        CHECK(status(guarded.refuse(basic)) == 200);
    }

    TEST_CASE("who guesses waits a minute, even with the right one; others do not") {
        Clock clock;
        Gate guarded = gate(clock);
        for (std::uint32_t i = 0; i < Gate::kFailures; ++i)
            CHECK(status(guarded.refuse(request("wrong wrong wrong wrong"))) == 401);
        CHECK(status(guarded.refuse(request())) == 429);
        auto other = request();
        other.peer = "192.0.2.1";
        CHECK(status(guarded.refuse(other)) == 200);
        clock.now += Gate::kWindowMs - 1;
        CHECK(status(guarded.refuse(request())) == 429);
        clock.now += 1;
        CHECK(status(guarded.refuse(request())) == 200);
    }

    TEST_CASE("asking without a token is no guess") {
        Clock clock;
        Gate guarded = gate(clock);
        for (int i = 0; i < 50; ++i) CHECK(status(guarded.refuse(request(""))) == 401);
        CHECK(status(guarded.refuse(request())) == 200);
    }

    TEST_CASE("a crowd of guessers costs no more memory than kPeers, and the newest still waits") {
        Clock clock;
        Gate guarded = gate(clock);
        for (std::size_t i = 0; i < Gate::kPeers * 3; ++i) {
            auto guess = request("wrong wrong wrong wrong");
            guess.peer = "peer " + std::to_string(i);
            ++clock.now;
            for (std::uint32_t n = 0; n < Gate::kFailures; ++n) CHECK(status(guarded.refuse(guess)) == 401);
            CHECK(status(guarded.refuse(guess)) == 429);
        }
    }

    TEST_CASE("without a token it may be read and nobody may act") {
        Clock clock;
        Gate open = gate(clock, std::nullopt);
        CHECK_FALSE(open.has_token());
        CHECK(status(open.refuse(request(""))) == 200);
        CHECK(status(open.refuse_act(request(""))) == 403);
        CHECK(status(open.refuse_act(request())) == 403);
    }

    TEST_CASE("what acts is JSON of the page itself") {
        Clock clock;
        Gate guarded = gate(clock);
        CHECK(status(guarded.refuse_act(request())) == 200);
        CHECK(status(guarded.refuse_act(request(""))) == 401);
        auto form = request();
        form.content_type = "application/x-www-form-urlencoded";
        CHECK(status(guarded.refuse_act(form)) == 415);
        form.content_type = "text/plain";
        CHECK(status(guarded.refuse_act(form)) == 415);
        auto page = request();
        page.origin = "http://localhost:1877";
        page.fetch_site = "same-origin";
        CHECK(status(guarded.refuse_act(page)) == 200);
        for (const std::string origin : {"http://evil.example", "http://localhost:9999", "null", "localhost:1877"}) {
            CAPTURE(origin);
            auto foreign = request();
            foreign.origin = origin;
            CHECK(status(guarded.refuse_act(foreign)) == 403);
        }
    }

    TEST_CASE("a page of another site cannot even read where there is no token") {
        Clock clock;
        Gate open = gate(clock, std::nullopt);
        for (const std::string site : {"cross-site", "same-site"}) {
            auto foreign = request("");
            foreign.fetch_site = site;
            CHECK(status(open.refuse(foreign)) == 403);
        }
        auto typed = request("");
        typed.fetch_site = "none";
        CHECK(status(open.refuse(typed)) == 200);
    }

    TEST_CASE("a token that could be guessed or typed wrongly is no token") {
        const auto now = [] { return std::int64_t{0}; };
        CHECK_FALSE(Gate::make("short", now));
        CHECK_FALSE(Gate::make("with a blank in the middle", now));
        CHECK_FALSE(Gate::make("0123456789abcdef\n", now));
        CHECK_FALSE(Gate::make(std::string(Gate::kTokenMost + 1, 'x'), now));
        CHECK(Gate::make(std::string(Gate::kTokenLeast, 'x'), now));
    }
}
