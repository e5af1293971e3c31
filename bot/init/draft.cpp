// SPDX-License-Identifier: Apache-2.0
#include "bot/init/draft.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "bot/outlook/oracle_step.hpp"

namespace plimsoll::bot::init {

namespace {

std::string unused_name(const Draft& draft, const std::string& wanted) {
    std::string name = wanted;
    for (int n = 2;; ++n) {
        const bool taken = std::any_of(draft.positions.begin(), draft.positions.end(),
                                       [&](const DraftPosition& position) { return position.name == name; });
        if (!taken) return name;
        name = fmt::format("{}-{}", wanted, n);
    }
}

}  // namespace

Result<DraftPosition> draft_position(const Draft& draft, const std::string& chain, Found found, Wad trigger,
                                     Wad target) {
    DraftPosition out;
    out.chain = chain;
    const auto& account = found.position.account;
    for (std::size_t i = 0; i < draft.wallets.size(); ++i) {
        if (draft.wallets[i].address == account) out.wallet = i;
    }
    out.name = unused_name(draft, draft.wallets[out.wallet].name + "-" + found.market.name);
    TRY(out.course, outlook::course_of(*found.state, found.position));
    const auto step = outlook::worst_step(*found.state, out.course);
    out.levels = propose(found.position.summary.health_factor, 2 * step.bps);
    out.found = std::move(found);
    TRY_VOID(relevel(out, trigger, target));
    return out;
}

Result<void> relevel(DraftPosition& position, Wad trigger, Wad target) {
    const auto& [market, known, state, view] = position.found;
    position.levels = around(position.levels, trigger, target);
    position.chosen = !trigger.is_zero() || !target.is_zero();
    if (!position.course) return {};
    const auto& course = *position.course;
    TRY(position.to_trigger, outlook::part_to(*state, view.account, course, position.levels.trigger, view.as_of));
    TRY(position.to_liquidation, outlook::part_to(*state, view.account, course, Wad{kWad}, view.as_of));
    return {};
}

std::string holdings(const DraftPosition& position) {
    return outlook::holdings_text(position.found.position);
}

std::string meaning(const DraftPosition& position) {
    const auto& view = position.found.position;
    if (!position.course) return "nothing is owed: there is nothing to protect until something is";
    const auto& course = *position.course;
    const std::string currency = outlook::currency_of(view, position.dollars());
    const bool several = course.assets.size() > 1;
    const std::string_view verb = course.rises ? (several ? "rise" : "rises") : (several ? "fall" : "falls");
    const std::string_view side = course.rises ? "above" : "below";
    if (!position.to_liquidation)
        return fmt::format("no {} of {} alone liquidates it", course.rises ? "rise" : "fall", course.name);
    std::string acts = "acts at once: it is below the trigger";
    if (position.to_trigger && *position.to_trigger > 0)
        acts = fmt::format("acts when {} {} to {}, {} {} now", course.name, verb,
                           outlook::levels_text(view, course, *position.to_trigger, currency),
                           outlook::part_text(*position.to_trigger), side);
    return fmt::format("{}; liquidation at {}, {} {}", acts,
                       outlook::levels_text(view, course, *position.to_liquidation, currency),
                       outlook::part_text(*position.to_liquidation), side);
}

}  // namespace plimsoll::bot::init
