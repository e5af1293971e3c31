// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

#include "bot/http_server.hpp"
#include "bot/log.hpp"

/// One client of the server. Included by http_server.cpp alone: Beast is compiled once.
namespace plimsoll::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Parser = wire::request_parser<wire::string_body>;
using Plain = beast::tcp_stream;
using Encrypted = beast::ssl_stream<beast::tcp_stream>;

inline Response plain(unsigned status, std::string_view text) {
    return {status, "text/plain; charset=utf-8", std::string(text) + '\n'};
}

inline Response failed(const Route& route, const std::exception& error) {
    log::error("an HTTP handler failed", {{"path", route.path}, {"reason", error.what()}});
    return plain(500, "internal error");
}

/// A connection as its server sees it.
class Link {
  public:
    virtual ~Link() = default;
    virtual void begin() = 0;
    virtual void close() = 0;
    virtual const std::string& peer() const = 0;  // address
};

/// What a connection needs of its server.
class Host {
  public:
    virtual ~Host() = default;
    virtual const Options& options() const = 0;
    virtual void forget() = 0;
    /// Answers at once, or gives the route that answers later. `allow` is for an answer of 405.
    virtual std::optional<Response> answer(const wire::request<wire::string_body>& request, Request& plain_request,
                                           const Route*& later, std::string& allow) const = 0;
    virtual bool take_stream() = 0;
    virtual void end_stream() = 0;
};

