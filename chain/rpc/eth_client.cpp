// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/eth_client.hpp"

#include <fmt/format.h>

#include "chain/rpc/decode.hpp"
#include "chain/rpc/encode.hpp"

namespace plimsoll::rpc {

namespace {

/// The node's value by `decode`, or the failure; either way the method stands in the message.
template <class T, class Decode>
Result<T> read(const Outcome& outcome, std::string_view method, Decode decode) {
    if (!outcome) return tl::unexpected(outcome.error().error);
    Result<T> out = decode(outcome->value());
    if (!out) return fail(std::move(out).error(), method);
    return out;
}

Result<Wei> wei(JsonValue value) {
    TRY(const auto amount, decode_u256(value));
    return Wei{amount};
}

std::string address_params(const Address& address, const BlockId& block) {
    return fmt::format("[\"{}\",{}]", to_hex(address.view()), encode_block(block));
}

}  // namespace

EthClient::EthClient(std::shared_ptr<Endpoint> endpoint, EthClientOptions options)
    : endpoint_(std::move(endpoint)), options_(options) {}

EthClient::~EthClient() {
    endpoint_->stop();
}

Task<Outcome> EthClient::ask(std::string method, std::string params) {
    Request request;
    request.method = std::move(method);
    request.params = std::move(params);
    co_return co_await endpoint_->request(std::move(request));
}

Task<Result<ChainId>> EthClient::chain_id() {
    const auto outcome = co_await ask("eth_chainId", "[]");
    co_return read<ChainId>(outcome, "eth_chainId", decode_u64);
}

Task<Result<Header>> EthClient::header(BlockId block) {
    const auto* hash = std::get_if<Hash32>(&block.value);
    const std::string method = hash != nullptr ? "eth_getBlockByHash" : "eth_getBlockByNumber";
    const std::string name = hash != nullptr ? fmt::format("\"{}\"", to_hex(hash->view())) : encode_block(block);
    std::string params = fmt::format("[{},false]", name);
    const auto outcome = co_await ask(method, std::move(params));
    if (outcome && outcome->value().is_null())
        co_return fail(Errc::NotFound, fmt::format("{}: the node has no block {}", method, name));
    auto header = read<Header>(outcome, method, decode_header);
    if (!header) co_return header;
    const auto* number = std::get_if<BlockNumber>(&block.value);
    if ((hash != nullptr && header->ref.hash != *hash) || (number != nullptr && header->ref.number != *number))
        co_return fail(Errc::Mismatch, method + ": the node answered with another block");
    co_return header;
}

Task<Result<std::vector<Log>>> EthClient::logs_of_block(LogFilter filter, Hash32 block) {
    const auto outcome = co_await ask("eth_getLogs", encode_filter(filter, block));
    auto logs = read<std::vector<Log>>(outcome, "eth_getLogs", decode_logs);
    if (!logs) co_return logs;
    if (auto checked = check_logs_of_block(*logs, filter, block); !checked)
        co_return fail(std::move(checked).error(), "eth_getLogs");
    co_return logs;
}

Task<Result<std::vector<Log>>> EthClient::logs_of_range(LogFilter filter, BlockNumber from, BlockNumber to) {
    const auto outcome = co_await ask("eth_getLogs", encode_filter(filter, from, to));
    auto logs = read<std::vector<Log>>(outcome, "eth_getLogs", decode_logs);
    if (!logs) co_return logs;
    for (const auto& log : *logs) {
        if (log.block_number < from || log.block_number > to)
            co_return fail(Errc::Mismatch, "eth_getLogs: a log outside the range asked");
    }
    co_return logs;
}

Task<Result<Bytes>> EthClient::call(CallRequest request, BlockId block) {
    const auto outcome = co_await ask("eth_call", encode_call_params(request, block));
    co_return read<Bytes>(outcome, "eth_call", decode_bytes);
}

Task<Result<Gas>> EthClient::estimate_gas(CallRequest request) {
    BlockId latest;
    std::string params = request.code_override ? encode_call_params(request, latest) : '[' + encode_call(request) + ']';
    const auto outcome = co_await ask("eth_estimateGas", std::move(params));
    co_return read<Gas>(outcome, "eth_estimateGas", decode_u64);
}

Task<Result<Bytes>> EthClient::code(Address address, BlockId block) {
    const auto outcome = co_await ask("eth_getCode", address_params(address, block));
    co_return read<Bytes>(outcome, "eth_getCode", decode_bytes);
}

Task<Result<Wei>> EthClient::balance(Address address, BlockId block) {
    const auto outcome = co_await ask("eth_getBalance", address_params(address, block));
    co_return read<Wei>(outcome, "eth_getBalance", wei);
}

Task<Result<Nonce>> EthClient::nonce(Address address, BlockId block) {
    const auto outcome = co_await ask("eth_getTransactionCount", address_params(address, block));
    co_return read<Nonce>(outcome, "eth_getTransactionCount", decode_u64);
}

Task<Result<AccountInfo>> EthClient::account(Address address, BlockId block) {
    BlockId pending;
    pending.value = BlockId::Tag::Pending;
    std::vector<Request> requests(4);
    requests[0].method = "eth_getBalance";
    requests[1].method = requests[2].method = "eth_getTransactionCount";
    requests[3].method = "eth_getCode";
    for (auto& request : requests) request.params = address_params(address, block);
    requests[2].params = address_params(address, pending);
    const auto outcomes = co_await endpoint_->all(std::move(requests));
    AccountInfo out;
    CO_TRY(out.balance, read<Wei>(outcomes[0], "eth_getBalance", wei));
    CO_TRY(out.nonce, read<Nonce>(outcomes[1], "eth_getTransactionCount", decode_u64));
    CO_TRY(out.pending_nonce, read<Nonce>(outcomes[2], "eth_getTransactionCount", decode_u64));
    CO_TRY(const auto code, read<Bytes>(outcomes[3], "eth_getCode", decode_bytes));
    out.has_code = !code.empty();
    co_return out;
}

Task<Result<FeeHistory>> EthClient::fee_history(std::uint32_t blocks, std::vector<double> percentiles) {
    const auto params = fmt::format("[{},\"latest\",[{}]]", encode_quantity(blocks), fmt::join(percentiles, ","));
    const auto outcome = co_await ask("eth_feeHistory", params);
    auto history = read<FeeHistory>(outcome, "eth_feeHistory", decode_fee_history);
    if (!history || percentiles.empty()) co_return history;
    for (const auto& rewards : history->rewards) {
        if (rewards.size() != percentiles.size())
            co_return fail(Errc::Decode, "eth_feeHistory: not one reward for every percentile");
    }
    co_return history;
}

Task<Result<Hash32>> EthClient::send_raw_transaction(Bytes raw) {
    std::string params = "[\"" + to_hex(raw) + "\"]";
    const auto outcome = co_await ask("eth_sendRawTransaction", std::move(params));
    co_return read<Hash32>(outcome, "eth_sendRawTransaction", decode_hash);
}

Task<Result<std::optional<Receipt>>> EthClient::receipt(Hash32 transaction) {
    const auto outcome = co_await ask("eth_getTransactionReceipt", "[\"" + to_hex(transaction.view()) + "\"]");
    auto receipt = read<std::optional<Receipt>>(outcome, "eth_getTransactionReceipt", decode_receipt);
    if (receipt && *receipt && (*receipt)->transaction_hash != transaction)
        co_return fail(Errc::Mismatch, "eth_getTransactionReceipt: the receipt is of another transaction");
    co_return receipt;
}

std::unique_ptr<Subscription> EthClient::subscribe_heads() {
    return endpoint_->subscribe("[\"newHeads\"]");
}

Result<std::unique_ptr<EthClient>> make_eth(const boost::asio::any_io_executor& executor, EndpointOptions options) {
    TRY(auto endpoint, make_endpoint(executor, std::move(options)));
    return std::make_unique<EthClient>(std::move(endpoint), EthClientOptions{});
}

}  // namespace plimsoll::rpc
