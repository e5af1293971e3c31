// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_node.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <stdexcept>

#include "chain/rpc/task.hpp"

namespace plimsoll::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

}  // namespace

class FakeNode::Server : public std::enable_shared_from_this<FakeNode::Server> {
  public:
    /// One connection, whatever it runs over.
    class Session {
      public:
        virtual ~Session() = default;
        virtual void send(std::string text) = 0;
        virtual void drop() = 0;
        virtual void close() = 0;
    };
    template <class Stream>
    class SessionOver;

    Server(asio::any_io_executor executor, OnMessage on_message, FakeNodeOptions options)
        : executor_(std::move(executor)),
          on_message_(std::move(on_message)),
          options_(std::move(options)),
          acceptor_(executor_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        if (options_.certificate_file.empty()) return;
        tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
        tls_->use_certificate_chain_file(options_.certificate_file);
        tls_->use_private_key_file(options_.key_file, asio::ssl::context::pem);
        if (options_.client_ca_file.empty()) return;
        tls_->load_verify_file(options_.client_ca_file);
        tls_->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }

    Task<void> run();

    asio::any_io_executor executor_;
    OnMessage on_message_;
    FakeNodeOptions options_;
    asio::ip::tcp::acceptor acceptor_;
    std::unique_ptr<asio::ssl::context> tls_;
    std::vector<std::weak_ptr<Session>> sessions_;
    std::size_t connections_ = 0;
    std::vector<std::string> received_;
    std::vector<std::string> authorizations_;
};

template <class Stream>
class FakeNode::Server::SessionOver : public Session, public std::enable_shared_from_this<SessionOver<Stream>> {
  public:
    template <class... Args>
    SessionOver(std::shared_ptr<Server> server, asio::ip::tcp::socket socket, Args&... tls)
        : server_(std::move(server)), ws_(std::move(socket), tls...), timer_(server_->executor_) {}

    Task<void> run() {
        const auto self = this->shared_from_this();
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            const auto [shaken] = co_await ws_.next_layer().async_handshake(asio::ssl::stream_base::server, kAwait);
            if (shaken) co_return;
        }
        for (;;) {
            http::request<http::string_body> request;
            const auto [error, size] = co_await http::async_read(ws_.next_layer(), buffer_, request, kAwait);
            if (error) co_return;
            server_->authorizations_.emplace_back(request[http::field::authorization]);
            if (!websocket::is_upgrade(request)) {
                const bool more = co_await answer(request);
                if (!more) co_return;
            } else if (server_->options_.refuse_upgrade != 0) {
                co_await respond("no", server_->options_.refuse_upgrade, request.version(), "");
                co_return;
            } else {
                const auto [accepted] = co_await ws_.async_accept(request, kAwait);
                if (accepted) co_return;
                open_ = true;
                ws_.text(true);
                co_await converse();
                co_return;
            }
        }
    }

    void send(std::string text) override {
        queue_.push_back(std::move(text));
        if (open_ && queue_.size() == 1) write();
    }
    void drop() override {
        auto& socket = beast::get_lowest_layer(ws_).socket();
        boost::system::error_code ignored;
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        socket.close(ignored);
    }
    void close() override {
        ws_.async_close(websocket::close_code::normal, [self = this->shared_from_this()](boost::system::error_code) {});
    }

  private:
    Task<void> pause(std::chrono::milliseconds delay) {
        if (delay.count() == 0) co_return;
        timer_.expires_after(delay);
        co_await timer_.async_wait(kAwait);
    }

    Task<bool> respond(std::string text, unsigned status, unsigned version, std::string retry_after) {
        http::response<http::string_body> response(http::int_to_status(status), version);
        response.set(http::field::content_type, "application/json");
        if (!retry_after.empty()) response.set(http::field::retry_after, retry_after);
        response.body() = std::move(text);
        response.prepare_payload();
        const auto [error, size] = co_await http::async_write(ws_.next_layer(), response, kAwait);
        co_return !error;
    }

    Task<bool> answer(http::request<http::string_body> request) {
        std::string message = request.body();
        if (request.method() == http::verb::get) {
            message = "GET " + std::string(request.target());
            for (const auto& field : request)
                message += "\n" + std::string(field.name_string()) + ": " + std::string(field.value());
        }
        server_->received_.push_back(message);
        const auto reactions = server_->on_message_(message);
        for (const auto& reaction : reactions) {
            co_await pause(reaction.delay);
            if (reaction.drop || reaction.close) {
                drop();
                co_return false;
            }
            co_return co_await respond(reaction.text, reaction.status, request.version(), reaction.retry_after);
        }
        co_await pause(std::chrono::seconds(60));  // no reaction: no answer
        co_return false;
    }

    Task<void> converse() {
        for (;;) {
            const auto [error, size] = co_await ws_.async_read(buffer_, kAwait);
            if (error) {
                open_ = false;
                co_return;
            }
            server_->received_.push_back(beast::buffers_to_string(buffer_.cdata()));
            buffer_.consume(buffer_.size());
            const auto reactions = server_->on_message_(server_->received_.back());
            for (const auto& reaction : reactions) {
                co_await pause(reaction.delay);
                if (!reaction.text.empty()) send(reaction.text);
                if (reaction.drop) drop();
                if (reaction.close) close();
            }
        }
    }

    void write() {
        ws_.async_write(asio::buffer(queue_.front()),
                        [self = this->shared_from_this()](boost::system::error_code error, std::size_t) {
                            if (error) return;
                            self->queue_.pop_front();
                            if (!self->queue_.empty()) self->write();
                        });
    }

    std::shared_ptr<Server> server_;
    websocket::stream<Stream> ws_;
    asio::steady_timer timer_;
    beast::flat_buffer buffer_;
    std::deque<std::string> queue_;
    bool open_ = false;
};