/// Reads, answers, again. It lives as long as an operation of it is under way.
template <class S>
class Connection final : public Link, public std::enable_shared_from_this<Connection<S>> {
  public:
    template <class... Args>
    Connection(std::shared_ptr<Host> host, std::string peer, Tcp::socket socket, Args&... tls)
        : stream_(std::move(socket), tls...),
          host_(std::move(host)),
          peer_(std::move(peer)),
          patience_(beast::get_lowest_layer(stream_).get_executor()),
          buffer_(bounds().header_bytes + 1'024) {}
    ~Connection() override {
        if (source_) host_->end_stream();
        host_->forget();
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const std::string& peer() const override { return peer_; }

    void begin() override {
        if constexpr (std::is_same_v<S, Encrypted>) {
            bottom().expires_after(bounds().timeout);
            stream_.async_handshake(asio::ssl::stream_base::server,
                                    [self = this->shared_from_this()](error_code error) {
                                        if (error) return self->close();
                                        self->read();
                                    });
        } else {
            read();
        }
    }

    void close() override {
        patience_.cancel();
        if (source_) source_->wake = nullptr;
        error_code ignored;
        bottom().socket().shutdown(Tcp::socket::shutdown_both, ignored);
        bottom().close();
    }

  private:
    beast::tcp_stream& bottom() { return beast::get_lowest_layer(stream_); }
    const Bounds& bounds() const { return host_->options().bounds; }

    void read() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(bounds().header_bytes));
        parser_->body_limit(bounds().body_bytes);
        head_ = false;
        bottom().expires_after(bounds().timeout);
        wire::async_read(stream_, buffer_, *parser_,
                         [self = this->shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
    }

    void on_read(error_code error) {
        if (error == wire::error::header_limit || error == wire::error::buffer_overflow)
            return reply(plain(431, "request header too large"), false);
        if (error == wire::error::body_limit) return reply(plain(413, "request body too large"), false);
        if (error.category() == wire::make_error_code(wire::error::bad_line_ending).category() &&
            error != wire::error::end_of_stream && error != wire::error::partial_message)
            return reply(plain(400, "not an HTTP request"), false);
        if (error) return close();
        const auto& request = parser_->get();
        const auto headers = static_cast<std::size_t>(std::distance(request.begin(), request.end()));
        if (headers > bounds().header_count) return reply(plain(431, "too many headers"), false);
        const bool keep = request.keep_alive() && ++served_ < bounds().requests_per_connection;
        head_ = request.method() == wire::verb::head;
        Request plain_request;
        plain_request.peer = peer_;
        const Route* later = nullptr;
        allow_.clear();
        auto response = host_->answer(request, plain_request, later, allow_);
        if (response && head_) response->stream.reset();
        if (response) return response->stream ? begin_stream(*std::move(response)) : reply(*std::move(response), keep);
        wait_for(*later, plain_request, keep);
    }

    /// The answer comes from elsewhere, perhaps another thread, perhaps never.
    void wait_for(const Route& route, const Request& request, bool keep) {
        const auto turn = ++turn_;
        bottom().expires_never();
        patience_.expires_after(bounds().timeout);
        patience_.async_wait([self = this->shared_from_this(), turn, keep](error_code error) {
            if (error || self->turn_ != turn) return;
            ++self->turn_;
            self->reply(plain(503, "no answer in time"), keep);
        });
        const auto answered = [weak = this->weak_from_this(), executor = bottom().get_executor(), turn,
                               keep](Response response) {
            asio::post(executor, [weak, turn, keep, response = std::move(response)]() mutable {
                const auto self = weak.lock();
                if (!self || self->turn_ != turn) return;
                ++self->turn_;
                self->patience_.cancel();
                self->reply(std::move(response), keep);
            });
        };
        try {
            route.later(request, answered);
        } catch (const std::exception& error) {
            answered(failed(route, error));
        }
    }

    template <class Message>
    void set_headers(Message& message, const Response& response, bool keep) {
        message.set(wire::field::content_type, response.content_type);
        message.set(wire::field::cache_control, "no-store");
        message.set("X-Content-Type-Options", "nosniff");
        for (const auto& [name, value] : host_->options().headers) message.set(name, value);
        for (const auto& [name, value] : response.headers) message.set(name, value);
        if (!allow_.empty()) message.set(wire::field::allow, allow_);
        message.keep_alive(keep);
    }

    void reply(Response response, bool keep) {
        answer_ = {static_cast<wire::status>(response.status), 11};
        set_headers(answer_, response, keep);
        answer_.body() = std::move(response.body);
        answer_.prepare_payload();
        if (response.status == 304) answer_.erase(wire::field::content_length);  // zero would be said of the file
        if (head_) answer_.body().clear();  // the length stays: HEAD tells what GET would give
        bottom().expires_after(bounds().timeout);
        wire::async_write(stream_, answer_, [self = this->shared_from_this(), keep](error_code error, std::size_t) {
            if (error) return self->close();
            if (!keep) return self->linger();
            self->read();
        });
    }

    /// Closing with unread input resets the connection and the client would never see the answer: what comes is read
    /// and thrown away, until the client closes or the timeout of the answer passes.
    void linger() {
        error_code error;
        bottom().socket().shutdown(Tcp::socket::shutdown_send, error);
        if (error) return close();
        drain();
    }
    void drain() {
        buffer_.clear();
        bottom().async_read_some(buffer_.prepare(buffer_.max_size()),
                                 [self = this->shared_from_this()](error_code failed, std::size_t) {
                                     if (failed) return self->close();
                                     self->drain();
                                 });
    }

    // ---- streams: no length, so the end of the connection is their end
    void begin_stream(Response response) {
        if (!host_->take_stream()) return reply(plain(503, "too many streams are open"), false);
        source_ = std::move(response.stream);
        opening_ = {wire::status::ok, 11};
        set_headers(opening_, response, false);
        bottom().expires_never();
        watch_for_end();
        bottom().expires_after(bounds().timeout);
        sending_ = true;
        wire::async_write(stream_, opening_, [self = this->shared_from_this()](error_code error, std::size_t) {
            if (error) return self->close();
            self->source_->wake = [weak = self->weak_from_this()] {
                if (const auto again = weak.lock(); again && !again->sending_) again->send_next();
            };
            self->send_next();
        });
    }

    /// Nothing is expected from the client any more; what it sends is thrown away.
    void watch_for_end() {
        buffer_.clear();
        stream_.async_read_some(buffer_.prepare(1'024),
                                [self = this->shared_from_this()](error_code error, std::size_t) {
                                    if (error) return self->close();
                                    self->watch_for_end();
                                });
    }

    void send_next() {
        text_ = source_->take();
        sending_ = !text_.empty();
        if (text_.empty()) return rest();
        patience_.cancel();
        bottom().expires_after(bounds().timeout);  // of the writing alone: the reading began without one
        asio::async_write(stream_, asio::buffer(text_),
                          [self = this->shared_from_this()](error_code error, std::size_t) {
                              if (error) return self->close();
                              self->send_next();
                          });
    }

    void rest() {
        patience_.expires_after(bounds().keep_alive);
        patience_.async_wait([self = this->shared_from_this()](error_code error) {
            if (error || self->sending_) return;
            self->send_alive();
        });
    }
    void send_alive() {
        sending_ = true;
        text_ = ": alive\n\n";
        bottom().expires_after(bounds().timeout);
        asio::async_write(stream_, asio::buffer(text_),
                          [self = this->shared_from_this()](error_code error, std::size_t) {
                              if (error) return self->close();
                              self->send_next();
                          });
    }

    S stream_;
    std::shared_ptr<Host> host_;
    std::string peer_;
    asio::steady_timer patience_;
    beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    wire::response<wire::string_body> answer_;
    wire::response<wire::empty_body> opening_;
    std::shared_ptr<Stream> source_;
    std::string text_;
    std::string allow_;
    std::size_t served_{};
    std::uint64_t turn_{};
    bool head_{};
    bool sending_{};
};

}  // namespace plimsoll::http
