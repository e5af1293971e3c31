// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "bot/engine/journal_record.hpp"

namespace plimsoll::engine {

/// What the positions moved and paid in the last 24 hours: the sums that the owner's daily limits bound.
class Budget {
  public:
    static constexpr std::int64_t kWindowMs = 86'400'000;
    static constexpr std::size_t kKept = 10'000;  // per position; beyond, the oldest two are counted as one

    void add(const Spending& spending);
    /// What a clock that was ahead has dated later than `now` happened now at the latest.
    void not_after(std::int64_t now);
    BaseValue value(const std::string& position, std::int64_t now) const;
    Wei gas(const std::string& position, std::int64_t now) const;
    /// When debt of the position was last repaid. What was reverted does not count: failures have a bound of their own.
    std::optional<std::int64_t> last_action(const std::string& position) const;

  private:
    std::map<std::string, std::deque<Spending>> by_position_;
};

}  // namespace plimsoll::engine
