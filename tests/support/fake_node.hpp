// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace plimsoll::test {

/// What a fake node does with one message that it received.
struct Reaction {
    std::string text;                    // sent as it is; empty sends nothing
    std::chrono::milliseconds delay{0};  // before it
    bool drop = false;                   // the connection is reset, after the text if there is any
    bool close = false;                  // the connection is closed in order, after the text if there is any
    unsigned status = 200;               // of HTTP
    std::string retry_after = {};        // a header of HTTP
};

struct FakeNodeOptions {
    std::string certificate_file;  // PEM; with the key, the node speaks TLS
    std::string key_file;
    std::string client_ca_file;   // with TLS: clients must show a certificate from it
    unsigned refuse_upgrade = 0;  // HTTP status in place of the WebSocket handshake
};

/// A server on a free port of 127.0.0.1 that takes WebSocket and HTTP POST alike and says what it is told to. It runs
/// on the context of the test, so everything happens in one thread.
class FakeNode {
  public:
    /// The body; of a GET "GET /path?query" and its headers, "Name: value", a line each.
    using OnMessage = std::function<std::vector<Reaction>(const std::string& message)>;

    FakeNode(const boost::asio::any_io_executor& executor, OnMessage on_message, FakeNodeOptions options = {});
    ~FakeNode();
    FakeNode(const FakeNode&) = delete;
    FakeNode& operator=(const FakeNode&) = delete;

    std::string port() const;
    std::string ws() const { return "ws://127.0.0.1:" + port(); }
    std::string http() const { return "http://127.0.0.1:" + port(); }

    /// To every WebSocket that is open.
    void send(const std::string& text);
    void drop_all();
    void close_all();
    /// Stops taking connections, and ends those that stand.
    void shut();

    std::size_t connections() const;  // taken so far
    const std::vector<std::string>& received() const;
    const std::vector<std::string>& authorizations() const;  // header of each HTTP request or handshake

  private:
    class Server;
    std::shared_ptr<Server> server_;
};

}  // namespace plimsoll::test
