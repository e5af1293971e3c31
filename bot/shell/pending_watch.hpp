// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "chain/rpc/eth_client.hpp"

namespace plimsoll::bot {

/// Pending transactions to some addresses, from all nodes given that send them. Nodes that send whole transactions cost
/// one subscription; from one that sends hashes alone kLookUps a second are asked for, with what its budget leaves, and
/// the others are not seen.
class PendingWatch : public std::enable_shared_from_this<PendingWatch> {
  public:
    static constexpr std::size_t kLookUps = 4;

    struct Tell {
        std::function<void(PendingTransaction transaction, bool gone)> seen;
        std::function<void(const std::string& url, const std::string& what)>
            lacking;                                          // no node can; why the last cannot
        std::function<void(const std::string& url)> partly;   // it sends hashes alone
        std::function<void(const std::string& url)> telling;  // after lacking: this one does now
    };
    /// A node that refuses is asked again after `again`.
    PendingWatch(boost::asio::any_io_executor executor, std::vector<std::shared_ptr<rpc::EthClient>> nodes, Tell tell,
                 std::chrono::milliseconds again = std::chrono::minutes(10));

    /// The first call subscribes. Each of `held` is told again or told to be gone: when every node has answered and
    /// none has it.
    void watch(const std::vector<Address>& to, const std::vector<Hash32>& held);
    void stop();

  private:
    using Node = std::shared_ptr<rpc::EthClient>;
    Task<void> listen(Node node);
    Task<void> look_up(Node node, Hash32 hash);
    Task<void> check(Hash32 hash);
    void take(const Node& node, rpc::JsonValue item);
    void take(PendingTransaction transaction);
    bool may_look_up();
    void lacks(const Node& node, const std::string& what);
    void tells(const Node& node, bool bodies);

    boost::asio::any_io_executor executor_;
    std::vector<Node> nodes_;
    Tell tell_;
    std::set<Address> to_;
    std::chrono::milliseconds again_;
    std::map<Node, std::unique_ptr<boost::asio::steady_timer>> pauses_;  // of those that refused
    std::set<Node> lacking_;
    std::set<Node> partly_;  // said once
    bool said_lacking_ = false;
    bool listens_ = false;
    bool stopped_ = false;
    std::chrono::steady_clock::time_point second_{};
    std::size_t looked_up_ = 0;  // in this second
};

}  // namespace plimsoll::bot
