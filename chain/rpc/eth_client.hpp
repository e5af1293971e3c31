// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "chain/rpc/endpoint.hpp"
#include "chain/rpc/eth.hpp"
#include "chain/rpc/header_check.hpp"
#include "chain/rpc/node_news.hpp"

namespace plimsoll::rpc {

struct EthClientOptions {
    std::size_t multicall_max = 500;            // calls of one aggregate3; more go in several, concurrently
    std::size_t batch_max = 100;                // requests of one JSON-RPC batch, where there is no Multicall3
    std::shared_ptr<HeaderCheck> headers = {};  // the chain's; nothing: headers are believed
};

/// Eth over one endpoint. Dropping it stops the endpoint.
class EthClient : public Eth {
  public:
    explicit EthClient(std::shared_ptr<Endpoint> endpoint, EthClientOptions options);
    ~EthClient() override;
    EthClient(const EthClient&) = delete;
    EthClient& operator=(const EthClient&) = delete;

    Task<Result<ChainId>> chain_id() override;
    Task<Result<Header>> header(BlockId block) override;
    Task<Result<std::vector<Log>>> logs_of_block(LogFilter filter, Hash32 block) override;
    Task<Result<std::vector<Log>>> logs_of_range(LogFilter filter, BlockNumber from, BlockNumber to) override;
    Task<Result<Bytes>> call(CallRequest request, BlockId block) override;
    Task<Result<std::vector<CallResult>>> multicall(std::vector<Call> calls, BlockId block) override;
    Task<Result<std::vector<CallResult>>> state_of(std::vector<Call> calls, BlockRef block) override;
    Task<Result<std::vector<Log>>> logs_of_two(LogFilter filter, Hash32 block) override;
    Task<Result<Gas>> estimate_gas(CallRequest request) override;
    Task<Result<Bytes>> code(Address address, BlockId block) override;
    Task<Result<Wei>> balance(Address address, BlockId block) override;
    Task<Result<Nonce>> nonce(Address address, BlockId block) override;
    Task<Result<AccountInfo>> account(Address address, BlockId block) override;
    Task<Result<FeeHistory>> fee_history(std::uint32_t blocks, std::vector<double> percentiles) override;
    Task<Result<Hash32>> send_raw_transaction(Bytes raw) override;
    Task<Result<std::optional<Receipt>>> receipt(Hash32 transaction) override;

    /// New headers as the node announces them (decode_header of each item); nothing over HTTP, which is polled. A
    /// forged one is dropped; for one with fields left out comes Began, so that the block itself is asked for.
    std::unique_ptr<Subscription> subscribe_heads();

    /// Transactions as they enter the node's pool: decode_pending of each item, or decode_hash where `bodies` is false.
    /// Nothing over HTTP. Nodes may refuse it, or give hashes all the same.
    std::unique_ptr<Subscription> subscribe_pending(bool bodies);
    /// A transaction that waits for a block; nothing where the node does not have it, or it is in a block. Asked only
    /// with what the node's budget leaves.
    Task<Result<std::optional<PendingTransaction>>> pending_transaction(Hash32 hash);

    /// For what has no typed method (a local chain's own methods, metrics).
    Endpoint& endpoint() { return *endpoint_; }

    /// Who is told what is found out about the node. Once, before the first call.
    void tell_news(TellNews tell) {
        *tell_ = tell;
        endpoint_->tell_news(std::move(tell));
    }
    /// header() where it can as well be left.
    Task<Result<Header>> glance(BlockId block = {});

    /// Whether the node reads state by a block's hash (EIP-1898), found out by reading so once. From then on a node
    /// that does not is asked by the number, and must name the block's hash after its answer. Errors where it does not
    /// answer.
    Task<Result<bool>> reads_by_hash();

  private:
    BlockId named(const BlockId& block) const;
    Task<Result<void>> still_there(BlockId block);
    Task<Outcome> ask(std::string method, std::string params, std::optional<Priority> priority = {});
    Task<Result<Header>> header(BlockId block, std::optional<Priority> priority);
    Task<Result<std::vector<CallResult>>> aggregate(std::vector<Call> calls, BlockId block);
    Task<Result<std::vector<CallResult>>> one_by_one(std::vector<Call> calls, BlockId block);

    std::shared_ptr<Endpoint> endpoint_;
    EthClientOptions options_;
    std::shared_ptr<TellNews> tell_ = std::make_shared<TellNews>();
    bool by_hash_ = true;
    std::uint32_t without_multicall_ = 0;  // so many more multicalls before its code is looked for again
};

/// A started client; ws, wss, http or https by the URL. Errors as of make_endpoint.
Result<std::unique_ptr<EthClient>> make_eth(const boost::asio::any_io_executor& executor, EndpointOptions options,
                                            EthClientOptions client = {});

}  // namespace plimsoll::rpc
