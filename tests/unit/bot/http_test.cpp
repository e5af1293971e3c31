// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <semaphore>
#include <string>

#include "server_thread.hpp"

using namespace plimsoll;
using http::Check;
using http::Request;
using http::Response;

namespace {

/// Longer than a test waits: what is closed meanwhile was not closed for its silence.
constexpr std::chrono::minutes kPatient{1};

using Semaphore = std::counting_semaphore<>;

/// News without an end, for a reader who does not read; says when it is asked for, and when the server has let go of
/// it.
class Flood : public http::Stream {
  public:
    Flood(Semaphore& asked, Semaphore& gone) : asked_(asked), gone_(gone) {}
    ~Flood() override { gone_.release(); }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;
    std::string take() override {
        asked_.release();
        return std::string(1U << 16U, 'x');
    }

  private:
    Semaphore& asked_;
    Semaphore& gone_;
};

class Running : public ServerThread {
  public:
    explicit Running(http::Bounds bounds = {}) {
        auto routes = http::standard_routes([] { return std::string("a_metric 1\n"); }, [this] { return checks; });
        routes.push_back({"POST", "/echo", [](const Request& r) { return Response{200, "text/x", r.query + r.body}; }});
        routes.push_back({"GET", "/flood", [this](const Request&) {
                              Response response;
                              response.stream = std::make_shared<Flood>(flood_asked, flood_gone);
                              return response;
                          }});
        routes.push_back({"GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("inside"); }});
        http::Options options;
        options.bounds = bounds;
        serve(std::move(routes), std::move(options));
    }
    ~Running() { stop(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    std::string get(const std::string& path, const std::string& host = "localhost") const {
        return ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }
    std::vector<Check> checks;
    Semaphore flood_asked{0};
    Semaphore flood_gone{0};
};

}  // namespace

TEST_SUITE("http") {
    TEST_CASE("metrics and health") {
        const Running server;
        const std::string metrics = server.get("/metrics?x=1");
        CHECK(status(metrics) == "HTTP/1.1 200 OK");
        CHECK(metrics.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n") != std::string::npos);
        CHECK(body(metrics) == "a_metric 1\n");
        CHECK(status(server.get("/-/healthy")) == "HTTP/1.1 200 OK");
    }

    TEST_CASE("ready is 200 only when there are checks and all hold; the body lists each") {
        Running server;
        CHECK(status(server.get("/-/ready")) == "HTTP/1.1 503 Service Unavailable");
        server.checks = {{"journal", true, "writable"}, {"chain ethereum", true, "head 3 s old (limit 36 s)"}};
        const std::string good = server.get("/-/ready");
        CHECK(status(good) == "HTTP/1.1 200 OK");
        CHECK(nlohmann::json::parse(body(good))["ready"] == true);
        server.checks[1] = {"chain ethereum", false, "head 74 s old (limit 36 s)\xff"};
        const std::string bad = server.get("/-/ready");
        CHECK(status(bad) == "HTTP/1.1 503 Service Unavailable");
        const auto json = nlohmann::json::parse(body(bad));
        CHECK(json["ready"] == false);
        REQUIRE(json["checks"].size() == 2);
        CHECK(json["checks"][0]["ok"] == true);
        CHECK(json["checks"][1]["name"] == "chain ethereum");
        CHECK(json["checks"][1]["ok"] == false);
    }

    TEST_CASE("unknown paths, wrong methods, failing handlers") {
        const Running server;
        CHECK(status(server.get("/")) == "HTTP/1.1 404 Not Found");
        CHECK(status(server.get("/-/ready/")) == "HTTP/1.1 404 Not Found");
        CHECK(status(server.get("http://127.0.0.1/metrics")) == "HTTP/1.1 404 Not Found");
        const std::string post =
            server.ask("POST /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        CHECK(status(post) == "HTTP/1.1 405 Method Not Allowed");
        CHECK(post.find("Allow: GET, HEAD\r\n") != std::string::npos);
        CHECK(server.get("/echo").find("Allow: POST\r\n") != std::string::npos);
        CHECK(status(server.get("/throws")) == "HTTP/1.1 500 Internal Server Error");
        CHECK(server.get("/throws").find("inside") == std::string::npos);
        CHECK(body(server.ask("POST /echo?q=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                              "Content-Length: 3\r\n\r\nabc")) == "q=1abc");
    }

    TEST_CASE("HEAD gives the length without the body, and the connection goes on") {
        const Running server;
        const Client client(server.port());
        client.send(
            "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        const std::string both = client.read_to_end();
        const auto second = both.find("HTTP/1.1 200 OK", 1);
        REQUIRE(second != std::string::npos);
        CHECK(both.substr(0, second).find("Content-Length: 11\r\n") != std::string::npos);
        CHECK(body(both.substr(0, second)) == "");
        CHECK(body(both.substr(second)) == "a_metric 1\n");
    }

    TEST_CASE("X15 only local names of the host are served") {
        const Running server;
        for (const char* host : {"localhost", "LocalHost:80", "127.0.0.1", "127.0.0.1:1876", "127.9.9.9", "[::1]:1876"})
            CHECK_MESSAGE(status(server.get("/-/healthy", host)) == "HTTP/1.1 200 OK", host);
        for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1",
                                 "a:b:c", "10.0.0.1", "127.1"})
            CHECK_MESSAGE(status(server.get("/-/healthy", host)) == "HTTP/1.1 421 Misdirected Request", host);
        CHECK(status(server.ask("GET /-/healthy HTTP/1.0\r\n\r\n")) == "HTTP/1.1 421 Misdirected Request");
        CHECK(status(server.ask(
                  "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")) ==
              "HTTP/1.1 400 Bad Request");
        CHECK(http::host_allowed("box.lan:1876", "box.lan"));
        CHECK(http::host_allowed("192.168.1.5", "192.168.1.5"));
        CHECK_FALSE(http::host_allowed("0.0.0.0", "0.0.0.0"));
        CHECK_FALSE(http::host_allowed("box.lan", "0.0.0.0"));
    }

    TEST_CASE("X15 what is too large or no HTTP is refused with its status") {
        const Running server({.header_bytes = 2'000, .header_count = 10, .body_bytes = 100});
        const std::string start = "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n";
        CHECK(status(server.ask(start + "X: " + std::string(5'000, 'x') + "\r\n\r\n")) ==
              "HTTP/1.1 431 Request Header Fields Too Large");
        std::string many = start;
        for (int i = 0; i < 20; ++i) many += "X" + std::to_string(i) + ": y\r\n";
        CHECK(status(server.ask(many + "\r\n")) == "HTTP/1.1 431 Request Header Fields Too Large");
        CHECK(status(server.ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" +
                                std::string(1'000, 'b'))) == "HTTP/1.1 413 Payload Too Large");
        CHECK(status(server.ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" +
                                std::string(1'024, 'b') + "\r\n0\r\n\r\n")) == "HTTP/1.1 413 Payload Too Large");
        // A client that sends first and reads later still learns why.
        const Client pushing(server.port());
        CHECK(pushing.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n" +
                           std::string(8'000'000, 'b')));
        CHECK(status(pushing.read_answer()) == "HTTP/1.1 413 Payload Too Large");
        CHECK(status(server.ask("\x16\x03\x01 no http\r\n\r\n")) == "HTTP/1.1 400 Bad Request");
        CHECK(status(server.get("/-/healthy")) == "HTTP/1.1 200 OK");
    }

    TEST_CASE("X15 a client that says nothing, or never ends, is closed and others are served meanwhile") {
        const Running server({.timeout = std::chrono::milliseconds(200)});
        const Client silent(server.port());
        const Client slow(server.port());
        slow.send("GET /-/healthy HTTP/1.1\r\nHost: loc");
        CHECK(status(server.get("/-/healthy")) == "HTTP/1.1 200 OK");
        CHECK(silent.closed_in_silence());
        CHECK(slow.closed_in_silence());
    }

    TEST_CASE("X15 a stream whose reader takes nothing is dropped, gives its place back, and holds up nobody") {
        Running server({.streams = 1, .timeout = std::chrono::milliseconds(300)});
        const std::string ask = "GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n";
        const Client idle(server.port());  // sends its request, and reads nothing of what comes
        idle.send(ask);
        server.flood_asked.acquire();
        CHECK(status(server.get("/-/healthy")) == "HTTP/1.1 200 OK");
        REQUIRE(server.flood_gone.try_acquire_for(std::chrono::seconds(30)));
        const Client next(server.port());
        next.send(ask);
        CHECK(status(next.read_until("\r\n\r\n")) == "HTTP/1.1 200 OK");
    }

    TEST_CASE("X15 connections and requests on one connection are bounded") {
        const Running server({.connections = 2, .requests_per_connection = 2, .timeout = kPatient});
        const std::string request = "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n";
        {
            const Client first(server.port());
            const Client second(server.port());
            first.send(request);
            second.send(request);
            CHECK(status(first.read_answer()) == "HTTP/1.1 200 OK");
            CHECK(status(second.read_answer()) == "HTTP/1.1 200 OK");
            const Client third(server.port());
            CHECK(third.closed_in_silence());
            first.send(request);
            CHECK(first.read_to_end().find("Connection: close\r\n") != std::string::npos);
            second.send(request);
            second.read_to_end();
        }
        CHECK(status(server.get("/-/healthy")) == "HTTP/1.1 200 OK");
    }

    TEST_CASE("X15 one address that opens all it may locks nobody else out") {
        const Running server({.connections = 4, .timeout = kPatient});
        const std::string request = "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n";
        std::vector<std::unique_ptr<Client>> its;
        for (int i = 0; i < 3; ++i) {
            its.push_back(std::make_unique<Client>(server.port()));
            its.back()->send(request);
            CHECK(status(its.back()->read_answer()) == "HTTP/1.1 200 OK");
        }
        const Client one_more(server.port());
        CHECK(one_more.closed_in_silence());
        const Client other(server.port(), "127.0.0.2");
        other.send(request);
        CHECK(status(other.read_answer()) == "HTTP/1.1 200 OK");
    }

    TEST_CASE("a port in use and wrong addresses name the mend") {
        const Running server;
        boost::asio::io_context loop;
        const std::string listen = "127.0.0.1:" + std::to_string(server.port());
        const auto second = http::Server::start(loop.get_executor(), listen, {});
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Errc::Io);
        CHECK(second.error().message.find("Address already in use (is another plimsoll running?") != std::string::npos);
        for (const char* text : {"", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "::1:80"}) {
            CAPTURE(text);
            const auto parsed = http::parse_endpoint(text);
            REQUIRE_FALSE(parsed);
            CHECK(parsed.error().code == Errc::Range);
        }
        CHECK(http::parse_endpoint("[::1]:80")->host == "::1");
    }
}
