// SPDX-License-Identifier: Apache-2.0
// JSON-RPC of a node that has the world.
#include <charconv>
#include <fmt/format.h>

#include "chain/codec/abi_words.hpp"
#include "chain/rpc/decode.hpp"
#include "chain/rpc/multicall.hpp"
#include "tests/bench/world.hpp"
#include "tests/support/fake_chain.hpp"

namespace plimsoll::bench {

namespace {

constexpr std::size_t kMulticallCode = 3'808;  // bytes, as deployed everywhere
constexpr std::string_view kGwei = "\"0x3b9aca00\"";

std::string quoted(ByteView bytes) {
    return '"' + to_hex(bytes) + '"';
}
std::string quantity(std::uint64_t value) {
    return fmt::format("\"0x{:x}\"", value);
}

bool holds(const std::optional<rpc::JsonValue>& list, const std::string& value) {
    if (!list || list->is_null()) return true;
    const auto elements = list->elements();
    if (!elements) return list->raw() == value;
    for (const auto& element : *elements) {
        if (element.raw() == value) return true;
    }
    return false;
}

/// (address target, bool allowFailure, bytes callData)[]
std::optional<std::vector<Call>> aggregated(const Bytes& data) {
    constexpr auto kAggregate3 = selector("aggregate3((address,bool,bytes)[])");
    if (data.size() < 4 || !std::equal(kAggregate3.bytes.begin(), kAggregate3.bytes.end(), data.begin()))
        return std::nullopt;
    abi::Reader arguments(ByteView(data).subspan(4));
    auto array = arguments.array();
    if (!array) return std::nullopt;
    std::vector<Call> out;
    for (std::size_t i = 0; i < array->count; ++i) {
        auto tuple = array->elements.tuple();
        if (!tuple) return std::nullopt;
        const auto to = tuple->address();
        const auto allowed = tuple->boolean();
        const auto bytes = tuple->bytes();
        if (!to || !allowed || !bytes) return std::nullopt;
        out.push_back({*to, Bytes(bytes->begin(), bytes->end())});
    }
    return out;
}

std::string aggregate_answer(const std::vector<CallResult>& results) {
    std::vector<abi::Encoder> tuples;
    for (const auto& result : results) tuples.push_back(abi::Encoder().boolean(result.success).bytes(result.data));
    return quoted(abi::Encoder().tuples(tuples).finish());
}

}  // namespace

std::string World::eth_call(const std::vector<rpc::JsonValue>& params) {
    const auto to = rpc::decode_node_address(params.at(0).at("to").value()).value();
    const auto input = params[0].member("data");
    const auto data = rpc::decode_bytes(input ? *input : params[0].at("input").value()).value();
    const auto batch = aggregated(data);
    if (params.size() > 2 && batch) return aggregate_answer(simulate(to, *batch));
    if (batch) {
        std::vector<CallResult> results;
        for (const auto& one : *batch) results.push_back(call(one));
        return aggregate_answer(results);
    }
    const auto result = call(Call{to, data});
    return result.success ? quoted(result.data) : std::string();
}

std::string World::block(const rpc::JsonValue& name) const {
    std::string text(name.raw());
    for (const auto& block : blocks_) {
        const auto& ref = block.header.ref;
        if (text == to_string(ref.hash) || '"' + text + '"' == quantity(ref.number))
            return test::FakeChain::json(block.header);
    }
    if (!text.starts_with("0x")) return test::FakeChain::json(head().header);
    return "null";
}

std::string World::logs(const rpc::JsonValue& filter) const {
    const std::string hash(filter.at("blockHash").value().raw());
    const auto topics = filter.member("topics");
    std::optional<rpc::JsonValue> first;
    if (topics) {
        const auto elements = topics->elements();
        if (elements && !elements->empty()) first = elements->front();
    }
    std::string out;
    for (const auto& block : blocks_) {
        if (to_string(block.header.ref.hash) != hash) continue;
        for (const auto& log : block.logs) {
            if (!holds(filter.member("address"), to_hex(log.address.view()))) continue;
            if (!log.topics.empty() && !holds(first, to_string(log.topics[0]))) continue;
            out += (out.empty() ? "" : ",") + test::FakeChain::json(log);
        }
    }
    return '[' + out + ']';
}

std::string World::fee_history(std::uint64_t count) const {
    std::string fees(kGwei);
    std::string ratios;
    std::string rewards;
    for (std::uint64_t i = 0; i < count; ++i) {
        fees += fmt::format(",{}", kGwei);
        ratios += i == 0 ? "0.5" : ",0.5";
        rewards += fmt::format("{}[{}]", i == 0 ? "" : ",", kGwei);
    }
    return fmt::format(R"({{"oldestBlock":{},"baseFeePerGas":[{}],"gasUsedRatio":[{}],"reward":[{}]}})",
                       quantity(head().header.ref.number + 1 - count), fees, ratios, rewards);
}

std::string World::receipt(const Hash32& transaction) const {
    const auto found = sent_.find(transaction);
    if (found == sent_.end() || found->second.included == 0) return "null";
    const Sent& sent = found->second;
    return fmt::format(
        R"({{"transactionHash":"{}","blockNumber":{},"blockHash":"{}","status":"0x1","gasUsed":"0x30d40",)"
        R"("effectiveGasPrice":"0x77359400","logs":[]}})",
        to_string(transaction), quantity(sent.included), to_string(sent.block));
}

std::string World::result(std::string_view method, const rpc::JsonValue& all) {
    const auto params = all.elements().value_or(std::vector<rpc::JsonValue>());
    if (method == "eth_call") return eth_call(params);
    if (method == "eth_chainId") return quantity(kChainId);
    if (method == "eth_subscribe") return "\"0xsub1\"";
    if (method == "eth_unsubscribe") return "true";
    if (method == "eth_blockNumber") return quantity(head().header.ref.number);
    if (method == "eth_getBlockByNumber" || method == "eth_getBlockByHash") return block(params.at(0));
    if (method == "eth_getLogs") return logs(params.at(0));
    if (method == "eth_getTransactionCount") return quantity(nonce(rpc::decode_node_address(params.at(0)).value()));
    if (method == "eth_getBalance") return "\"0x8ac7230489e80000\"";
    if (method == "eth_estimateGas") return "\"0x3d090\"";
    if (method == "eth_gasPrice" || method == "eth_maxPriorityFeePerGas") return std::string(kGwei);
    if (method == "eth_feeHistory") return fee_history(rpc::decode_u64(params.at(0)).value());
    if (method == "eth_getCode") {
        const bool multicall = rpc::decode_node_address(params.at(0)).value() == rpc::kMulticall3;
        return multicall ? quoted(Bytes(kMulticallCode, 0x5b)) : "\"0x\"";
    }
    if (method == "eth_sendRawTransaction") {
        return '"' + to_string(take_raw(rpc::decode_bytes(params.at(0)).value())) + '"';
    }
    if (method == "eth_getTransactionReceipt") return receipt(rpc::decode_hash(params.at(0)).value());
    return {};
}

std::string World::answer_one(const rpc::JsonValue& request) {
    const auto id = request.at("id").value().raw();
    const std::string text = result(request.at("method").value().raw(), request.at("params").value());
    if (!text.empty()) return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, text);
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":3,"message":"execution reverted","data":"0x"}}}})",
                       id);
}

std::string World::answer(const std::string& message) {
    const auto document = rpc::JsonDocument::parse(message).value();
    const auto root = document->root();
    if (root.kind() != rpc::JsonValue::Kind::Array) return answer_one(root);
    std::string out;
    const auto requests = root.elements().value();
    for (const auto& request : requests) out += (out.empty() ? "[" : ",") + answer_one(request);
    return out + ']';
}

}  // namespace plimsoll::bench
