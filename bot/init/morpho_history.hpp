// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "chain/rpc/eth_client.hpp"

namespace plimsoll::bot::init {

/// Block in which Morpho Blue was deployed at config::kMorphoBlue. nullopt: not known to be there. Source:
/// docs.morpho.org, contract addresses; the contract's creation.
std::optional<BlockNumber> first_block_of_morpho(ChainId chain);

struct HistoryWanted {
    Address morpho;
    std::vector<Address> accounts;
    BlockNumber from{};
    BlockNumber to{};
    std::size_t requests{};                 // at most
    std::function<void(BlockNumber)> told;  // how far it is read; may be empty
};

struct History {
    std::vector<Hash32> ids;  // of markets, each once
    BlockNumber wanted_from{};
    BlockNumber reached{};  // all from here to the end was read
    std::string error;      // why no more was
};

/// Markets in which one of the accounts borrowed: Borrow has the account as its third topic. From the newest block
/// back; a range that the node finds too long is halved.
Task<History> markets_borrowed_from(rpc::EthClient& eth, HistoryWanted wanted);

}  // namespace plimsoll::bot::init
