// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/sign_messages.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "chain/rpc/decode.hpp"
#include "chain/rpc/encode.hpp"

namespace plimsoll::rpc {

namespace {

constexpr const char* kSign = "eth_signTransaction";
constexpr const char* kAccounts = "eth_accounts";

Error status_error(long status) {
    if (status == 401 || status == 403) return {Errc::Refused, fmt::format("HTTP {}: the service refuses us", status)};
    return {Errc::Io, fmt::format("HTTP {}", status)};
}

/// An error of the service counts whatever the status; a result only with 200.
Result<Answer> answer_of(HttpReply reply, RequestId id, std::string_view method) {
    constexpr JsonDocument::Limits kLimits{8, 20'000};
    auto parsed = JsonDocument::parse(std::move(reply.body), kLimits);
    if (!parsed) {
        if (reply.status != 200) return tl::unexpected(status_error(reply.status));
        return fail(std::move(parsed).error(), "the answer is no JSON");
    }
    const auto& document = *parsed;
    const auto message = decode_message(document->root());
    if (const auto* lost = std::get_if<Unattributed>(&message))
        return tl::unexpected(decode_error(JsonValue(*document, lost->error), method).error);
    const auto* response = std::get_if<Response>(&message);
    if (response != nullptr && response->id != id) response = nullptr;
    if (response != nullptr && response->error != 0)
        return tl::unexpected(decode_error(JsonValue(*document, response->error), method).error);
    if (reply.status != 200) return tl::unexpected(status_error(reply.status));
    if (response == nullptr || response->result == 0)
        return fail(Errc::Decode, fmt::format("{}: what came is no answer to it", method));
    return Answer{document, response->result};
}

}  // namespace

Request sign_request(const tx::Eip1559& asked, const Address& from) {
    const tx::Message& m = asked.message;
    Request out;
    out.method = kSign;
    out.params.reserve(2 * m.data.size() + 512);
    out.params = fmt::format(R"([{{"from":"{}",)", to_hex(from.view()));
    if (m.to) out.params += fmt::format(R"("to":"{}",)", to_hex(m.to->view()));
    out.params +=
        fmt::format(R"("gas":{},"maxFeePerGas":"{}","maxPriorityFeePerGas":"{}","value":"{}","nonce":{},"chainId":{},)",
                    encode_quantity(m.gas_limit), to_hex_quantity(asked.max_fee.value),
                    to_hex_quantity(asked.max_priority_fee.value), to_hex_quantity(m.value.value),
                    encode_quantity(m.nonce), encode_quantity(asked.chain_id));
    out.params += fmt::format(R"("data":"{}"}}])", to_hex(m.data));
    return out;
}

Result<tx::SignedTransaction> read_signed(HttpReply reply, RequestId id, const tx::Eip1559& asked,
                                          const Address& from) {
    TRY(const auto answer, answer_of(std::move(reply), id, kSign));
    const auto raw = decode_bytes(answer.value());
    if (!raw) return fail(raw.error(), fmt::format("{}: the result", kSign));
    auto out = tx::prove_signed(asked, from, *raw);
    if (!out) return fail(std::move(out).error(), "the service did not sign what was asked");
    return out;
}

Result<void> read_accounts(HttpReply reply, RequestId id, const Address& address) {
    TRY(const auto answer, answer_of(std::move(reply), id, kAccounts));
    const auto list = answer.value().elements();
    if (!list) return fail(list.error(), fmt::format("{}: the result", kAccounts));
    for (const auto& item : *list) {
        const auto one = decode_node_address(item);
        if (!one) return fail(one.error(), fmt::format("{}: the result", kAccounts));
        if (*one == address) return {};
    }
    return fail(Errc::NotFound, fmt::format("it has no key of {}, but {} others", to_string(address), list->size()));
}

}  // namespace plimsoll::rpc