Task<void> FakeNode::Server::run() {
    const auto self = shared_from_this();
    for (;;) {
        auto [error, socket] = co_await acceptor_.async_accept(kAwait);
        if (error) co_return;
        boost::system::error_code ignored;
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        ++connections_;
        if (tls_) {
            auto session = std::make_shared<SessionOver<TlsStream>>(self, std::move(socket), *tls_);
            sessions_.push_back(session);
            asio::co_spawn(executor_, session->run(), asio::detached);
        } else {
            auto session = std::make_shared<SessionOver<beast::tcp_stream>>(self, std::move(socket));
            sessions_.push_back(session);
            asio::co_spawn(executor_, session->run(), asio::detached);
        }
    }
}

FakeNode::FakeNode(const asio::any_io_executor& executor, OnMessage on_message, FakeNodeOptions options)
    : server_(std::make_shared<Server>(executor, std::move(on_message), std::move(options))) {
    asio::co_spawn(executor, server_->run(), asio::detached);
}

FakeNode::~FakeNode() {
    shut();
}

std::string FakeNode::port() const {
    return std::to_string(server_->acceptor_.local_endpoint().port());
}

void FakeNode::send(const std::string& text) {
    for (const auto& weak : server_->sessions_) {
        if (const auto session = weak.lock()) session->send(text);
    }
}

void FakeNode::drop_all() {
    for (const auto& weak : server_->sessions_) {
        if (const auto session = weak.lock()) session->drop();
    }
}

void FakeNode::close_all() {
    for (const auto& weak : server_->sessions_) {
        if (const auto session = weak.lock()) session->close();
    }
}

void FakeNode::shut() {
    boost::system::error_code ignored;
    server_->acceptor_.close(ignored);
    drop_all();
}

std::size_t FakeNode::connections() const {
    return server_->connections_;
}
const std::vector<std::string>& FakeNode::received() const {
    return server_->received_;
}
const std::vector<std::string>& FakeNode::authorizations() const {
    return server_->authorizations_;
}

}  // namespace plimsoll::test
