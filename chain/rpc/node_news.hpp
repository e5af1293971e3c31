// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace plimsoll::rpc {

/// What is found out about one node besides its answers.
struct NodeNews {
    enum class Kind : std::uint8_t {
        Lied,     // it told what cannot be true
        Odd,      // what it tells cannot be checked
        Limited,  // it asks for fewer requests
        Denied,   // it refuses the credentials
        Differ,   // it and others do not say the same of one block
        Budget,   // the owner's budget of requests to it runs out
        Final,    // blocks that were final are replaced
    };
    Kind kind{};
    std::string text;
    std::chrono::milliseconds rest{0};  // so long it is better not asked
};

/// An endpoint that lied is asked last for so long.
inline constexpr std::chrono::minutes kRestOfLiar{10};

std::string_view to_string(NodeNews::Kind kind);

using TellNews = std::function<void(NodeNews)>;

}  // namespace plimsoll::rpc
