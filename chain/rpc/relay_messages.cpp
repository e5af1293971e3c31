// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/relay_messages.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "chain/codec/keccak.hpp"
#include "chain/rpc/decode.hpp"
#include "chain/rpc/encode.hpp"
#include "chain/rpc/http_answer.hpp"
#include "chain/types/text_bytes.hpp"

namespace plimsoll::rpc {

namespace {

constexpr const char* kPrivate = "eth_sendPrivateTransaction";
constexpr const char* kBundle = "eth_sendBundle";
constexpr std::size_t kWordsMost = 100;  // characters of a relay's own that are repeated

/// RFC 9562, version 8: its bits are those of the hash.
std::string uuid_of(const Hash32& hash) {
    auto bytes = hash.bytes;
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x80U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
    const std::string hex = to_hex(ByteView(bytes).first(16)).substr(2);
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                       hex.substr(20));
}

/// A relay's word for something, as far as it may be shown.
std::string word(const std::optional<JsonValue>& value) {
    if (!value || value->kind() != JsonValue::Kind::String) return {};
    std::string out(value->raw().substr(0, kWordsMost));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
}

}  // namespace

Request private_transaction(const Submission& submission) {
    Request out;
    out.method = kPrivate;
    out.params = fmt::format(R"([{{"tx":"{}","maxBlockNumber":{},"preferences":{{"fast":true}}}}])",
                             to_hex(submission.raw), encode_quantity(submission.head + kPrivateBlocksMost));
    return out;
}

Request bundle(const Submission& submission) {
    Request out;
    out.method = kBundle;
    out.params = fmt::format(R"([{{"txs":["{}"],"blockNumber":{},"replacementUuid":"{}"}}])", to_hex(submission.raw),
                             encode_quantity(submission.head + 1), uuid_of(submission.first));
    return out;
}

Result<std::string> identity_header(const keys::PrivateKey& identity, std::string_view body) {
    const std::string digest = to_hex(keccak256(bytes_of(body)).view());
    const std::string message = fmt::format(
        "\x19"
        "Ethereum Signed Message:\n{}{}",
        digest.size(), digest);
    TRY(const auto signature, identity.sign(keccak256(bytes_of(message))));
    return fmt::format("X-Flashbots-Signature: {}:{}", to_checksum(identity.address()),
                       to_hex(keys::packed(signature)));
}

Result<void> read_taken(HttpReply reply, RequestId id, const Hash32& hash) {
    TRY(const auto answer, read_answer(std::move(reply), id, kPrivate));
    const auto theirs = decode_hash(answer.value());
    if (!theirs) return fail(theirs.error(), fmt::format("{}: the result", kPrivate));
    if (*theirs != hash)
        return fail(Errc::Mismatch,
                    fmt::format("it says that it took {} when given {}", to_hex(theirs->view()), to_hex(hash.view())));
    return {};
}

Result<void> read_bundle_taken(HttpReply reply, RequestId id) {
    TRY_VOID(read_answer(std::move(reply), id, kBundle));
    return {};
}

Result<RelayStatus> read_status(HttpReply reply, const Hash32& hash) {
    if (reply.status != 200) return fail(Errc::Io, fmt::format("status: HTTP {}", reply.status));
    constexpr JsonDocument::Limits kLimits{8, 1'000};
    TRY(const auto document, JsonDocument::parse(std::move(reply.body), kLimits));
    const JsonValue root = document->root();
    TRY(const auto said, root.at("hash"));
    TRY(const auto theirs, decode_hash(said));
    if (theirs != hash) return fail(Errc::Decode, "status: of another transaction");
    const std::string state = word(root.member("status"));
    const std::string trouble = word(root.member("simError"));
    RelayStatus out;
    if (state == "PENDING")
        out.state = RelayStatus::State::Pending;
    else if (state == "INCLUDED")
        out.state = RelayStatus::State::Included;
    else if (state == "FAILED" || state == "CANCELLED" || state == "UNKNOWN")
        out.state = RelayStatus::State::Lost;
    else
        return fail(Errc::Decode, fmt::format("status: \"{}\" is none that is known", state));
    out.fee_too_low = trouble.find("MaxFeePerGasTooLow") != std::string::npos;
    out.text = trouble.empty() ? state : fmt::format("{}, {}", state, trouble);
    return out;
}

}  // namespace plimsoll::rpc
