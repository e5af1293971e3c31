// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bot/engine/command.hpp"

namespace plimsoll::bot {

/// Groups alerts of one kind that come all at once. Each kind has its own measure, so that a thousand warnings never
/// keep an incident's alarm back; what is kept back is told soon, in one alert that counts and names.
class AlertStorm {
  public:
    static constexpr std::size_t kAlone = 10;          // of a kind are told one by one ...
    static constexpr std::int64_t kWindowMs = 10'000;  // ... within this time
    static constexpr std::int64_t kHoldMs = 2'000;     // then they are kept for this long and told together
    static constexpr std::size_t kNamed = 20;          // subjects named in one alert

    /// True: tell it by itself. False: it is kept, and due() will tell of it.
    bool passes(const std::string& chain, const engine::Alert& alert, std::int64_t now);

    struct Group {
        std::string chain;
        engine::Alert alert;
    };
    /// What has been kept long enough.
    std::vector<Group> due(std::int64_t now);

  private:
    struct Key {
        std::string chain;
        std::string kind;
        engine::AlertLevel level{};
        bool resolved{};
        auto operator<=>(const Key&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads it
    };
    struct Burst {
        std::int64_t since_ms{};
        std::size_t told = 0;
        std::int64_t held_since_ms{};
        std::size_t held = 0;
        std::vector<std::string> subjects;
        std::string text;  // of the newest one kept
    };
    std::map<Key, Burst> bursts_;  // as many as there are kinds
};

}  // namespace plimsoll::bot
