// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chain/types/result.hpp"

/// A small HTTP/1.1 server: metrics and health on the local port, and the console. It runs on the given executor (one
/// thread) and never waits; every size, count and time is bounded.
namespace plimsoll::http {

struct Request {
    std::string method;
    std::string path;   // without the query
    std::string query;  // without "?"
    std::string body;
    // Headers, empty where there is none.
    std::string authorization{};
    std::string content_type{};
    std::string origin{};
    std::string host{};
    std::string fetch_site{};  // Sec-Fetch-Site
    std::string none_match{};  // If-None-Match
    std::string peer{};        // address that it comes from
};

/// Text that goes on until the client leaves: server-sent events. Used on the server's executor alone.
class Stream {
  public:
    virtual ~Stream() = default;
    /// What is to be sent now; empty: nothing. A client that does not take it in Bounds::timeout is dropped, so nothing
    /// piles up: what happens meanwhile is asked for afterwards, in one.
    virtual std::string take() = 0;
    /// Set by the server; to be called when take() has something.
    std::function<void()> wake;
};

struct Response {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers{};  // in place of the server's own of the same name
    std::shared_ptr<Stream> stream{};                            // in place of a body
};

/// Called on the server's executor; must return at once.
using Handler = std::function<Response(const Request&)>;
/// Takes the answer, once, on any thread. Calls after the first and after Bounds::timeout are ignored.
using Answer = std::function<void(Response)>;

/// Exact path, and the method it answers to. GET also answers HEAD.
struct Route {
    std::string method;
    std::string path;
    Handler handler;
    std::function<void(const Request&, Answer)> later{};  // in place of `handler`: answers when it can
};

struct Bounds {
    std::size_t connections = 64;      // more are closed at once
    std::size_t header_bytes = 8'192;  // more is 431
    std::size_t header_count = 64;     // more is 431
    std::size_t body_bytes = 65'536;   // more is 413
    std::size_t requests_per_connection = 1'000;
    std::size_t streams = 16;                      // more are 503
    std::chrono::milliseconds timeout{5'000};      // to read a request, to write an answer, and between requests
    std::chrono::milliseconds keep_alive{15'000};  // of a stream: something is sent at least so often
};

/// Served by TLS (1.2 or later): certificate chain and key, PEM.
struct Tls {
    std::string certificate;
    std::string_view key;  // only looked at in Server::start
};

struct Options {
    Bounds bounds{};
    std::vector<std::pair<std::string, std::string>> headers{};  // of every answer, errors too
    std::optional<Tls> tls{};
    /// Any Host header is served. Only where nothing is told and nothing done without a secret that no page of another
    /// site has.
    bool any_host = false;
};

/// "127.0.0.1:1876", "[::1]:1876", "localhost:0"; port 0 lets the system choose. Errc::Range names what is wrong.
struct Endpoint {
    std::string host;
    std::uint16_t port{};
};
Result<Endpoint> parse_endpoint(std::string_view text);

/// Against DNS rebinding: a page of another site may reach this port under its own name, but cannot forge the Host
/// header. Loopback names and addresses are accepted, and the host that the configuration listens on.
bool host_allowed(std::string_view host_header, std::string_view listen_host);

class Server {
  public:
    /// Binds and listens. Errc::Io names address and reason ("address already in use").
    static Result<std::unique_ptr<Server>> start(boost::asio::any_io_executor executor, const std::string& listen,
                                                 std::vector<Route> routes, Bounds bounds = {});
    static Result<std::unique_ptr<Server>> start(boost::asio::any_io_executor executor, const std::string& listen,
                                                 std::vector<Route> routes, Options options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    /// Stops listening and closes every connection. Called on the executor's thread, as is the destructor.
    void stop();

    class Impl;

  private:
    explicit Server(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

/// One line of /-/ready.
struct Check {
    std::string name;  // stable: "chain ethereum", "journal", "signer treasury"
    bool ok{};
    std::string detail;  // for people: the figure and its limit
};

/// GET /metrics, /-/healthy (200 while the loop turns) and /-/ready (200 only if there is a check and none fails, else
/// 503; JSON with every check).
std::vector<Route> standard_routes(std::function<std::string()> metrics, std::function<std::vector<Check>()> checks);

}  // namespace plimsoll::http
