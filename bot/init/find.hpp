// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chain/lending/market.hpp"
#include "chain/rpc/eth_client.hpp"
#include "config/settings.hpp"

/// What `plimsoll init` learns from a node: which positions there are.
namespace plimsoll::bot::init {

/// One account in one market, with something supplied or owed.
struct Found {
    config::Market market;
    bool known{};  // needs no [market.NAME]
    std::shared_ptr<lending::Market> state;
    lending::Position position;
};

struct Search {
    std::vector<Address> accounts;
    std::vector<std::string> markets;      // besides the known ones: addresses of providers, ids of Morpho Blue
    std::optional<Address> morpho;         // where Morpho Blue is, if not at its usual address
    std::vector<std::string> taken;        // names of markets that are in use, on other chains
    std::optional<BlockNumber> from;       // Morpho's history is looked through from here; none: from its first block
    std::function<void(std::string)> say;  // of progress; may be empty
};

struct Findings {
    ChainId chain_id{};
    std::optional<std::uint64_t> block_time_ms;  // measured
    std::vector<Found> found;
    std::vector<std::string> looked_at;  // names of markets
    std::vector<std::string> notes;      // what could not be found, and what the owner can do
};

/// Looks the accounts up in every known market of the node's chain, in those asked for, and in the markets of Morpho
/// Blue that they ever borrowed from. There is no index of those: Borrow events name the account, and the node's logs
/// are read backwards in at most kLogRequests requests. What a node does not serve is a note.
Task<Result<Findings>> find_positions(rpc::EthClient& eth, Search search);

/// The same over the chain's first node, from connecting to the end.
Result<Findings> find_on(const config::Chain& chain, Search search);

inline constexpr std::size_t kLogRequests = 200;

/// Name of a chain for [chain.NAME]: "ethereum", or "chain-1234".
std::string chain_name(ChainId id);

}  // namespace plimsoll::bot::init
