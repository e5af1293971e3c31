// SPDX-License-Identifier: Apache-2.0
// A message from a node, taken apart, and its error in words.
#include "chain/rpc/jsonrpc.hpp"

#include <algorithm>

#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;
using rpc::JsonValue;

namespace {

void check_error(const rpc::JsonDocument& document, std::uint32_t node) {
    for (const auto* method : {"eth_call", "eth_sendRawTransaction"}) {
        const auto failure = rpc::decode_error(JsonValue(document, node), method);
        const auto& text = failure.error.message;
        require(text.starts_with(method) && text.size() <= 2048, "a bounded text with the method's name");
        require(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<std::uint8_t>(c) < 0x20; }),
                "without control characters");
    }
}

void check_message(const rpc::JsonDocument& document, JsonValue value) {
    const auto message = rpc::decode_message(value);
    const auto inside = [&](std::uint32_t node) {
        const auto raw = JsonValue(document, node).raw();
        require(raw.data() >= value.raw().data() && raw.data() <= value.raw().data() + value.raw().size(),
                "parts of a message are inside it");
    };
    if (const auto* response = std::get_if<rpc::Response>(&message)) {
        if (response->result != 0) inside(response->result);
        if (response->error != 0) inside(response->error), check_error(document, response->error);
    } else if (const auto* stray = std::get_if<rpc::Unattributed>(&message)) {
        inside(stray->error);
        check_error(document, stray->error);
    } else if (const auto* notification = std::get_if<rpc::Notification>(&message)) {
        inside(notification->result);
    } else {
        require(!std::get<rpc::Malformed>(message).reason.empty(), "a reason");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string text(fuzz::text_of({data, size}));
    std::string quoted;
    rpc::append_quoted(quoted, text);
    const auto back = rpc::JsonDocument::parse(quoted);
    if (back) {
        const auto contents = (*back)->root().unescaped();
        require(contents && *contents == text, "a quoted text reads as the text");
    }
    const auto document = rpc::JsonDocument::parse(std::move(text));
    if (!document) return 0;
    require(back.has_value(), "JSON is UTF-8, so it can be quoted");
    check_message(**document, (*document)->root());
    check_error(**document, 0);
    const auto batch = (*document)->root().elements();
    for (std::size_t i = 0; batch && i < std::min<std::size_t>(batch->size(), 64); ++i)
        check_message(**document, (*batch)[i]);
    return 0;
}
