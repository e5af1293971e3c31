// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bot/engine/command.hpp"

/// What is open, who was told of it, and what still waits to be told: for those who look. Times are unix milliseconds.
namespace plimsoll::bot::notify {

enum class Use : std::uint8_t { Always, Escalation, Backup };
std::string_view to_string(Use use);

/// How far one channel has come with one alert.
struct AlertWay {
    std::string channel;  // the lane: "phone", or "phone/123" where it has several chats
    Use use{};
    std::int64_t due_ms{};   // it is told then, unless it ends or somebody acknowledges it; 0: nothing waits
    std::int64_t told_ms{};  // when it was last told; 0: not yet

    bool operator==(const AlertWay&) const = default;
};

/// A condition that lasts, or what lately happened and is more than news.
struct OpenAlert {
    std::string id;   // of the key: eight hex digits, the same in every process
    std::string key;  // "plimsoll/<instance>/<position>/<kind>"
    engine::AlertLevel level{};
    std::string kind;
    std::string position;  // or a wallet, a channel, or empty
    std::int64_t since_ms{};
    std::string acknowledged_by;  // empty: nobody
    std::string text;             // its first line
    bool event{};                 // it happened, and does not last
    std::vector<AlertWay> ways;

    bool operator==(const OpenAlert&) const = default;
};

/// A message that no channel has taken yet.
struct WaitingMessage {
    std::string channel;
    engine::AlertLevel level{};
    std::string kind;
    std::string position;
    bool resolved{};
    std::int64_t raised_ms{};
    std::int64_t due_ms{};  // not before; the past: with the channel's next try
    std::uint32_t tries{};
    std::string note;  // why it was not taken

    bool operator==(const WaitingMessage&) const = default;
};

struct ChannelState {
    std::string name;  // the lane
    std::size_t waiting{};
    std::uint32_t failures{};  // in a row
    std::int64_t failing_since_ms{};
    std::string why;               // of the last failure
    std::int64_t last_taken_ms{};  // of this life or, by the journal, of one before; 0: never

    bool operator==(const ChannelState&) const = default;
};

struct AlertsNow {
    static constexpr std::size_t kShown = 200;  // of each list

    std::vector<OpenAlert> open;  // the gravest first, then the oldest
    std::size_t open_total{};
    std::vector<WaitingMessage> waiting;  // the next first
    std::size_t waiting_total{};
    std::vector<ChannelState> channels;

    bool operator==(const AlertsNow&) const = default;
};

/// Eight hex digits of the key's hash.
std::string alert_id(std::string_view key);
/// The first line of its text, bounded.
std::string said_of(const engine::Alert& alert);
OpenAlert opened(const std::string& key, const engine::Alert& alert, std::int64_t since_ms);

}  // namespace plimsoll::bot::notify
