// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "bot/http_server.hpp"

using namespace plimsoll;
using http::Check;
using http::Request;
using http::Response;

namespace {

/// A plain blocking client, so that the server's library does not test itself.
class Client {
  public:
    explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const void* raw = &address;
        connected_ = ::connect(fd_, static_cast<const sockaddr*>(raw), sizeof address) == 0;
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connected() const { return connected_; }
    /// True when the server took all of it.
    bool send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    /// The server closes without a word, within ten seconds.
    bool closed_in_silence() const {
        pollfd entry{fd_, POLLIN, 0};
        char byte = 0;
        return ::poll(&entry, 1, 10'000) > 0 && ::recv(fd_, &byte, 1, 0) <= 0;
    }
    /// Until the server closes, or ten seconds of silence.
    std::string read_to_end() const {
        std::string out;
        while (read_some(out)) {
        }
        return out;
    }
    /// One answer with its Content-Length.
    std::string read_answer() const {
        std::string out;
        for (;;) {
            const auto end = out.find("\r\n\r\n");
            if (end != std::string::npos) {
                const auto at = out.find("Content-Length: ");
                const std::size_t length = at < end ? std::stoul(out.substr(at + 16)) : 0;
                if (out.size() >= end + 4 + length) return out;
            }
            if (!read_some(out)) return out;
        }
    }

  private:
    bool read_some(std::string& out) const {
        std::array<char, 4'096> buffer{};
        pollfd entry{fd_, POLLIN, 0};
        if (::poll(&entry, 1, 10'000) <= 0) return false;
        const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (n <= 0) return false;
        out.append(buffer.data(), static_cast<std::size_t>(n));
        return true;
    }
    int fd_;
    bool connected_{};
};

/// The server on a thread of its own, as the loop of the daemon is.
class Running {
  public:
    explicit Running(http::Bounds bounds = {}) {
        auto routes = http::standard_routes([] { return std::string("a_metric 1\n"); }, [this] { return checks; });
        routes.push_back({"POST", "/echo", [](const Request& r) { return Response{200, "text/x", r.query + r.body}; }});
        routes.push_back({"GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("inside"); }});
        auto made = http::Server::start(loop_.get_executor(), "127.0.0.1:0", std::move(routes), bounds);
        REQUIRE(made);
        server_ = std::move(*made);
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Running() {
        boost::asio::post(loop_, [this] { server_.reset(); });
        thread_.join();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    std::uint16_t port() const { return server_->port(); }
    std::string ask(const std::string& text) const {
        const Client client(port());
        client.send(text);
        return client.read_to_end();
    }
    std::string get(const std::string& path, const std::string& host = "localhost") const {
        return ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }
    std::vector<Check> checks;

  private:
    boost::asio::io_context loop_;
    std::unique_ptr<http::Server> server_;
    std::thread thread_;
};

std::string status(const std::string& answer) {
    return answer.substr(0, answer.find('\r'));
}
std::string body(const std::string& answer) {
    const auto at = answer.find("\r\n\r\n");
    return at == std::string::npos ? "" : answer.substr(at + 4);
}

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

    TEST_CASE("X15 connections and requests on one connection are bounded") {
        const Running server({.connections = 2, .requests_per_connection = 2});
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
