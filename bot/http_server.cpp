// SPDX-License-Identifier: Apache-2.0
#include "bot/http_server.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <optional>

#include "bot/log.hpp"

namespace plimsoll::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

using Parser = wire::request_parser<wire::string_body>;
using Answer = wire::response<wire::string_body>;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

Response plain(unsigned status, std::string_view text) {
    return {status, "text/plain; charset=utf-8", std::string(text) + '\n'};
}

}  // namespace

class Connection;

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
  public:
    Impl(asio::any_io_executor executor, std::string host, std::vector<Route> routes, Bounds bounds)
        : acceptor_(executor), pause_(executor), host_(std::move(host)), routes_(std::move(routes)), bounds_(bounds) {}

    Result<void> listen(const Endpoint& endpoint);
    void accept();
    void pause();
    void stop();
    std::uint16_t port() const { return port_; }
    const Bounds& bounds() const { return bounds_; }
    void forget(const Connection* gone);
    Response answer(const wire::request<wire::string_body>& request, std::string& allow) const;

  private:
    Tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::string host_;
    std::vector<Route> routes_;
    Bounds bounds_;
    std::uint16_t port_{};
    bool stopped_{};
    std::list<std::weak_ptr<Connection>> connections_;
};

/// One client: read, answer, again. It lives as long as an operation of it is under way.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(Tcp::socket socket, std::shared_ptr<Server::Impl> server)
        : stream_(std::move(socket)), server_(std::move(server)), buffer_(server_->bounds().header_bytes + 1'024) {}
    ~Connection() { server_->forget(this); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void read() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(server_->bounds().header_bytes));
        parser_->body_limit(server_->bounds().body_bytes);
        stream_.expires_after(server_->bounds().timeout);
        wire::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
    }

    void close() {
        error_code ignored;
        stream_.socket().shutdown(Tcp::socket::shutdown_both, ignored);
        stream_.close();
    }

  private:
    void on_read(error_code error) {
        std::string allow;
        if (error == wire::error::header_limit || error == wire::error::buffer_overflow)
            return reply(plain(431, "request header too large"), allow, false);
        if (error == wire::error::body_limit) return reply(plain(413, "request body too large"), allow, false);
        if (error.category() == wire::make_error_code(wire::error::bad_line_ending).category() &&
            error != wire::error::end_of_stream && error != wire::error::partial_message)
            return reply(plain(400, "not an HTTP request"), allow, false);
        if (error) return close();
        const auto& request = parser_->get();
        const auto headers = static_cast<std::size_t>(std::distance(request.begin(), request.end()));
        if (headers > server_->bounds().header_count) return reply(plain(431, "too many headers"), allow, false);
        const bool keep = request.keep_alive() && ++served_ < server_->bounds().requests_per_connection;
        Response response = server_->answer(request, allow);
        head_ = request.method() == wire::verb::head;
        reply(std::move(response), allow, keep);
    }

    void reply(Response response, const std::string& allow, bool keep) {
        answer_ = Answer(static_cast<wire::status>(response.status), 11);
        answer_.set(wire::field::content_type, response.content_type);
        answer_.set(wire::field::cache_control, "no-store");
        answer_.set("X-Content-Type-Options", "nosniff");
        if (!allow.empty()) answer_.set(wire::field::allow, allow);
        answer_.keep_alive(keep);
        answer_.body() = std::move(response.body);
        answer_.prepare_payload();
        if (head_) answer_.body().clear();  // the length stays: HEAD tells what GET would give
        stream_.expires_after(server_->bounds().timeout);
        wire::async_write(stream_, answer_, [self = shared_from_this(), keep](error_code error, std::size_t) {
            if (error) return self->close();
            if (!keep) return self->linger();
            self->head_ = false;
            self->read();
        });
    }

    /// Closing with unread input resets the connection and the client would never see the answer: what comes is read
    /// and thrown away, until the client closes or the timeout of the answer passes.
    void linger() {
        error_code error;
        stream_.socket().shutdown(Tcp::socket::shutdown_send, error);
        if (error) return close();
        buffer_.clear();
        stream_.async_read_some(buffer_.prepare(buffer_.max_size()),
                                [self = shared_from_this()](error_code failed, std::size_t) {
                                    if (failed) return self->close();
                                    self->linger();
                                });
    }

    beast::tcp_stream stream_;
    std::shared_ptr<Server::Impl> server_;
    beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    Answer answer_;
    std::size_t served_{};
    bool head_{};
};

