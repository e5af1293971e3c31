// SPDX-License-Identifier: Apache-2.0
// The console's answers, as they come over a socket: its files, its data, its events, and their bounds.
#include <nlohmann/json.hpp>

#include "bot/console/console.hpp"
#include "server_thread.hpp"

using namespace plimsoll;
using nlohmann::json;

namespace {

constexpr std::string_view kToken = "0123456789abcdef0123";
const Address kAccount = parse_address("0x00000000000000000000000000000000000000aa").value();
const Address kWeth = parse_address("0x00000000000000000000000000000000000000e1").value();

Wad wad(std::uint64_t thousandths) {
    return Wad{*checked_mul(U256{thousandths}, U256{1'000'000'000'000'000ULL})};
}

console::PositionCard card(const std::string& name, std::uint64_t health) {
    console::PositionCard out;
    out.currency = "USD";
    out.chain = "local";
    out.health = wad(health);
    out.view.name = name;
    out.view.wallet = "main";
    out.view.market = "local";
    out.view.live = true;
    out.view.warn = wad(1'300);
    out.view.trigger = wad(1'200);
    out.view.target = wad(1'450);
    auto& position = out.view.position;
    position.account = kAccount;
    position.base_unit = U256{100'000'000};
    position.summary.collateral = BaseValue{U256{2'000'000'000'000}};
    position.summary.debt = BaseValue{U256{1'000'000'000'000}};
    position.summary.health_factor = wad(health);
    lending::AssetPosition asset;
    asset.asset = kWeth;
    asset.symbol = "WETH";
    asset.decimals = 18;
    asset.price = Price{U256{200'000'000'000}};
    asset.collateral = true;
    position.assets.push_back(asset);
    out.view.liquidation_prices.push_back({kWeth, Price{U256{150'000'000'000}}, false});
    return out;
}

/// The console's routes on a loop of their own, with a desk that the test answers for.
class Running : public ServerThread {
  public:
    explicit Running(bool with_token = true, http::Bounds bounds = {}) {
        auto gate =
            console::Gate::make(with_token ? std::optional(kToken) : std::nullopt, [] { return std::int64_t{0}; });
        REQUIRE(gate);
        console::Facts facts;
        facts.version = "9.9.9";
        facts.wallets.push_back({"main", kAccount, true});
        console::Desk desk;
        desk.what_if = [this](console::Question question, auto done) {
            asked = question;
            if (hold) {
                held.push_back(done);
                return;
            }
            console::WhatIf answer;
            answer.supposed.position = card("a", 1'100).view.position;
            answer.falls.push_back({500, wad(1'040)});
            done(std::move(answer));
        };
        desk.checks = [](auto done) { done({{"good", true, "fine"}, {"bad", false, "missing"}}); };
        desk.pause = [this](std::string wallet, std::optional<std::chrono::seconds> span, auto done) {
            orders.push_back(wallet + ' ' + (span ? std::to_string(span->count()) : "for good"));
            if (wallet == "main")
                done({});
            else
                done(fail(Errc::NotFound, "there is no wallet " + wallet));
        };
        desk.resume = [this](std::string wallet, auto done) {
            orders.push_back("resume " + wallet);
            done({});
        };
        desk.acknowledge = [this](std::string which, auto done) {
            orders.push_back("acknowledge " + (which.empty() ? "all" : which));
            if (which == "gone")
                done(fail(Errc::NotFound, "no open alert is called gone"));
            else
                done(std::size_t{2});
        };
        api_.emplace(loop().get_executor(), board, *std::move(gate), std::move(facts), std::move(desk), nullptr,
                     [] { return std::int64_t{1'700'000'000'000}; });
        auto routes = console::page_routes();
        for (auto& route : api_->routes()) routes.push_back(std::move(route));
        http::Options options;
        options.bounds = bounds;
        options.headers = console::page_headers();
        serve(std::move(routes), std::move(options));
    }
    ~Running() { stop(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    std::string get(const std::string& path, const std::string& more = bearer()) const {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + more + "\r\n");
    }
    std::string post(const std::string& path, const std::string& text,
                     const std::string& more = bearer() + "Content-Type: application/json\r\n") const {
        return ask("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
                   std::to_string(text.size()) + "\r\n" + more + "\r\n" + text);
    }
    json data(const std::string& path) const { return json::parse(body(get(path))); }
    static std::string bearer() { return "Authorization: Bearer " + std::string(kToken) + "\r\n"; }
    void wake() {
        on_loop([this] { api_->wake(); });
    }

    std::shared_ptr<console::Board> board = std::make_shared<console::Board>();
    console::Question asked;
    bool hold = false;
    std::vector<std::function<void(Result<console::WhatIf>)>> held;
    std::vector<std::string> orders;

  private:
    std::optional<console::Api> api_;
};

std::string head_of(const std::string& answer) {
    return answer.substr(0, answer.find("\r\n\r\n"));
}
bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("console api") {
    TEST_CASE("the page's files are open, whole, and bound to this origin; everything else is not there") {
        const Running console;
        const std::string page = console.get("/", "");
        CHECK(status(page) == "HTTP/1.1 200 OK");
        CHECK(has(page, "<!doctype html>"));
        for (const auto& [name, value] : console::page_headers()) CHECK(has(head_of(page), name + ": " + value));
        CHECK(has(head_of(page), "Cache-Control: no-cache"));
        CHECK(has(head_of(page), "X-Content-Type-Options: nosniff"));
        const auto at = page.find("ETag: ") + 6;
        const std::string etag = page.substr(at, page.find('\r', at) - at);
        const std::string same = console.get("/", "If-None-Match: " + etag + "\r\n");
        CHECK(status(same) == "HTTP/1.1 304 Not Modified");
        CHECK_FALSE(has(same, "Content-Length"));
        CHECK(has(console.get("/app.js", ""), "Content-Type: text/javascript"));
        for (const std::string path :
             {"/../app.js", "/%2e%2e/app.js", "/app.js/", "/page/app.js", "//app.js", "/index.html"}) {
            CAPTURE(path);
            const auto answer = console.get(path);
            CHECK(status(answer) == "HTTP/1.1 404 Not Found");
            CHECK(has(answer, "Content-Security-Policy"));
        }
    }

    TEST_CASE("no data without the token") {
        const Running console;
        for (const std::string path : {"status", "positions", "position?name=a", "transactions", "decisions", "alerts",
                                       "events", "whatif?name=a", "health"}) {
            CAPTURE(path);
            CHECK(status(console.get("/api/v1/" + path, "")) == "HTTP/1.1 401 Unauthorized");
        }
        CHECK(status(console.get("/api/v1/status", Running::bearer() + Running::bearer())) ==
              "HTTP/1.1 400 Bad Request");
    }

    TEST_CASE("positions come by risk, the riskiest first, no more than asked for") {
        const Running console;
        console.board->put(card("calm", 2'000), 1);
        console.board->put(card("near", 1'250), 1);
        console.board->put(card("low", 1'100), 1);
        const auto all = console.data("/api/v1/positions");
        CHECK(all["total"] == 3);
        REQUIRE(all["positions"].size() == 3);
        CHECK(all["positions"][0]["name"] == "low");
        CHECK(all["positions"][0]["state"] == "below-trigger");
        CHECK(all["positions"][0]["fall_to_trigger_bps"] == nullptr);
        CHECK(all["positions"][1]["state"] == "warned");
        CHECK(all["positions"][1]["fall_to_trigger_bps"] == 400);
        CHECK(all["positions"][1]["fall_to_liquidation_bps"] == 2'000);
        CHECK(all["positions"][1]["liquidation"][0]["distance_bps"] == 2'500);
        CHECK(all["positions"][2]["health_factor"] == "2000000000000000000");
        CHECK(console.data("/api/v1/positions?limit=1")["positions"].size() == 1);
        CHECK(console.data("/api/v1/positions?limit=-1")["positions"].size() == 3);
        CHECK(console.data("/api/v1/positions?q=nea")["total"] == 1);
        CHECK(console.data("/api/v1/status")["states"]["below-trigger"] == 1);
        CHECK(status(console.get("/api/v1/position?name=other")) == "HTTP/1.1 404 Not Found");
        CHECK(console.data("/api/v1/position?name=%6cow")["address"] == to_string(kAccount));
    }

    TEST_CASE("a what-if asks the loop with exact prices, and refuses what is none") {
        Running console;
        console.board->put(card("a", 1'500), 1);
        const auto answer = console.data("/api/v1/whatif?name=a&prices=" + to_string(kWeth) + ":178000000000");
        CHECK(answer["health_factor"] == "1100000000000000000");
        CHECK(answer["state"] == "below-trigger");
        CHECK(answer["falls"][0]["state"] == "below-trigger");
        REQUIRE(console.asked.prices.size() == 1);
        CHECK(console.asked.prices[0] == lending::SupposedPrice{kWeth, Price{U256{178'000'000'000}}});
        for (const std::string prices :
             {"x:1", "0x12:1", ":", ",", "0x00000000000000000000000000000000000000e1:-1",
              "0x00000000000000000000000000000000000000e1:1e9", "0x00000000000000000000000000000000000000e1"}) {
            CAPTURE(prices);
            CHECK(status(console.get("/api/v1/whatif?name=a&prices=" + prices)) == "HTTP/1.1 400 Bad Request");
        }
    }

    TEST_CASE("only a few questions wait for the loop; one that is never answered ends, and gives its place back") {
        http::Bounds bounds;
        bounds.timeout = std::chrono::milliseconds(300);
        Running console(true, bounds);
        console.board->put(card("a", 1'500), 1);
        console.on_loop([&] { console.hold = true; });
        std::vector<std::unique_ptr<Client>> waiting;
        const std::string question =
            "GET /api/v1/whatif?name=a HTTP/1.1\r\nHost: localhost\r\n" + Running::bearer() + "\r\n";
        for (std::size_t i = 0; i < console::Api::kAtOnce; ++i) {
            waiting.push_back(std::make_unique<Client>(console.port()));
            waiting.back()->send(question);
            CHECK(status(waiting.back()->read_answer()) == "HTTP/1.1 503 Service Unavailable");  // in time, unanswered
        }
        CHECK(has(console.get("/api/v1/whatif?name=a"), "busy with other questions"));
        console.on_loop([&] {
            console.held.clear();
            console.hold = false;
        });
        console.on_loop([] {});
        CHECK(status(console.get("/api/v1/whatif?name=a")) == "HTTP/1.1 200 OK");
    }

    TEST_CASE("pause and resume take nothing but what they are") {
        const Running console;
        CHECK(status(console.post("/api/v1/pause", R"({"wallet":"main"})")) == "HTTP/1.1 200 OK");
        CHECK(status(console.post("/api/v1/pause", R"({"wallet":"main","seconds":3600})")) == "HTTP/1.1 200 OK");
        CHECK(status(console.post("/api/v1/resume", R"({"wallet":"main"})")) == "HTTP/1.1 200 OK");
        CHECK(status(console.post("/api/v1/pause", R"({"wallet":"other"})")) == "HTTP/1.1 404 Not Found");
        CHECK(console.orders ==
              std::vector<std::string>{"main for good", "main 3600", "resume main", "other for good"});
        for (const std::string text : {"", "main", "[]", "{}", R"({"wallet":1})", R"({"wallet":"main","second":1})",
                                       R"({"wallet":"main","seconds":-1})", R"({"wallet":"main","seconds":"1"})",
                                       R"({"wallet":"main","seconds":1,"more":2})"}) {
            CAPTURE(text);
            CHECK(status(console.post("/api/v1/pause", text)) == "HTTP/1.1 400 Bad Request");
        }
        CHECK(status(console.post("/api/v1/resume", R"({"wallet":"main","seconds":1})")) == "HTTP/1.1 400 Bad Request");
        CHECK(status(console.post("/api/v1/pause", R"({"wallet":"main"})", Running::bearer())) ==
              "HTTP/1.1 415 Unsupported Media Type");
        CHECK(status(console.get("/api/v1/pause")) == "HTTP/1.1 405 Method Not Allowed");
        CHECK(console.orders.size() == 4);
        const Running open(false);
        CHECK(status(open.get("/api/v1/status", "")) == "HTTP/1.1 200 OK");
        CHECK(status(open.post("/api/v1/pause", R"({"wallet":"main"})")) == "HTTP/1.1 403 Forbidden");
        CHECK(open.orders.empty());
    }

    TEST_CASE("open alerts are acknowledged one by one or all together, by nothing but that") {
        const Running console;
        const auto taken = console.post("/api/v1/acknowledge", R"({"id":"1a2b3c4d"})");
        CHECK(status(taken) == "HTTP/1.1 200 OK");
        CHECK(json::parse(body(taken))["acknowledged"] == 2);
        CHECK(status(console.post("/api/v1/acknowledge", R"({"all":true})")) == "HTTP/1.1 200 OK");
        CHECK(status(console.post("/api/v1/acknowledge", R"({"id":"gone"})")) == "HTTP/1.1 404 Not Found");
        for (const std::string order :
             {"", "{}", R"({"all":false})", R"({"id":""})", R"({"id":7})", R"({"id":"a","all":true})", R"(["a"])"}) {
            CAPTURE(order);
            CHECK(status(console.post("/api/v1/acknowledge", order)) == "HTTP/1.1 400 Bad Request");
        }
        const std::string typed = "Content-Type: application/json\r\n";
        CHECK(status(console.post("/api/v1/acknowledge", R"({"all":true})", typed)) == "HTTP/1.1 401 Unauthorized");
        CHECK(status(console.post("/api/v1/acknowledge", R"({"all":true})",
                                  Running::bearer() + typed + "Origin: http://evil.example\r\n")) ==
              "HTTP/1.1 403 Forbidden");
        CHECK(console.orders ==
              std::vector<std::string>{"acknowledge 1a2b3c4d", "acknowledge all", "acknowledge gone"});
    }

    TEST_CASE("what is open is told as news when it becomes another, and only then") {
        const Running console;
        const auto revision = [&] {
            return console.board->revisions()[static_cast<std::size_t>(console::Topic::Alerts)];
        };
        bot::notify::AlertsNow now;
        now.open.push_back(
            bot::notify::opened("plimsoll/box/main/stuck", {engine::AlertLevel::Critical, "stuck", "main", "x"}, 5));
        console.board->put(now);
        CHECK(revision() == 1);
        console.board->put(now);
        CHECK(revision() == 1);
        now.open[0].acknowledged_by = "anna";
        console.board->put(now);
        CHECK(revision() == 2);
    }

    TEST_CASE("checks that fail stand first") {
        const Running console;
        const auto health = console.data("/api/v1/health");
        CHECK(health["ready"] == false);
        CHECK(health["checks"][0]["name"] == "bad");
    }

    TEST_CASE("events tell what has changed since the last, in one, and nothing else") {
        Running console;
        const Client page(console.port());
        page.send("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n" + Running::bearer() + "\r\n");
        const auto first = page.read_until("\n\n");
        CHECK(has(first, "text/event-stream"));
        CHECK(has(first, R"("topics":["positions","chains","decisions","transactions","alerts"])"));
        console.wake();                       // nothing has changed: nothing is said
        (void)console.get("/api/v1/status");  // the same loop has run the wake before it answers
        for (int i = 0; i < 1'000; ++i) console.board->put(card("a", 1'500), i);
        console.board->touch(console::Topic::Alerts);
        console.wake();
        const auto second = page.read_until("\n\n");
        CHECK(has(second, R"("topics":["positions","alerts"])"));
        CHECK(second.find("event:") == second.rfind("event:"));
    }

    TEST_CASE("streams have a number, and one that ends makes room") {
        http::Bounds bounds;
        bounds.streams = 2;
        Running console(true, bounds);
        const std::string ask = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n" + Running::bearer() + "\r\n";
        auto first = std::make_unique<Client>(console.port());
        const Client second(console.port());
        first->send(ask);
        second.send(ask);
        CHECK(has(first->read_until("\n\n"), "200 OK"));
        CHECK(has(second.read_until("\n\n"), "200 OK"));
        CHECK(has(console.ask(ask), "503 Service Unavailable"));
        first.reset();
        std::string again;
        for (int tries = 0; tries < 1'000 && !has(again, "200 OK"); ++tries) {  // its end is seen a moment later
            const Client third(console.port());
            third.send(ask);
            again = third.read_until("\n\n");
        }
        CHECK(has(again, "200 OK"));
    }

    TEST_CASE("positions that are not configured any more go, with their course") {
        const Running console;
        console.board->put(card("a", 1'500), 1);
        console.board->put(card("b", 1'500), 1);
        console.board->keep({"b"});
        CHECK(console.data("/api/v1/positions")["total"] == 1);
        CHECK(console.board->trail("a").empty());
    }

    TEST_CASE("what fails while a question is put ends neither the console nor the daemon") {
        config::Console settings;
        settings.listen = "127.0.0.1:0";
        console::Console::Parts parts;
        parts.board = std::make_shared<console::Board>();
        parts.board->put(card("a", 1'500), 1);
        console::ChainCard no_text;
        no_text.name = "\xff";
        no_text.head = BlockRef{};
        parts.board->put(no_text);
        parts.now_ms = [] { return std::int64_t{1}; };
        parts.desk.what_if = [](const console::Question&, const auto&) { throw std::runtime_error("inside"); };
        const auto made = console::Console::start(settings, std::move(parts));
        REQUIRE(made);
        const std::string& url = (*made)->url();
        const auto port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
        const Client client(port);
        const auto ask = [](const Client& asking, const std::string& path) {
            asking.send("GET /api/v1/" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            return status(asking.read_until("\r\n\r\n"));
        };
        CHECK(ask(client, "whatif?name=a") == "HTTP/1.1 500 Internal Server Error");
        const Client follower(port);
        CHECK(ask(follower, "events") == "HTTP/1.1 200 OK");
        const Client other(port);
        CHECK(ask(other, "status") == "HTTP/1.1 200 OK");
    }
}
