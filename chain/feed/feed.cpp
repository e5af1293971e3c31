// SPDX-License-Identifier: Apache-2.0
#include "chain/feed/feed.hpp"

#include "chain/feed/follower.hpp"
#include "chain/rpc/eth_client.hpp"

namespace plimsoll::feed {

Feed::Feed(boost::asio::any_io_executor executor, rpc::EthClient& eth, FeedOptions options)
    : Feed(
          std::move(executor), eth, [&eth] { return eth.subscribe_heads(); }, std::move(options)) {}

Feed::Feed(boost::asio::any_io_executor executor, rpc::Eth& eth, Subscribe subscribe, FeedOptions options)
    : follower_(std::make_unique<Follower>(std::move(executor), eth, std::move(subscribe), std::move(options))) {}

Feed::~Feed() = default;

Task<Result<FeedEvent>> Feed::next() {
    return follower_->next();
}

void Feed::set_filter(LogFilter filter, std::uint64_t revision) {
    follower_->set_filter(std::move(filter), revision);
}

void Feed::stop() {
    follower_->stop();
}

FeedStats Feed::stats() const {
    return follower_->stats();
}

}  // namespace plimsoll::feed
