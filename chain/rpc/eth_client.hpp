// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "chain/rpc/endpoint.hpp"
#include "chain/rpc/eth.hpp"

namespace plimsoll::rpc {

struct EthClientOptions {
    std::size_t multicall_max = 500;  // calls of one aggregate3; more go in several, concurrently
    std::size_t batch_max = 100;      // requests of one JSON-RPC batch, where there is no Multicall3
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
    Task<Result<Gas>> estimate_gas(CallRequest request) override;
    Task<Result<Bytes>> code(Address address, BlockId block) override;
    Task<Result<Wei>> balance(Address address, BlockId block) override;
    Task<Result<Nonce>> nonce(Address address, BlockId block) override;
    Task<Result<AccountInfo>> account(Address address, BlockId block) override;
    Task<Result<FeeHistory>> fee_history(std::uint32_t blocks, std::vector<double> percentiles) override;
    Task<Result<Hash32>> send_raw_transaction(Bytes raw) override;
    Task<Result<std::optional<Receipt>>> receipt(Hash32 transaction) override;

    /// New headers as the node announces them (decode_header of each item); nothing over HTTP, which is polled.
    std::unique_ptr<Subscription> subscribe_heads();

    /// For what has no typed method (a local chain's own methods, metrics).
    Endpoint& endpoint() { return *endpoint_; }

  private:
    Task<Outcome> ask(std::string method, std::string params);
    Task<Result<std::vector<CallResult>>> aggregate(std::vector<Call> calls, BlockId block);
    Task<Result<std::vector<CallResult>>> one_by_one(std::vector<Call> calls, BlockId block);

    std::shared_ptr<Endpoint> endpoint_;
    EthClientOptions options_;
    std::uint32_t without_multicall_ = 0;  // so many more multicalls before its code is looked for again
};

/// A started client; ws, wss, http or https by the URL. Errors as of make_endpoint.
Result<std::unique_ptr<EthClient>> make_eth(const boost::asio::any_io_executor& executor, EndpointOptions options);

}  // namespace plimsoll::rpc
