// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bot/engine/output.hpp"

namespace plimsoll::engine {

/// Conditions that stand, so that one alert is not repeated every block: it is given when it appears or grows more
/// serious, and again after a while for as long as it lasts. At most one entry per kind and subject.
class AlertBook {
  public:
    explicit AlertBook(std::int64_t repeat_ms) : repeat_ms_(repeat_ms) {}

    void raise(Output& out, std::int64_t now, AlertLevel level, const std::string& kind, const std::string& subject,
               std::string text);
    /// The condition is over: says so if it was raised.
    void clear(Output& out, std::string_view kind, const std::string& subject, std::string_view text);
    /// The condition gave way to another one: nothing to say. False: it did not stand.
    bool forget(std::string_view kind, const std::string& subject);
    /// The wall clock was set back by so much: repetitions come in their time all the same.
    void clock_went_back(std::int64_t by);
    /// Something that happened once.
    static void tell(Output& out, AlertLevel level, std::string kind, std::string subject, std::string text);

  private:
    struct Entry {
        std::int64_t last_ms{};
        AlertLevel level{};
    };
    std::int64_t repeat_ms_;
    std::unordered_map<std::string, std::map<std::string, Entry, std::less<>>> standing_;  // by subject, then by kind
};

}  // namespace plimsoll::engine
