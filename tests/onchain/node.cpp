// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/node.hpp"

#include <fmt/format.h>

#include "chain/codec/abi_words.hpp"
#include "chain/rpc/decode.hpp"

namespace plimsoll::onchain {

namespace {

constexpr std::uint64_t kMaxFee = 3'000'000'000'000;  // wei per gas
constexpr std::uint64_t kGwei = 1'000'000'000;

Task<Result<rpc::Answer>> ask(rpc::Endpoint& endpoint, rpc::Request request) {
    auto outcome = co_await endpoint.request(std::move(request));
    if (!outcome) co_return tl::unexpected(outcome.error().error);
    co_return *std::move(outcome);
}

template <class T>
T must_be(Result<T> value, const char* what) {
    if (!value) throw std::runtime_error(fmt::format("{}: {}", what, value.error().message));
    return *std::move(value);
}

}  // namespace

Node::Node(const std::string& url) {
    rpc::EndpointOptions options;
    options.url = url;
    options.deadline = std::chrono::seconds(30);
    eth_ = must_be(rpc::make_eth(io_.get_executor(), std::move(options)), "endpoint");
    request("evm_setAutomine", "[false]");
    request("anvil_autoImpersonateAccount", "[true]");
}

rpc::Answer Node::request(const std::string& method, const std::string& params) {
    rpc::Request request;
    request.method = method;
    request.params = params;
    return run(ask(eth_->endpoint(), std::move(request)));
}

rpc::Header Node::header(BlockNumber number) {
    rpc::BlockId id;
    id.value = number;
    return run(eth_->header(id));
}

rpc::Header Node::latest() {
    return run(eth_->header({}));
}

std::vector<Log> Node::logs(const LogFilter& filter, const Hash32& block) {
    return run(eth_->logs_of_block(filter, block));
}

std::vector<CallResult> Node::multicall(std::vector<Call> calls, const Hash32& block) {
    rpc::BlockId id;
    id.value = block;
    return run(eth_->multicall(std::move(calls), id));
}

Bytes Node::call(const Address& to, Bytes data) {
    rpc::CallRequest request;
    request.to = to;
    request.data = std::move(data);
    return run(eth_->call(std::move(request), {}));
}

U256 Node::number(const Address& to, Bytes data) {
    const Bytes answer = call(to, std::move(data));
    return abi::Reader(answer).uint().value();
}

Mined Node::mine(std::span<const Tx> transactions, Timestamp at) {
    const BlockNumber parent = latest().ref.number;
    request("evm_setNextBlockTimestamp", fmt::format("[{}]", at));
    std::vector<std::string> hashes;
    std::uint64_t tip = transactions.size();  // miners take the highest first
    for (const auto& tx : transactions) {
        const auto hash =
            request("eth_sendTransaction", fmt::format(R"([{{"from":"{}","to":"{}","data":"{}","gas":"{}",)"
                                                       R"("maxFeePerGas":"{}","maxPriorityFeePerGas":"{}"}}])",
                                                       to_hex(tx.from.view()), to_hex(tx.to.view()), to_hex(tx.data),
                                                       fmt::format("0x{:x}", tx.gas), fmt::format("0x{:x}", kMaxFee),
                                                       fmt::format("0x{:x}", tip-- * kGwei)));
        hashes.emplace_back(must_be(hash.value().text(), "eth_sendTransaction"));
    }
    request("evm_mine");
    Mined out;
    out.header = header(parent + 1);
    if (out.header.ref.timestamp != at) throw std::runtime_error("the block has not the time it was told");
    if (transactions.empty()) return out;
    const auto answer = request("eth_getBlockReceipts", fmt::format(R"(["0x{:x}"])", parent + 1));
    const auto receipts = must_be(answer.value().elements(), "receipts");
    if (receipts.size() != hashes.size()) throw std::runtime_error("the block has not all transactions");
    for (std::size_t i = 0; i < receipts.size(); ++i) {
        const auto hash = must_be(must_be(receipts[i].at("transactionHash"), "hash").text(), "hash");
        if (hash != hashes[i]) throw std::runtime_error("the block has not the order given");
        out.succeeded.push_back(must_be(must_be(receipts[i].at("status"), "status").text(), "status") == "0x1");
    }
    return out;
}

rpc::Header Node::must(std::span<const Tx> transactions, Timestamp at) {
    auto mined = mine(transactions, at);
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        if (!mined.succeeded[i])
            throw std::runtime_error("reverted: " + transactions[i].what + why(transactions[i], mined.header.ref));
    }
    return mined.header;
}

std::string Node::why(const Tx& transaction, const BlockRef& block) {
    rpc::CallRequest request;
    request.from = transaction.from;
    request.to = transaction.to;
    request.data = transaction.data;
    rpc::BlockId id;
    id.value = block.hash;
    try {
        run(eth_->call(std::move(request), id));
    } catch (const std::runtime_error& error) {
        return std::string(": ") + error.what();
    }
    return ": it would succeed a block later";
}

std::string Node::snapshot() {
    const auto answer = request("evm_snapshot");
    return std::string(must_be(answer.value().text(), "evm_snapshot"));
}

void Node::revert(const std::string& snapshot) {
    const auto answer = request("evm_revert", fmt::format(R"(["{}"])", snapshot));
    if (answer.value().kind() != rpc::JsonValue::Kind::True) throw std::runtime_error("no snapshot " + snapshot);
}

}  // namespace plimsoll::onchain