Result<void> Server::Impl::listen(const Endpoint& endpoint) {
    const std::string place = "cannot listen on " + endpoint.host + " port " + std::to_string(endpoint.port);
    error_code error;
    Tcp::resolver resolver(acceptor_.get_executor());
    const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port), Tcp::resolver::passive, error);
    if (error || found.empty()) return fail(Errc::Io, place + ": " + error.message());
    const Tcp::endpoint address = found.begin()->endpoint();
    acceptor_.open(address.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(address, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        const bool used = error == asio::error::address_in_use;
        return fail(Errc::Io, place + ": " + error.message() +
                                  (used ? " (is another plimsoll running? set daemon.listen to another port)" : ""));
    }
    port_ = acceptor_.local_endpoint(error).port();
    return {};
}

void Server::Impl::accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, Tcp::socket socket) {
        if (self->stopped_ || error == asio::error::operation_aborted) return;
        if (error) return self->pause();
        if (self->connections_.size() < self->bounds_.connections) {
            const auto connection = std::make_shared<Connection>(std::move(socket), self);
            self->connections_.push_back(connection);
            connection->read();
        }
        self->accept();
    });
}

/// Out of descriptors, for one: trying again at once would turn the loop for nothing.
void Server::Impl::pause() {
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([self = shared_from_this()](error_code error) {
        if (!error && !self->stopped_) self->accept();
    });
}

void Server::Impl::stop() {
    stopped_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    std::vector<std::shared_ptr<Connection>> open;
    for (const auto& weak : connections_) {
        if (auto connection = weak.lock()) open.push_back(std::move(connection));
    }
    for (const auto& connection : open) connection->close();
}

void Server::Impl::forget(const Connection*) {
    connections_.remove_if([](const std::weak_ptr<Connection>& weak) { return weak.expired(); });
}

Response Server::Impl::answer(const wire::request<wire::string_body>& request, std::string& allow) const {
    if (request.count(wire::field::host) > 1) return plain(400, "more than one Host header");
    if (!host_allowed(view(request[wire::field::host]), host_))
        return plain(421, "this Host is not served here; use a loopback name or the configured listen address");
    Request plain_request;
    plain_request.method = request.method() == wire::verb::head ? "GET" : std::string(view(request.method_string()));
    const std::string_view target = view(request.target());
    const auto mark = target.find('?');
    plain_request.path = target.substr(0, mark);
    if (mark != std::string_view::npos) plain_request.query = target.substr(mark + 1);
    plain_request.body = request.body();
    for (const Route& route : routes_) {
        if (route.path != plain_request.path) continue;
        if (route.method == plain_request.method) {
            try {
                return route.handler(plain_request);
            } catch (const std::exception& error) {
                log::error("an HTTP handler failed", {{"path", route.path}, {"reason", error.what()}});
                return plain(500, "internal error");
            }
        }
        if (!allow.empty()) allow += ", ";
        allow += route.method == "GET" ? "GET, HEAD" : route.method;
    }
    return allow.empty() ? plain(404, "not found") : plain(405, "method not allowed");
}

Result<std::unique_ptr<Server>> Server::start(asio::any_io_executor executor, const std::string& listen,
                                              std::vector<Route> routes, Bounds bounds) {
    TRY(const Endpoint endpoint, parse_endpoint(listen));
    auto impl = std::make_shared<Impl>(std::move(executor), endpoint.host, std::move(routes), bounds);
    TRY_VOID(impl->listen(endpoint));
    impl->accept();
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
    impl_->stop();
}
std::uint16_t Server::port() const {
    return impl_->port();
}
void Server::stop() {
    impl_->stop();
}

}  // namespace plimsoll::http
