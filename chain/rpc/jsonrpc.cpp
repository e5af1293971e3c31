// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/jsonrpc.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "chain/codec/revert.hpp"

namespace plimsoll::rpc {

namespace {

constexpr std::size_t kNodeTextMax = 512;

/// A node's words for our messages: bounded, and without control characters that could forge a log line.
std::string tame(std::string text) {
    if (text.size() > kNodeTextMax) {
        std::size_t end = kNodeTextMax;
        while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xc0U) == 0x80U) --end;
        text.resize(end);
        text += "…";
    }
    for (char& c : text) {
        if (static_cast<std::uint8_t>(c) < 0x20 || c == '\x7f') c = ' ';
    }
    return text;
}

bool contains_any(std::string_view text, std::span<const std::string_view> words) {
    for (const auto word : words) {
        if (text.find(word) != std::string_view::npos) return true;
    }
    return false;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

/// geth, reth and anvil give the bare hex; Nethermind and OpenEthereum prefix "Reverted "; some wrap it once more.
Bytes revert_data_of(JsonValue error) {
    auto data = error.member("data");
    for (int depth = 0; depth < 3 && data && data->kind() == JsonValue::Kind::Object; ++depth)
        data = data->member("data");
    if (!data) return {};
    const auto text = data->text();
    if (!text) return {};
    const auto start = text->find("0x");
    if (start == std::string_view::npos || (start != 0 && !text->starts_with("Reverted "))) return {};
    return from_hex(text->substr(start)).value_or(Bytes{});
}

constexpr std::array<std::string_view, 2> kRevertWords = {"execution reverted",
                                                          "vm exception while processing transaction: revert"};
constexpr std::array<std::string_view, 7> kMissingBlock = {"header not found",       "unknown block",
                                                           "block not found",        "header for hash not found",
                                                           "block is not available", "hash is not currently canonical",
                                                           "could not find block"};

/// Infura and Alchemy give -32005, some -32029, some the HTTP status as code. -32005 is also said of an answer that
/// would be too long, which is no wish to be spared.
bool is_limited(std::int64_t code, std::string_view words) {
    constexpr std::array<std::string_view, 4> kTooLong = {"query returned", "block range", "results", "response size"};
    constexpr std::array<std::string_view, 4> kSpare = {"rate limit", "too many requests", "request limit",
                                                        "compute units per second"};
    if (contains_any(words, kTooLong)) return false;
    return code == -32005 || code == -32029 || code == 429 || contains_any(words, kSpare);
}

std::optional<RequestId> id_of(JsonValue value) {
    if (value.kind() != JsonValue::Kind::Number) return std::nullopt;
    const auto raw = value.raw();
    RequestId out = 0;
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), out);
    if (error != std::errc{} || end != raw.data() + raw.size()) return std::nullopt;
    return out;
}

}  // namespace

std::string encode_request(RequestId id, const Request& request) {
    std::string out;
    out.reserve(request.params.size() + request.method.size() + 64);
    out += R"({"jsonrpc":"2.0","id":)";
    out += std::to_string(id);
    out += R"(,"method":)";
    append_quoted(out, request.method);
    out += R"(,"params":)";
    out += request.params;
    out += '}';
    return out;
}

bool may_resend(std::string_view method) {
    constexpr std::array<std::string_view, 9> kReads = {
        "eth_call",       "eth_chainId",  "eth_blockNumber",          "eth_estimateGas",
        "eth_feeHistory", "eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_syncing",
        "net_version"};
    if (method.starts_with("eth_get")) return true;
    for (const auto read : kReads) {
        if (method == read) return true;
    }
    return false;
}

Priority priority_of(const Request& request) {
    if (request.priority) return *request.priority;
    const auto& method = request.method;
    if (method.starts_with("eth_send")) return Priority::Send;
    constexpr std::array<std::string_view, 6> kActing = {
        "eth_feeHistory",          "eth_estimateGas", "eth_getTransactionReceipt",
        "eth_getTransactionCount", "eth_getBalance",  "eth_getCode"};
    const bool acting = std::find(kActing.begin(), kActing.end(), method) != kActing.end();
    return acting ? Priority::Act : Priority::Follow;
}

Failure decode_error(JsonValue error, std::string_view method) {
    Failure out;
    if (error.kind() != JsonValue::Kind::Object) {
        out.error = {Errc::Decode, fmt::format("{}: the node's error is no object", method)};
        return out;
    }
    if (const auto code = error.member("code"); code && code->kind() == JsonValue::Kind::Number) {
        const auto raw = code->raw();
        std::from_chars(raw.data(), raw.data() + raw.size(), out.code);
    }
    std::string text;
    if (const auto message = error.member("message")) text = tame(message->unescaped().value_or(std::string{}));
    const std::string words = lower(text);
    if (is_limited(out.code, words)) out.turned = Failure::Turned::Limited;
    // What a node says of a transaction is classified by who sends it: its text stays as it is.
    if (method == "eth_sendRawTransaction") {
        out.error = {Errc::Rpc, fmt::format("{}: node error {}: {}", method, out.code, text)};
        return out;
    }
    out.revert_data = revert_data_of(error);
    if (out.code == 3 || !out.revert_data.empty() || contains_any(words, kRevertWords)) {
        const std::string reason = out.revert_data.empty() ? text : abi::revert_text(out.revert_data);
        out.error = {Errc::Reverted, fmt::format("{}: reverted: {}", method, reason)};
    } else {
        const Errc kind = contains_any(words, kMissingBlock) ? Errc::NotFound : Errc::Rpc;
        out.error = {kind, fmt::format("{}: node error {}: {}", method, out.code, text)};
    }
    return out;
}

Message decode_message(JsonValue value) {
    if (value.kind() != JsonValue::Kind::Object) return Malformed{"the message is no object"};
    if (const auto method = value.member("method")) {
        if (method->kind() != JsonValue::Kind::String || method->raw() != "eth_subscription")
            return Malformed{"a request from the node"};
        const auto params = value.member("params");
        const auto subscription = params ? params->member("subscription") : std::nullopt;
        const auto result = params ? params->member("result") : std::nullopt;
        if (!subscription || !result || !subscription->text()) return Malformed{"a notification without its parts"};
        return Notification{*subscription->text(), result->node()};
    }
    const auto id = value.member("id");
    const auto error = value.member("error");
    const auto result = value.member("result");
    const bool failed = error && !error->is_null();
    if (!id || id->is_null()) {
        if (failed) return Unattributed{error->node()};
        return Malformed{"an answer without an id"};
    }
    const auto number = id_of(*id);
    if (!number) return Malformed{"an answer with a foreign id"};
    return Response{*number, result ? result->node() : 0, failed ? error->node() : 0};
}

}  // namespace plimsoll::rpc
