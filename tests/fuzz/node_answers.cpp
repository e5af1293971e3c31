// SPDX-License-Identifier: Apache-2.0
// Headers, logs, receipts and fee histories as nodes answer them: a letter that says which, then JSON. What is read,
// written as a node would, reads the same.
#include <fmt/format.h>

#include "chain/feed/bloom.hpp"
#include "chain/rpc/decode.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;
using rpc::JsonDocument;

namespace {

std::string quantity(std::uint64_t value) {
    return fmt::format("\"{:#x}\"", value);
}

std::string text_of(const Log& log) {
    std::string topics;
    for (const auto& topic : log.topics) topics += fmt::format("{}\"{}\"", topics.empty() ? "" : ",", to_string(topic));
    return fmt::format(
        R"({{"address":"{}","topics":[{}],"data":"{}","blockNumber":{},"blockHash":"{}","transactionHash":"{}",)"
        R"("transactionIndex":{},"logIndex":{},"removed":{}}})",
        to_hex(log.address.view()), topics, to_hex(log.data), quantity(log.block_number), to_string(log.block_hash),
        to_string(log.transaction_hash), quantity(log.transaction_index), quantity(log.log_index), log.removed);
}

std::string text_of(const rpc::Header& header) {
    return fmt::format(
        R"({{"number":{},"hash":"{}","parentHash":"{}","timestamp":{},"baseFeePerGas":"{}","logsBloom":"{}",)"
        R"("gasUsed":{},"gasLimit":{}}})",
        quantity(header.ref.number), to_string(header.ref.hash), to_string(header.ref.parent),
        quantity(header.ref.timestamp), to_hex_quantity(header.ref.base_fee.value), to_hex(header.logs_bloom),
        quantity(header.gas_used), quantity(header.gas_limit));
}

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

template <class T>
void check(const Result<T>& read) {
    if (read) return;
    require(read.error().code == Errc::Decode && !read.error().message.empty(), "Decode with a reason");
}

void check_logs(const std::vector<Log>& logs) {
    const LogFilter all;
    if (logs.empty()) return;
    const auto& first = logs.front();
    const auto verdict = rpc::check_logs_of_block(logs, all, first.block_hash);
    require(verdict || verdict.error().code == Errc::Mismatch, "only Mismatch");
    for (const auto& log : logs) require(!verdict || log.block_hash == first.block_hash, "of that block");
    // A header with exactly these logs may match a filter for any of them.
    feed::Bloom bloom{};
    const auto add = [&](ByteView value) {
        for (const auto bit : feed::BloomBits::of(value).bits)
            bloom[255U - bit / 8U] = static_cast<std::uint8_t>(bloom[255U - bit / 8U] | 1U << (bit % 8U));
    };
    for (const auto& log : logs) {
        add(log.address.view());
        for (const auto& topic : log.topics) add(topic.view());
    }
    for (const auto& log : logs) {
        LogFilter filter{{log.address}, {}};
        if (!log.topics.empty()) filter.topics0 = {log.topics.front()};
        require(feed::BloomTest(filter).may_match(bloom), "a bloom filter never says no to what is there");
    }
}

void check_header(rpc::JsonValue value) {
    const auto header = rpc::decode_header(value);
    check(header);
    if (!header) return;
    const auto again = JsonDocument::parse(text_of(*header));
    require(again.has_value(), "a header is JSON");
    const auto same = rpc::decode_header((*again)->root());
    require(same && *same == *header, "a header, written, reads the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto which = input.byte();
    const auto document = JsonDocument::parse(std::string(input.rest_text()), {32, 5'000});
    if (!document) return 0;
    const auto root = (*document)->root();
    switch (which) {
        case 'h':
            check_header(root);
            break;
        case 'l': {
            const auto logs = rpc::decode_logs(root);
            check(logs);
            if (!logs) break;
            check_logs(*logs);
            for (const auto& log : *logs) {
                const auto again = JsonDocument::parse(text_of(log));
                require(again.has_value(), "a log is JSON");
                const auto same = rpc::decode_log((*again)->root());
                require(same && *same == log, "a log, written, reads the same");
            }
            break;
        }
        case 'r': {
            const auto receipt = rpc::decode_receipt(root);
            check(receipt);
            if (receipt && *receipt) check_logs((*receipt)->logs);
            break;
        }
        case 'f':
            check(rpc::decode_fee_history(root));
            break;
        default: {
            const auto wide = rpc::decode_u256(root);
            check(wide);
            const auto narrow = rpc::decode_u64(root);
            require(narrow.has_value() == (wide && wide->fits_u64()), "64 bits are read where they suffice");
            if (wide) require(to_hex_quantity(*wide) == lowered(root.raw()), "one text for one quantity");
            check(rpc::decode_bytes(root));
            check(rpc::decode_hash(root));
            check(rpc::decode_node_address(root));
        }
    }
    return 0;
}
