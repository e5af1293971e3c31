// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "chain/rpc/task.hpp"
#include "chain/types/block.hpp"
#include "chain/types/pending.hpp"

namespace plimsoll::rpc {

/// A block header as newHeads and eth_getBlockByX give it, with what following needs.
struct Header {
    BlockRef ref;
    std::array<std::uint8_t, 256> logs_bloom{};
    Gas gas_used{};
    Gas gas_limit{};

    bool operator==(const Header&) const = default;
};

/// EIP-1898: a state is named by the hash of a canonical block. Tags only where no money follows.
struct BlockId {
    enum class Tag : std::uint8_t { Latest, Pending, Safe, Finalized };
    std::variant<Tag, BlockNumber, Hash32> value = Tag::Latest;
    /// Of the block that is named by its hash: for nodes that cannot read by one. Zero: not known.
    BlockNumber number = 0;
};

/// Arguments of eth_call, eth_estimateGas.
struct CallRequest {
    std::optional<Address> from;
    Address to;
    Bytes data;
    std::optional<Gas> gas;
    Wei value;
    /// Code replaced for this call only (geth state override set), e.g. to run a batch as the wallet itself.
    std::optional<std::pair<Address, Bytes>> code_override;
    /// The block's time for this call only (geth block override set); nodes without it refuse the call.
    std::optional<Timestamp> block_time;
    bool spare = false;  // can as well be left where requests are scarce
};

struct FeeHistory {
    BlockNumber oldest_block{};
    std::vector<Wei> base_fees;  // one more than blocks: the last is the next block's
    std::vector<double> gas_used_ratios;
    std::vector<std::vector<Wei>> rewards;  // per block, per asked percentile
};

struct Receipt {
    Hash32 transaction_hash;
    BlockNumber block_number{};
    Hash32 block_hash;
    bool succeeded{};
    Gas gas_used{};
    Wei effective_gas_price;
    Wei l1_fee{};  // for its data, besides gas; zero where no chain below bills for it
    std::vector<Log> logs;
};

/// An account as a sender: `balance`, `nonce` and `has_code` at the block asked, `pending_nonce` with the node's
/// mempool.
struct AccountInfo {
    Wei balance;
    Nonce nonce{};
    Nonce pending_nonce{};
    bool has_code{};
};

/// Typed Ethereum JSON-RPC over whatever carries it. Every call has a deadline and returns Errc::Timeout when it passes
/// (the outcome at the node is then unknown), Errc::Rpc with the node's code and text, Errc::Reverted with the decoded
/// reason, Errc::NotFound when the node says that it lacks the block, Errc::Decode when the answer has not the promised
/// form, Errc::Mismatch when it is of another block or the endpoint serves another chain.
class Eth {
  public:
    virtual ~Eth() = default;

    virtual Task<Result<ChainId>> chain_id() = 0;
    virtual Task<Result<Header>> header(BlockId block) = 0;  // Errc::NotFound when the node has not it
    virtual Task<Result<std::vector<Log>>> logs_of_block(LogFilter filter, Hash32 block) = 0;
    virtual Task<Result<std::vector<Log>>> logs_of_range(LogFilter filter, BlockNumber from, BlockNumber to) = 0;
    virtual Task<Result<Bytes>> call(CallRequest request, BlockId block) = 0;
    /// All calls in one eth_call to Multicall3 (aggregate3, failures allowed) at one block.
    virtual Task<Result<std::vector<CallResult>>> multicall(std::vector<Call> calls, BlockId block) = 0;
    /// The same of one block, Multicall3's own word for it asked with them: a node may name a block and still answer
    /// with the state of another one, which is Errc::Mismatch. Where Multicall3 is not deployed nothing is told.
    virtual Task<Result<std::vector<CallResult>>> state_of(std::vector<Call> calls, BlockRef block) = 0;
    /// After an empty answer of logs_of_block that the header does not rule out: what two nodes say. Errc::Unsupported
    /// where there are no two that answer.
    virtual Task<Result<std::vector<Log>>> logs_of_two(LogFilter filter, Hash32 block) = 0;
    virtual Task<Result<Gas>> estimate_gas(CallRequest request) = 0;
    virtual Task<Result<Bytes>> code(Address address, BlockId block) = 0;
    virtual Task<Result<Wei>> balance(Address address, BlockId block) = 0;
    virtual Task<Result<Nonce>> nonce(Address address, BlockId block) = 0;
    /// Balance, code and nonces of an account, all asked at once.
    virtual Task<Result<AccountInfo>> account(Address address, BlockId block) = 0;
    virtual Task<Result<FeeHistory>> fee_history(std::uint32_t blocks, std::vector<double> percentiles) = 0;
    /// Returns the hash the node gives; the error keeps the node's text for chain/tx's classification.
    virtual Task<Result<Hash32>> send_raw_transaction(Bytes raw) = 0;
    virtual Task<Result<std::optional<Receipt>>> receipt(Hash32 transaction) = 0;
};

}  // namespace plimsoll::rpc
