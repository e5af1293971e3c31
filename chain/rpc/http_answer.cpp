// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/http_answer.hpp"

#include <fmt/format.h>

namespace plimsoll::rpc {

namespace {

Error status_error(long status) {
    if (status == 401 || status == 403) return {Errc::Refused, fmt::format("HTTP {}: the service refuses us", status)};
    return {Errc::Io, fmt::format("HTTP {}", status)};
}

}  // namespace

Result<Answer> read_answer(HttpReply reply, RequestId id, std::string_view method) {
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

}  // namespace plimsoll::rpc
