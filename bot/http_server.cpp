// SPDX-License-Identifier: Apache-2.0
#include "bot/http_server.hpp"

#include <algorithm>
#include <list>

#include "bot/http_connection.hpp"

namespace plimsoll::http {

namespace {

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

class Server::Impl : public Host, public std::enable_shared_from_this<Server::Impl> {
  public:
    Impl(asio::any_io_executor executor, std::string host, std::vector<Route> routes, Options options)
        : acceptor_(executor),
          pause_(executor),
          host_(std::move(host)),
          routes_(std::move(routes)),
          options_(std::move(options)) {}

    Result<void> encrypt();
    Result<void> listen(const Endpoint& endpoint);
    void accept();
    void pause();
    void stop();
    std::uint16_t port() const { return port_; }

    const Options& options() const override { return options_; }
    void forget() override {
        connections_.remove_if([](const std::weak_ptr<Link>& weak) { return weak.expired(); });
    }
    std::optional<Response> answer(const wire::request<wire::string_body>& request, Request& plain_request,
                                   const Route*& later, std::string& allow) const override;
    bool take_stream() override { return streams_ < options_.bounds.streams && ++streams_ > 0; }
    void end_stream() override { --streams_; }

  private:
    void take(Tcp::socket socket);

    Tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::string host_;
    std::vector<Route> routes_;
    Options options_;
    std::optional<asio::ssl::context> tls_;
    std::uint16_t port_{};
    std::size_t streams_{};
    bool stopped_{};
    std::list<std::weak_ptr<Link>> connections_;
};

Result<void> Server::Impl::encrypt() {
    if (!options_.tls) return {};
    tls_.emplace(asio::ssl::context::tls_server);
    error_code error;
    const auto& [certificate, key] = *options_.tls;
    if (SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION) != 1)
        return fail(Errc::Internal, "TLS 1.2 cannot be demanded");
    tls_->use_certificate_chain(asio::buffer(certificate), error);
    if (!error) tls_->use_private_key(asio::buffer(key.data(), key.size()), asio::ssl::context::pem, error);
    options_.tls->key = {};
    if (error) return fail(Errc::Decode, "certificate and key for TLS: " + error.message());
    return {};
}

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
        return fail(Errc::Io,
                    place + ": " + error.message() + (used ? " (is another plimsoll running? name another port)" : ""));
    }
    port_ = acceptor_.local_endpoint(error).port();
    return {};
}

void Server::Impl::accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, Tcp::socket socket) {
        if (self->stopped_ || error == asio::error::operation_aborted) return;
        if (error) return self->pause();
        self->take(std::move(socket));
        self->accept();
    });
}

void Server::Impl::take(Tcp::socket socket) {
    if (connections_.size() >= options_.bounds.connections) return;
    error_code gone;
    const auto from = socket.remote_endpoint(gone);
    if (gone) return;
    const std::string peer = from.address().to_string();
    // An address that opens all it can locks nobody else out.
    const std::size_t most = options_.bounds.connections - options_.bounds.connections / 4;
    const auto its = std::count_if(connections_.begin(), connections_.end(), [&](const std::weak_ptr<Link>& weak) {
        const auto open = weak.lock();
        return open && open->peer() == peer;
    });
    if (static_cast<std::size_t>(its) >= most) return;
    std::shared_ptr<Link> connection;
    const auto self = shared_from_this();
    if (tls_)
        connection = std::make_shared<Connection<Encrypted>>(self, peer, std::move(socket), *tls_);
    else
        connection = std::make_shared<Connection<Plain>>(self, peer, std::move(socket));
    connections_.push_back(connection);
    connection->begin();
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
    std::vector<std::shared_ptr<Link>> open;
    for (const auto& weak : connections_) {
        if (auto connection = weak.lock()) open.push_back(std::move(connection));
    }
    for (const auto& connection : open) connection->close();
}

std::optional<Response> Server::Impl::answer(const wire::request<wire::string_body>& request, Request& plain_request,
                                             const Route*& later, std::string& allow) const {
    if (request.count(wire::field::host) > 1) return plain(400, "more than one Host header");
    if (request.count(wire::field::authorization) > 1) return plain(400, "more than one Authorization header");
    if (!options_.any_host && !host_allowed(view(request[wire::field::host]), host_))
        return plain(421, "this Host is not served here; use a loopback name or the configured listen address");
    plain_request.method = request.method() == wire::verb::head ? "GET" : std::string(view(request.method_string()));
    const std::string_view target = view(request.target());
    const auto mark = target.find('?');
    plain_request.path = target.substr(0, mark);
    if (mark != std::string_view::npos) plain_request.query = target.substr(mark + 1);
    plain_request.body = request.body();
    plain_request.authorization = view(request[wire::field::authorization]);
    plain_request.content_type = view(request[wire::field::content_type]);
    plain_request.origin = view(request[wire::field::origin]);
    plain_request.host = view(request[wire::field::host]);
    plain_request.fetch_site = view(request["Sec-Fetch-Site"]);
    plain_request.none_match = view(request[wire::field::if_none_match]);
    for (const Route& route : routes_) {
        if (route.path != plain_request.path) continue;
        if (route.method == plain_request.method) {
            if (route.later) {
                later = &route;
                return std::nullopt;
            }
            try {
                return route.handler(plain_request);
            } catch (const std::exception& error) {
                return failed(route, error);
            }
        }
        if (!allow.empty()) allow += ", ";
        allow += route.method == "GET" ? "GET, HEAD" : route.method;
    }
    return allow.empty() ? plain(404, "not found") : plain(405, "method not allowed");
}

Result<std::unique_ptr<Server>> Server::start(asio::any_io_executor executor, const std::string& listen,
                                              std::vector<Route> routes, Bounds bounds) {
    Options options;
    options.bounds = bounds;
    return start(std::move(executor), listen, std::move(routes), std::move(options));
}

Result<std::unique_ptr<Server>> Server::start(asio::any_io_executor executor, const std::string& listen,
                                              std::vector<Route> routes, Options options) {
    TRY(const Endpoint endpoint, parse_endpoint(listen));
    auto impl = std::make_shared<Impl>(std::move(executor), endpoint.host, std::move(routes), std::move(options));
    TRY_VOID(impl->encrypt());
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
