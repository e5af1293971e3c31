// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "chain/rpc/eth.hpp"
#include "chain/rpc/json.hpp"
#include "tests/support/fake_node.hpp"

namespace plimsoll::test {

/// A chain of headers and logs in memory, and the JSON-RPC answers of a node that has it. Hashes are made of the
/// block's number and the letter of its branch, so that tests read well: hash('a', 7).
class FakeChain {
  public:
    static Hash32 hash(char branch, BlockNumber number);

    /// Appends a block on `branch` above the current head (or above `parent`), makes it the head and gives its header.
    rpc::Header add(char branch, std::vector<Log> logs = {});
    rpc::Header add_above(const Hash32& parent, char branch, std::vector<Log> logs = {});
    /// Goes back to a known block.
    void set_head(const Hash32& block) { head_ = block; }
    const rpc::Header& head() const { return blocks_.at(head_).header; }
    const rpc::Header& header(const Hash32& block) const { return blocks_.at(block).header; }
    /// Forgets a block: the node has it no more.
    void forget(const Hash32& block) { blocks_.erase(block); }

    /// The newHeads notification of the current head.
    std::string announcement(std::string_view subscription = "0xsub1") const;
    static std::string json(const rpc::Header& header);
    static std::string json(const Log& log);

    /// What a node with this chain reacts with. Batches are answered too.
    std::vector<Reaction> react(const std::string& message);
    FakeNode::OnMessage handler() {
        return [this](const std::string& message) { return react(message); };
    }

    ChainId chain_id = 1;
    bool subscribes = true;                    // else eth_subscribe is refused
    std::map<std::string, std::size_t> calls;  // by method
    /// Answers in place of the chain, given method and JSON of the params: text of a result, or nothing.
    std::function<std::string(const std::string& method, const std::string& params)> answer_instead;
    /// JSON of an error in place of the chain's answer, or nothing.
    std::function<std::string(const std::string& method, const std::string& params)> error_instead;

    bool sealed = false;  // blocks added have the hashes of their headers, as those of real chains
    Timestamp genesis_time = 1'700'000'000;
    std::uint64_t seconds_per_block = 12;

  private:
    struct Block {
        rpc::Header header;
        std::vector<Log> logs;
    };

    std::string result_of(const std::string& method, const rpc::JsonValue& params);
    std::string answer(const rpc::JsonValue& request);

    std::map<Hash32, Block> blocks_;
    Hash32 head_;
};

/// A log of `address` with one topic, to be put into a block.
Log make_log(const Address& address, const Hash32& topic, Bytes data = {});

}  // namespace plimsoll::test
