// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/eth_client.hpp"

#include <fmt/format.h>

#include "chain/codec/keccak.hpp"
#include "chain/rpc/checked_heads.hpp"
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
    : endpoint_(std::move(endpoint)), options_(std::move(options)) {}

EthClient::~EthClient() {
    endpoint_->stop();
}

Task<Outcome> EthClient::ask(std::string method, std::string params, std::optional<Priority> priority) {
    Request request;
    request.priority = priority;
    request.method = std::move(method);
    request.params = std::move(params);
    co_return co_await endpoint_->request(std::move(request));
}

Task<Result<ChainId>> EthClient::chain_id() {
    const auto outcome = co_await ask("eth_chainId", "[]");
    co_return read<ChainId>(outcome, "eth_chainId", decode_u64);
}

Task<Result<Header>> EthClient::header(BlockId block) {
    return header(block, std::nullopt);
}

Task<Result<Header>> EthClient::glance(BlockId block) {
    return header(block, Priority::Spare);
}

BlockId EthClient::named(const BlockId& block) const {
    BlockId out = block;
    if (!by_hash_ && block.number != 0 && std::holds_alternative<Hash32>(block.value)) out.value = block.number;
    return out;
}

/// After an answer that was asked for by the number: the block with that number is still the one that was meant.
Task<Result<void>> EthClient::still_there(BlockId block) {
    const auto* hash = std::get_if<Hash32>(&block.value);
    if (hash == nullptr || by_hash_ || block.number == 0) co_return Result<void>();
    BlockId by_number;
    by_number.value = block.number;
    CO_TRY(const auto head, co_await header(by_number));
    if (head.ref.hash != *hash)
        co_return fail(Errc::Mismatch, fmt::format("block {} is another one than the one asked for", block.number));
    co_return Result<void>();
}

Task<Result<bool>> EthClient::reads_by_hash() {
    CO_TRY(const auto head, co_await header(BlockId()));
    BlockId by_hash;
    by_hash.value = head.ref.hash;
    BlockId by_number;
    by_number.value = head.ref.number;
    const auto hashed = co_await ask("eth_getBalance", address_params(Address(), by_hash));
    if (hashed) co_return true;
    if (hashed.error().error.code != Errc::Rpc) co_return tl::unexpected(hashed.error().error);
    const auto numbered = co_await ask("eth_getBalance", address_params(Address(), by_number));
    if (!numbered) co_return tl::unexpected(numbered.error().error);
    by_hash_ = false;
    co_return false;
}

