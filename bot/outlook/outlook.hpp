// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "bot/outlook/course.hpp"
#include "bot/outlook/oracle_step.hpp"
#include "config/settings.hpp"
#include "strategies/planner.hpp"

namespace plimsoll::bot::outlook {

/// What would be done at one supposed price: the plan to be tried first, and why others are none.
struct Answer {
    std::uint32_t part{};  // by which the course has gone
    Wad health;            // without a rescue
    std::optional<strategies::Plan> plan;
    std::vector<strategies::NoPlan> refused;
    std::optional<lending::LiquidationCost> liquidation;  // what it would cost there
    /// The health factor here when a rescue at the trigger came first; absent where the trigger is not passed on the
    /// way.
    std::optional<Wad> after_rescue;
};

/// What will happen to a position when prices move, by the same planner that acts.
struct Outlook {
    lending::Position now;
    std::optional<Course> course;  // without debt there is none, nor anything below
    OracleStep step;
    std::optional<std::uint32_t> to_warn;  // parts until then; nullopt: never by this course alone
    std::optional<std::uint32_t> to_trigger;
    std::optional<std::uint32_t> to_liquidation;
    std::optional<Answer> at_trigger;
    std::vector<Answer> steps;
    Wad after_heartbeat;  // health factor when prices stay and only interest runs for the feed's heartbeat
    Wei fee_per_gas;      // expected now
    std::optional<BaseValue> coin_price;
};

/// 5, 10 and 20 %.
inline constexpr std::uint32_t kParts[] = {50'000, 100'000, 200'000};

/// `situation` as the engine told it of the newest block. Pools and references move along with the prices (see
/// moved_pools.hpp), offers do not count. `coin` is the chain's coin as a token.
Result<Outlook> outlook_of(const strategies::Situation& situation, const config::Position& position,
                           const std::optional<Address>& coin);

}  // namespace plimsoll::bot::outlook
