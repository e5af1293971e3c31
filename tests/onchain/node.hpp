// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "chain/rpc/eth_client.hpp"

namespace plimsoll::onchain {

/// A transaction of an account that the node signs for.
struct Tx {
    Address from;
    Address to;
    Bytes data;
    std::string what;  // for people
    Gas gas = 3'000'000;
};

struct Mined {
    rpc::Header header;
    std::vector<bool> succeeded;  // by transaction, in the order given
};

/// A chain of ours, one call after the other. Blocks come only when mine() says so. A failure is a std::runtime_error
/// and so fails the test that asked.
class Node {
  public:
    explicit Node(const std::string& url);

    rpc::EthClient& eth() { return *eth_; }
    boost::asio::io_context& io() { return io_; }

    /// Runs a coroutine to its end; its Result's error is thrown.
    template <class T>
    T run(Task<Result<T>> task);

    rpc::Answer request(const std::string& method, const std::string& params = "[]");
    rpc::Header header(BlockNumber number);
    rpc::Header latest();
    std::vector<Log> logs(const LogFilter& filter, const Hash32& block);
    std::vector<CallResult> multicall(std::vector<Call> calls, const Hash32& block);
    /// One answer at the newest block; a revert is an error.
    Bytes call(const Address& to, Bytes data);
    /// The answer's first word.
    U256 number(const Address& to, Bytes data);

    /// A block of exactly these transactions in this order, at this second.
    Mined mine(std::span<const Tx> transactions, Timestamp at);
    /// As mine(), but a transaction that reverts is an error that names it.
    rpc::Header must(std::span<const Tx> transactions, Timestamp at);
    rpc::Header must(std::initializer_list<Tx> transactions, Timestamp at) {
        return must(std::span<const Tx>(transactions.begin(), transactions.size()), at);
    }

    /// The chain as it is now, and back to it (once).
    std::string snapshot();
    void revert(const std::string& snapshot);

  private:
    /// The reason of a revert, as far as the same call at the end of its block tells.
    std::string why(const Tx& transaction, const BlockRef& block);

    boost::asio::io_context io_{1};
    std::unique_ptr<rpc::EthClient> eth_;
};

template <class T>
T Node::run(Task<Result<T>> task) {
    std::optional<Result<T>> out;
    boost::asio::co_spawn(io_, std::move(task), [&](const std::exception_ptr& error, Result<T> result) {
        if (error) std::rethrow_exception(error);
        out.emplace(std::move(result));
    });
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    io_.restart();
    while (!out) {
        io_.run_one_for(std::chrono::seconds(1));
        if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("the node does not answer");
    }
    if (!*out) throw std::runtime_error(out->error().message);
    return *std::move(*out);
}

}  // namespace plimsoll::onchain