Task<Result<Header>> EthClient::header(BlockId block, std::optional<Priority> priority) {
    const auto* hash = std::get_if<Hash32>(&block.value);
    const std::string method = hash != nullptr ? "eth_getBlockByHash" : "eth_getBlockByNumber";
    const std::string name = hash != nullptr ? fmt::format("\"{}\"", to_hex(hash->view())) : encode_block(block);
    std::string params = fmt::format("[{},false]", name);
    const auto outcome = co_await ask(method, std::move(params), priority);
    if (outcome && outcome->value().is_null())
        co_return fail(Errc::NotFound, fmt::format("{}: the node has no block {}", method, name));
    auto header = read<Header>(outcome, method, decode_header);
    if (!header) co_return header;
    const auto* number = std::get_if<BlockNumber>(&block.value);
    if ((hash != nullptr && header->ref.hash != *hash) || (number != nullptr && header->ref.number != *number))
        co_return fail(Errc::Mismatch, method + ": the node answered with another block");
    if (auto right = check_header(options_.headers.get(), *tell_, outcome->value(), *header); !right)
        co_return fail(std::move(right).error(), method);
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

Task<Result<std::vector<Log>>> EthClient::logs_of_two(LogFilter, Hash32) {
    co_return fail(Errc::Unsupported, "there is no second node to ask");
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
    // Only what is about to be done is simulated with code of another.
    const auto priority = request.spare           ? std::optional(Priority::Spare)
                          : request.code_override ? std::optional(Priority::Act)
                                                  : std::nullopt;
    const auto outcome = co_await ask("eth_call", encode_call_params(request, named(block)), priority);
    if (outcome) CO_TRY_VOID(co_await still_there(block));
    co_return read<Bytes>(outcome, "eth_call", decode_bytes);
}

Task<Result<Gas>> EthClient::estimate_gas(CallRequest request) {
    BlockId latest;
    std::string params = request.code_override ? encode_call_params(request, latest) : '[' + encode_call(request) + ']';
    const auto outcome = co_await ask("eth_estimateGas", std::move(params));
    co_return read<Gas>(outcome, "eth_estimateGas", decode_u64);
}

Task<Result<Bytes>> EthClient::code(Address address, BlockId block) {
    const auto outcome = co_await ask("eth_getCode", address_params(address, named(block)));
    co_return read<Bytes>(outcome, "eth_getCode", decode_bytes);
}

Task<Result<Wei>> EthClient::balance(Address address, BlockId block) {
    const auto outcome = co_await ask("eth_getBalance", address_params(address, named(block)));
    co_return read<Wei>(outcome, "eth_getBalance", wei);
}

Task<Result<Nonce>> EthClient::nonce(Address address, BlockId block) {
    const auto outcome = co_await ask("eth_getTransactionCount", address_params(address, named(block)));
    co_return read<Nonce>(outcome, "eth_getTransactionCount", decode_u64);
}

Task<Result<AccountInfo>> EthClient::account(Address address, BlockId block) {
    BlockId pending;
    pending.value = BlockId::Tag::Pending;
    std::vector<Request> requests(4);
    requests[0].method = "eth_getBalance";
    requests[1].method = requests[2].method = "eth_getTransactionCount";
    requests[3].method = "eth_getCode";
    for (auto& request : requests) request.params = address_params(address, named(block));
    requests[2].params = address_params(address, pending);
    const auto outcomes = co_await endpoint_->all(std::move(requests));
    AccountInfo out;
    CO_TRY(out.balance, read<Wei>(outcomes[0], "eth_getBalance", wei));
    CO_TRY(out.nonce, read<Nonce>(outcomes[1], "eth_getTransactionCount", decode_u64));
    CO_TRY(out.pending_nonce, read<Nonce>(outcomes[2], "eth_getTransactionCount", decode_u64));
    CO_TRY(const auto code, read<Bytes>(outcomes[3], "eth_getCode", decode_bytes));
    out.has_code = !code.empty();
    CO_TRY_VOID(co_await still_there(block));
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
    const auto taken = read<Hash32>(outcome, "eth_sendRawTransaction", decode_hash);
    const Hash32 ours = keccak256(raw);
    if (!taken || *taken == ours) co_return taken;
    NodeNews news;
    news.kind = NodeNews::Kind::Lied;
    news.text = fmt::format("eth_sendRawTransaction: it says that it took {} when given {}", to_string(*taken),
                            to_string(ours));
    news.rest = kRestOfLiar;
    if (*tell_) (*tell_)(news);
    co_return fail(Errc::Mismatch, std::move(news.text));
}

Task<Result<std::optional<Receipt>>> EthClient::receipt(Hash32 transaction) {
    const auto outcome = co_await ask("eth_getTransactionReceipt", "[\"" + to_hex(transaction.view()) + "\"]");
    auto receipt = read<std::optional<Receipt>>(outcome, "eth_getTransactionReceipt", decode_receipt);
    if (receipt && *receipt && (*receipt)->transaction_hash != transaction)
        co_return fail(Errc::Mismatch, "eth_getTransactionReceipt: the receipt is of another transaction");
    co_return receipt;
}

Task<Result<std::optional<PendingTransaction>>> EthClient::pending_transaction(Hash32 hash) {
    const auto outcome = co_await ask("eth_getTransactionByHash", "[\"" + to_hex(hash.view()) + "\"]", Priority::Spare);
    auto found = read<std::optional<PendingTransaction>>(outcome, "eth_getTransactionByHash", decode_pending);
    if (found && *found && (*found)->hash != hash)
        co_return fail(Errc::Mismatch, "eth_getTransactionByHash: the answer is of another transaction");
    co_return found;
}

std::unique_ptr<Subscription> EthClient::subscribe_pending(bool bodies) {
    return endpoint_->subscribe(bodies ? "[\"newPendingTransactions\",true]" : "[\"newPendingTransactions\"]");
}

std::unique_ptr<Subscription> EthClient::subscribe_heads() {
    auto heads = endpoint_->subscribe("[\"newHeads\"]");
    if (!heads || !options_.headers) return heads;
    return std::make_unique<CheckedHeads>(std::move(heads), options_.headers, tell_);
}

Result<std::unique_ptr<EthClient>> make_eth(const boost::asio::any_io_executor& executor, EndpointOptions options,
                                            EthClientOptions client) {
    TRY(auto endpoint, make_endpoint(executor, std::move(options)));
    return std::make_unique<EthClient>(std::move(endpoint), std::move(client));
}

}  // namespace plimsoll::rpc
