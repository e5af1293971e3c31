// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_chain.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "chain/feed/bloom.hpp"
#include "chain/rpc/header_check.hpp"

namespace plimsoll::test {

namespace {

Hash32 hash_in(std::string_view text) {
    return Hash32::parse(text).value();
}

bool holds(const std::optional<rpc::JsonValue>& list, const std::string& value) {
    if (!list) return true;
    const auto elements = list->elements();
    return elements &&
           std::any_of(elements->begin(), elements->end(), [&](auto element) { return element.raw() == value; });
}

}  // namespace

Hash32 FakeChain::hash(char branch, BlockNumber number) {
    Hash32 out;
    out.bytes[0] = static_cast<std::uint8_t>(branch);
    for (std::size_t i = 0; i < 8; ++i) out.bytes[31 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return out;
}

rpc::Header FakeChain::add(char branch, std::vector<Log> logs) {
    return add_above(head_, branch, std::move(logs));
}

rpc::Header FakeChain::add_above(const Hash32& parent, char branch, std::vector<Log> logs) {
    Block block;
    auto& ref = block.header.ref;
    const auto below = blocks_.find(parent);
    ref.number = below == blocks_.end() ? 1 : below->second.header.ref.number + 1;
    ref.hash = hash(branch, ref.number);
    ref.parent = parent;
    ref.timestamp = genesis_time + ref.number * seconds_per_block;
    ref.base_fee = Wei{U256{1'000'000'000}};
    block.header.gas_limit = 30'000'000;
    block.header.gas_used = logs.empty() ? 0 : 100'000;
    block.header.logs_bloom = feed::bloom_of(logs);
    if (sealed) ref.hash = rpc::header_hash(rpc::JsonDocument::parse(json(block.header)).value()->root()).value();
    for (std::size_t i = 0; i < logs.size(); ++i) {
        logs[i].block_number = ref.number;
        logs[i].block_hash = ref.hash;
        logs[i].log_index = static_cast<std::uint32_t>(i);
    }
    block.logs = std::move(logs);
    head_ = ref.hash;
    const auto header = block.header;
    blocks_[head_] = std::move(block);
    return header;
}

std::string FakeChain::json(const rpc::Header& header) {
    const auto& ref = header.ref;
    return fmt::format(
        R"({{"number":"0x{:x}","hash":"{}","parentHash":"{}","timestamp":"0x{:x}","baseFeePerGas":"{}","logsBloom":"{}",)"
        R"("gasUsed":"0x{:x}","gasLimit":"0x{:x}","extraData":"0x","sha3Uncles":"{}","miner":"{}","stateRoot":"{}",)"
        R"("transactionsRoot":"{}","receiptsRoot":"{}","difficulty":"0x0","mixHash":"{}","nonce":"0x0000000000000000"}})",
        ref.number, to_string(ref.hash), to_string(ref.parent), ref.timestamp, to_hex_quantity(ref.base_fee.value),
        to_hex(header.logs_bloom), header.gas_used, header.gas_limit, to_string(Hash32{}), to_hex(Address{}.view()),
        to_string(Hash32{}), to_string(Hash32{}), to_string(Hash32{}), to_string(Hash32{}));
}

std::string FakeChain::json(const Log& log) {
    std::string topics;
    for (const auto& topic : log.topics) topics += (topics.empty() ? "\"" : ",\"") + to_string(topic) + '"';
    return fmt::format(
        R"({{"address":"{}","topics":[{}],"data":"{}","blockNumber":"0x{:x}","blockHash":"{}","transactionHash":"{}",)"
        R"("transactionIndex":"0x{:x}","logIndex":"0x{:x}","removed":false}})",
        to_hex(log.address.view()), topics, to_hex(log.data), log.block_number, to_string(log.block_hash),
        to_string(log.transaction_hash), log.transaction_index, log.log_index);
}

std::string FakeChain::announcement(std::string_view subscription) const {
    return fmt::format(
        R"({{"jsonrpc":"2.0","method":"eth_subscription","params":{{"subscription":"{}","result":{}}}}})", subscription,
        json(head()));
}

std::string FakeChain::result_of(const std::string& method, const rpc::JsonValue& params) {
    const auto arguments = params.elements().value();
    if (method == "eth_chainId") return fmt::format("\"0x{:x}\"", chain_id);
    if (method == "eth_subscribe") return subscribes ? "\"0xsub1\"" : "";
    if (method == "eth_unsubscribe") return "true";
    if (method == "eth_getBlockByNumber") return json(head());
    if (method == "eth_getBlockByHash") {
        const auto found = blocks_.find(hash_in(arguments.at(0).raw()));
        return found == blocks_.end() ? "null" : json(found->second.header);
    }
    if (method != "eth_getLogs") return "";
    const auto filter = arguments.at(0);
    const auto found = blocks_.find(hash_in(filter.at("blockHash").value().raw()));
    if (found == blocks_.end()) return "";
    const auto topics = filter.member("topics");
    const auto topics0 = topics ? std::optional(topics->elements().value().at(0)) : std::nullopt;
    std::string out;
    for (const auto& log : found->second.logs) {
        if (!holds(filter.member("address"), to_hex(log.address.view()))) continue;
        if (!holds(topics0, to_string(log.topics.at(0)))) continue;
        out += (out.empty() ? "" : ",") + json(log);
    }
    return '[' + out + ']';
}

std::string FakeChain::answer(const rpc::JsonValue& request) {
    const std::string method(request.at("method").value().raw());
    const auto id = request.at("id").value().raw();
    const auto params = request.at("params").value();
    ++calls[method];
    const std::string error = error_instead ? error_instead(method, std::string(params.raw())) : "";
    if (!error.empty()) return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{}}})", id, error);
    std::string result = answer_instead ? answer_instead(method, std::string(params.raw())) : "";
    if (result.empty()) result = result_of(method, params);
    if (!result.empty()) return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, result);
    const std::string_view why = method == "eth_getLogs" ? R"({"code":-32000,"message":"unknown block"})"
                                                         : R"({"code":-32601,"message":"the method does not exist"})";
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{}}})", id, why);
}

std::vector<Reaction> FakeChain::react(const std::string& message) {
    const auto document = rpc::JsonDocument::parse(message).value();
    const auto root = document->root();
    Reaction out;
    if (root.kind() == rpc::JsonValue::Kind::Array) {
        const auto requests = root.elements().value();
        for (const auto& request : requests) out.text += (out.text.empty() ? "[" : ",") + answer(request);
        out.text += ']';
    } else {
        out.text = answer(root);
    }
    return std::vector<Reaction>(1, out);
}

Log make_log(const Address& address, const Hash32& topic, Bytes data) {
    Log out;
    out.address = address;
    out.topics.push_back(topic);
    out.data = std::move(data);
    return out;
}

}  // namespace plimsoll::test
