// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "chain/types/result.hpp"

namespace plimsoll::rpc {

/// Where a node is reached. API keys stand in user info, path and query: print only shown().
struct Url {
    enum class Scheme : std::uint8_t { Ws, Wss, Http, Https };
    Scheme scheme{};
    std::string user_info;  // "name:password" as written, empty for none
    std::string host;       // without the brackets of an IPv6 address
    std::string port;       // as written, or the scheme's own
    std::string target;     // path and query, at least "/"

    /// Errc::Decode says what is wrong without repeating the text, which may hold a key.
    static Result<Url> parse(std::string_view text);

    bool is_socket() const { return scheme == Scheme::Ws || scheme == Scheme::Wss; }
    bool is_tls() const { return scheme == Scheme::Wss || scheme == Scheme::Https; }
    std::string authority() const;  // "host:port", the port only if it is not the scheme's own
    std::string shown() const;      // "wss://host:port" and, if there is more, "/…"
    std::string full() const;       // without user info
    /// Value of the Authorization header (RFC 7617), empty without user info.
    std::string basic_authorization() const;
};

}  // namespace plimsoll::rpc
