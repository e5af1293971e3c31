// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bot/http_server.hpp"
#include "chain/types/bytes.hpp"

namespace plimsoll::console {

/// Who may read and who may act. The token travels in `Authorization: Bearer ...` and nowhere else: a browser adds that
/// to no request by itself, so no page of another site can ask for anything in the operator's name. Beside that,
/// requests that a browser marks as another site's are refused.
class Gate {
  public:
    static constexpr std::size_t kTokenLeast = 16;
    static constexpr std::size_t kTokenMost = 256;
    static constexpr std::uint32_t kFailures = 10;  // wrong tokens of one peer in kWindowMs; then it waits
    static constexpr std::int64_t kWindowMs = 60'000;
    static constexpr std::size_t kPeers = 256;  // remembered; the one that failed longest ago gives way

    /// Only the token's digest is kept. Errc::Range when it is too short, too long, or has other than printable
    /// characters.
    static Result<Gate> make(std::optional<std::string_view> token, std::function<std::int64_t()> now_ms);

    bool has_token() const { return digest_.has_value(); }
    /// The answer to who may not read; nullopt: he may.
    std::optional<http::Response> refuse(const http::Request& request);
    /// The same for what changes something: it needs a token to be configured, JSON, and the page's own origin.
    std::optional<http::Response> refuse_act(const http::Request& request);

  private:
    struct Failures {
        std::uint32_t count{};
        std::int64_t since_ms{};
    };
    Gate(std::optional<Hash32> digest, std::function<std::int64_t()> now_ms);
    bool waits(const std::string& peer);
    void failed(const std::string& peer);

    std::optional<Hash32> digest_;
    std::function<std::int64_t()> now_ms_;
    std::map<std::string, Failures> failures_;
};

/// An answer that the page understands: {"error": text}.
http::Response refusal(unsigned status, std::string_view text);

}  // namespace plimsoll::console
