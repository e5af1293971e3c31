// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace plimsoll {

/// What arithmetic on chain integers can refuse. Cheap to return: used on hot paths.
enum class MathError : std::uint8_t { Overflow, Underflow, DivisionByZero };

std::string_view to_string(MathError error);

/// Result of exact integer arithmetic: a value, or the reason why the contract would have reverted.
template <class T>
using Math = tl::expected<T, MathError>;

enum class Errc : std::uint8_t {
    Math,         // overflow, underflow or division by zero where the value must exist
    Decode,       // bytes, text or JSON that do not have the promised form
    Range,        // well-formed but outside its bounds
    Unsupported,  // known and deliberately not handled
    Mismatch,     // two sources that must agree do not
    NotFound,
    Io,        // file, socket, database
    Timeout,   // a deadline passed; the outcome at the other side is unknown
    Rpc,       // the node answered with a JSON-RPC error
    Reverted,  // the EVM reverted; the message holds the decoded reason
    Refused,   // our own limits or safety rules said no
    Cancelled,
    Internal,
};

std::string_view to_string(Errc code);

/// A failure that a person may read: `message` names the place and, where there is one, the mend.
struct Error {
    Errc code{Errc::Internal};
    std::string message;

    Error() = default;
    Error(Errc c, std::string m) : code(c), message(std::move(m)) {}
    Error(MathError error) : code(Errc::Math), message(to_string(error)) {}  // NOLINT: implicit by design, see TRY
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  public:
    using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(Errc code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// Adds the place to an error on its way up: "context: message".
inline tl::unexpected<Error> fail(Error error, std::string_view context) {
    error.message.insert(0, std::string(context) + ": ");
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace plimsoll

#define PLIMSOLL_CAT_(a, b) a##b
#define PLIMSOLL_CAT(a, b) PLIMSOLL_CAT_(a, b)
#define PLIMSOLL_TRY_(tmp, ret, decl, ...)          \
    auto tmp = (__VA_ARGS__);                       \
    if (!tmp) [[unlikely]]                          \
        ret tl::unexpected(std::move(tmp).error()); \
    decl = *std::move(tmp)
#define PLIMSOLL_TRY_VOID_(tmp, ret, ...)            \
    if (auto tmp = (__VA_ARGS__); !tmp) [[unlikely]] \
    ret tl::unexpected(std::move(tmp).error())

/// TRY(auto x, f()): binds the value or returns the error upward; a Math error becomes an Error where needed.
#define TRY(decl, ...) PLIMSOLL_TRY_(PLIMSOLL_CAT(try_tmp_, __COUNTER__), return, decl, __VA_ARGS__)
#define TRY_VOID(...) PLIMSOLL_TRY_VOID_(PLIMSOLL_CAT(try_tmp_, __COUNTER__), return, __VA_ARGS__)
/// The same inside a coroutine. Build braced arguments on the line above (g++ 12, see tests/lint).
#define CO_TRY(decl, ...) PLIMSOLL_TRY_(PLIMSOLL_CAT(try_tmp_, __COUNTER__), co_return, decl, __VA_ARGS__)
#define CO_TRY_VOID(...) PLIMSOLL_TRY_VOID_(PLIMSOLL_CAT(try_tmp_, __COUNTER__), co_return, __VA_ARGS__)
