// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>
#include <future>
#include <thread>

#include "bot/http_server.hpp"
#include "http_client.hpp"

/// A server on a thread of its own, as the loop of the daemon is.
class ServerThread {
  public:
    ServerThread() = default;
    ~ServerThread() { stop(); }
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;

    std::uint16_t port() const { return server_->port(); }
    std::string ask(const std::string& text) const {
        const Client client(port());
        client.send(text);
        return client.read_to_end();
    }
    /// Runs on the server's thread.
    void on_loop(const std::function<void()>& work) {
        std::promise<void> done;
        boost::asio::post(loop_, [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

  protected:
    boost::asio::io_context& loop() { return loop_; }
    void serve(std::vector<plimsoll::http::Route> routes, plimsoll::http::Options options) {
        auto made =
            plimsoll::http::Server::start(loop_.get_executor(), "127.0.0.1:0", std::move(routes), std::move(options));
        REQUIRE(made);
        server_ = *std::move(made);
        thread_ = std::thread([this] { loop_.run(); });
    }
    /// Called by whoever has members that the routes use.
    void stop() {
        if (!thread_.joinable()) return;
        boost::asio::post(loop_, [this] { server_.reset(); });
        thread_.join();
    }

  private:
    boost::asio::io_context loop_;
    std::unique_ptr<plimsoll::http::Server> server_;
    std::thread thread_;
};
