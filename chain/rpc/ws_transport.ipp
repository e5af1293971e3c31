// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <fmt/format.h>

#include "chain/rpc/transport.hpp"

/// The WebSocket client over Beast, for a plain or a TLS stream. Included by ws_plain.cpp and ws_tls.cpp only.
namespace plimsoll::rpc {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBufferKept = 1U << 20U;

inline Error ws_error(std::string_view step, const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted) return {Errc::Cancelled, fmt::format("{}: closed", step)};
    if (error == beast::error::timeout) return {Errc::Timeout, fmt::format("{}: took too long", step)};
    if (error == websocket::error::message_too_big) return {Errc::Range, "the node sent a frame above the limit"};
    if (error == websocket::error::closed) return {Errc::Io, "the node closed the connection"};
    return {Errc::Io, fmt::format("{}: {}", step, error.message())};
}

/// `Stream` is what the WebSocket runs over; `Handshake` brings it up once TCP stands.
template <class Stream>
class WsTransport : public Transport, public std::enable_shared_from_this<WsTransport<Stream>> {
  public:
    template <class... Args>
    WsTransport(const asio::any_io_executor& executor, TransportOptions options, Args&&... args)
        : options_(std::move(options)), resolver_(executor), stream_(executor, std::forward<Args>(args)...) {}

    Task<Result<void>> connect(std::chrono::milliseconds limit) override {
        const auto self = this->shared_from_this();  // what runs here outlives a dropped owner
        const auto& url = options_.url;
        auto [resolved, addresses] = co_await resolver_.async_resolve(url.host, url.port, kAwait);
        if (resolved) co_return tl::unexpected(ws_error("resolving the host", resolved));
        if (closed_) co_return fail(Errc::Cancelled, "closed");
        auto& tcp = beast::get_lowest_layer(stream_);
        tcp.expires_after(limit);
        const auto [connected, peer] = co_await tcp.async_connect(addresses, kAwait);
        if (connected) co_return tl::unexpected(ws_error("connecting", connected));
        boost::system::error_code ignored;
        tcp.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
        CO_TRY_VOID(co_await secure());
        stream_.set_option(websocket::stream_base::decorator([&url](websocket::request_type& request) {
            request.set(beast::http::field::user_agent, "plimsoll");
            if (const auto credentials = url.basic_authorization(); !credentials.empty())
                request.set(beast::http::field::authorization, credentials);
        }));
        stream_.read_message_max(options_.frame_bytes);
        stream_.auto_fragment(false);
        stream_.text(true);
        websocket::response_type response;
        const auto [shaken] = co_await stream_.async_handshake(response, url.authority(), url.target, kAwait);
        if (shaken == websocket::error::upgrade_declined)
            co_return fail(response.result_int() == 401 || response.result_int() == 403 ? Errc::Refused : Errc::Io,
                           fmt::format("the WebSocket handshake was answered with HTTP {}", response.result_int()));
        if (shaken) co_return tl::unexpected(ws_error("the WebSocket handshake", shaken));
        tcp.expires_never();
        co_return Result<void>{};
    }

    Task<Result<std::string>> read() override {
        const auto self = this->shared_from_this();
        const auto [error, size] = co_await stream_.async_read(buffer_, kAwait);
        if (error) co_return tl::unexpected(ws_error("reading", error));
        std::string message(static_cast<const char*>(buffer_.cdata().data()), buffer_.size());
        buffer_.consume(buffer_.size());
        if (buffer_.capacity() > kBufferKept) buffer_.shrink_to_fit();
        co_return message;
    }

    void write(std::string message, WriteDone done) override {
        writing_ = std::move(message);
        stream_.async_write(asio::buffer(writing_), [self = this->shared_from_this(), done = std::move(done)](
                                                        boost::system::error_code error, std::size_t) {
            if (error)
                done(tl::unexpected(ws_error("writing", error)));
            else
                done(Result<void>{});
        });
    }

    void ping() override {
        if (pinging_) return;
        pinging_ = true;
        stream_.async_ping({},
                           [self = this->shared_from_this()](boost::system::error_code) { self->pinging_ = false; });
    }

    void on_pong(std::function<void()> heard) override {
        stream_.control_callback([heard = std::move(heard)](websocket::frame_type, beast::string_view) { heard(); });
    }

    void close() override {
        closed_ = true;
        resolver_.cancel();
        beast::get_lowest_layer(stream_).close();
    }

  private:
    /// TLS, where there is any.
    Task<Result<void>> secure();

    TransportOptions options_;
    asio::ip::tcp::resolver resolver_;
    websocket::stream<Stream> stream_;
    beast::flat_buffer buffer_;
    std::string writing_;
    bool pinging_ = false;
    bool closed_ = false;
};

}  // namespace plimsoll::rpc
