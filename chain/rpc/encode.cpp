// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/encode.hpp"

#include <fmt/format.h>

namespace plimsoll::rpc {

namespace {

std::string_view tag_text(BlockId::Tag tag) {
    switch (tag) {
        case BlockId::Tag::Latest:
            return "latest";
        case BlockId::Tag::Pending:
            return "pending";
        case BlockId::Tag::Safe:
            return "safe";
        case BlockId::Tag::Finalized:
            return "finalized";
    }
    return "latest";
}

template <class List>
std::string quoted_list(const List& items) {
    std::string out = "[";
    for (const auto& item : items) {
        if (out.size() > 1) out += ',';
        out += '"';
        out += to_hex(item.view());
        out += '"';
    }
    return out + ']';
}

std::string selection(const LogFilter& filter) {
    std::string out;
    if (!filter.addresses.empty()) out += ",\"address\":" + quoted_list(filter.addresses);
    if (!filter.topics0.empty()) out += ",\"topics\":[" + quoted_list(filter.topics0) + ']';
    return out;
}

}  // namespace

std::string encode_quantity(std::uint64_t value) {
    return fmt::format("\"0x{:x}\"", value);
}

std::string encode_block(const BlockId& block) {
    if (const auto* tag = std::get_if<BlockId::Tag>(&block.value)) return fmt::format("\"{}\"", tag_text(*tag));
    if (const auto* number = std::get_if<BlockNumber>(&block.value)) return encode_quantity(*number);
    return fmt::format(R"({{"blockHash":"{}","requireCanonical":true}})", to_hex(std::get<Hash32>(block.value).view()));
}

std::string encode_call(const CallRequest& request) {
    std::string out = "{";
    if (request.from) out += fmt::format(R"("from":"{}",)", to_hex(request.from->view()));
    out += fmt::format(R"("to":"{}","data":"{}")", to_hex(request.to.view()), to_hex(request.data));
    if (request.gas) out += ",\"gas\":" + encode_quantity(*request.gas);
    if (!request.value.is_zero()) out += fmt::format(R"(,"value":"{}")", to_hex_quantity(request.value.value));
    return out + '}';
}

std::string encode_call_params(const CallRequest& request, const BlockId& block) {
    std::string out = "[" + encode_call(request) + ',' + encode_block(block);
    if (request.code_override) {
        const auto& [address, code] = *request.code_override;
        out += fmt::format(R"(,{{"{}":{{"code":"{}"}}}})", to_hex(address.view()), to_hex(code));
    }
    if (request.block_time)
        out += fmt::format(R"({},{{"time":{}}})", request.code_override ? "" : ",{}",
                           encode_quantity(*request.block_time));
    return out + ']';
}

std::string encode_filter(const LogFilter& filter, const Hash32& block) {
    return fmt::format(R"([{{"blockHash":"{}"{}}}])", to_hex(block.view()), selection(filter));
}

std::string encode_filter(const LogFilter& filter, BlockNumber from, BlockNumber to) {
    return fmt::format(R"([{{"fromBlock":{},"toBlock":{}{}}}])", encode_quantity(from), encode_quantity(to),
                       selection(filter));
}

}  // namespace plimsoll::rpc
