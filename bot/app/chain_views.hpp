// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/shell/endpoints.hpp"
#include "bot/sync.hpp"
#include "bot/view/position_view.hpp"
#include "chain/oracle/feed_book.hpp"

namespace plimsoll::bot {

/// Who is looked at: an account in a market, and what the configuration says of it.
struct Looked {
    config::Market market;
    Address account;
    std::string wallet;
    std::optional<config::Position> position;  // none: an address that is not configured
    bool live{};
};

/// A chain, and who is looked at there.
struct ChainLook {
    config::Chain chain;
    std::vector<Looked> looked;
    std::vector<oracle::FeedRules> feeds;  // what is known of its prices' feeds
};

/// The configured positions of a chain.
ChainLook configured_on(const config::Settings& settings, const config::Chain& chain);

/// One account in one market, of which nothing is configured.
ChainLook one_account(const config::Chain& chain, const config::Market& market, const Address& account);

/// Views of accounts on one chain, read over one connection as often as wanted: each market once for each block.
class ChainViews {
  public:
    /// Connects. Errc::Io when the nodes' secret cannot be read, Errc::Unsupported for an unknown protocol.
    static Result<std::unique_ptr<ChainViews>> connect(const boost::asio::any_io_executor& executor, ChainLook look);

    /// The block by its number, the newest without one. Where a node does not answer the next is asked, and stays the
    /// one. Errc::NotFound when none has it.
    Task<Result<BlockRef>> block(std::optional<BlockNumber> number);
    /// All at that block, of the node that named it. Errc::Unsupported where a market is one that no set of rules
    /// reproduces.
    Task<Result<std::vector<PositionView>>> read(BlockRef block);
    /// Who is told of answers while markets are read.
    void tell(ReadTold told) { told_ = std::move(told); }
    /// Ends the connections; what is under way fails.
    void stop();

    const config::Chain& chain() const { return look_.chain; }

  private:
    ChainViews(ChainLook look, std::vector<std::shared_ptr<rpc::EthClient>> clients)
        : look_(std::move(look)), feeds_(look_.feeds, std::nullopt), clients_(std::move(clients)) {}
    Result<PositionView> view(const Looked& looked, const BlockRef& block) const;
    Task<void> read_feeds(BlockRef block);

    ChainLook look_;
    oracle::FeedBook feeds_;
    ReadTold told_;
    std::vector<std::shared_ptr<rpc::EthClient>> clients_;
    std::size_t asked_ = 0;                                            // which of them is asked
    std::map<std::string, std::unique_ptr<lending::Market>> markets_;  // by name
};

}  // namespace plimsoll::bot
