// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "chain/rpc/json.hpp"
#include "chain/types/bytes.hpp"
#include "chain/types/result.hpp"

/// JSON-RPC 2.0 messages: text out, typed answers in. No sockets, no clock.
namespace plimsoll::rpc {

using RequestId = std::uint64_t;

/// What matters less gives way where requests are scarce.
enum class Priority : std::uint8_t {
    Spare,   // can as well be left: a second copy of a question, a look at a node that is not followed
    Follow,  // heads, logs, state, audits
    Act,     // what a rescue asks once it is on its way
    Send,    // a transaction
};

struct Request {
    std::string method;
    std::string params = "[]";              // JSON text of an array
    std::chrono::milliseconds deadline{0};  // zero: the endpoint's own
    std::optional<Priority> priority = {};  // nothing: by its method
};

Priority priority_of(const Request& request);

/// Why a call has no result. `error` is what a person reads; the rest is what the node gave, for callers that go by it.
struct Failure {
    Error error;
    std::int64_t code{};  // JSON-RPC code, zero if the node did not answer
    Bytes revert_data;    // what the EVM returned with a revert, empty if the node does not tell
    /// The node itself turned the request away, whatever it was.
    enum class Turned : std::uint8_t { No, Limited, Denied };
    Turned turned = Turned::No;
    std::optional<std::chrono::milliseconds> retry_after = {};  // with Limited, where the node says so

    Failure() = default;
    Failure(Error e) : error(std::move(e)) {}  // NOLINT: implicit by design
};

/// A call's result or its failure.
using Outcome = tl::expected<Answer, Failure>;

inline tl::unexpected<Failure> failure(Errc code, std::string message) {
    return tl::unexpected<Failure>(Failure{Error{code, std::move(message)}});
}

std::string encode_request(RequestId id, const Request& request);

/// Whether a request whose connection was lost may be made again on the next one: reads only. A transaction is
/// re-driven by its journal, a subscription by its owner.
bool may_resend(std::string_view method);

/// {"code", "message", "data"} of a node as a Failure. `method` stands in the message. Errc::Reverted with the decoded
/// reason for a call the EVM reverted, Errc::NotFound where the node says that it lacks the block, else Errc::Rpc.
Failure decode_error(JsonValue error, std::string_view method);

/// One message from a node, taken apart.
struct Response {
    RequestId id{};
    std::uint32_t result = 0;  // node of the result, or zero
    std::uint32_t error = 0;   // node of the error, or zero; an error wins over a result
};
/// An error that names no call: the node could not read what it was sent.
struct Unattributed {
    std::uint32_t error = 0;
};
struct Notification {
    std::string_view subscription;
    std::uint32_t result = 0;
};
struct Malformed {
    std::string reason;
};
using Message = std::variant<Response, Unattributed, Notification, Malformed>;

/// The message at `value`: one object, of a batch or by itself.
Message decode_message(JsonValue value);

}  // namespace plimsoll::rpc
