// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/policy_words.hpp"

#include <fmt/format.h>

#include "config/units.hpp"

namespace plimsoll::bot::cli {

namespace {

std::optional<std::string> amount(const std::string& option, config::Unit unit, const std::string& text,
                                  std::optional<U256>& out) {
    if (text.empty()) return std::nullopt;
    const auto value = config::parse_amount(unit, text);
    if (!value) return fmt::format("{}: {}, as in {}", option, value.error().why, value.error().mend);
    out = *value;
    return std::nullopt;
}

}  // namespace

std::optional<std::string> fill(GuardPolicyCommand& command, const PolicyWords& words) {
    std::optional<U256> floor;
    std::optional<U256> ceiling;
    std::optional<U256> loss;
    if (auto wrong = amount("--floor", config::Unit::Factor, words.floor, floor)) return wrong;
    if (auto wrong = amount("--ceiling", config::Unit::Factor, words.ceiling, ceiling)) return wrong;
    if (auto wrong = amount("--max-loss", config::Unit::Percent, words.loss, loss)) return wrong;
    if (loss && *loss > U256{10'000}) return "--max-loss: at most 100%";
    if (floor) command.floor = Wad{*floor};
    if (ceiling) command.ceiling = Wad{*ceiling};
    if (loss) command.loss_bps = static_cast<std::uint32_t>(loss->low_u64());
    const bool digits = !words.value.empty() && words.value.find_first_not_of("0123456789") == std::string::npos;
    if (digits && words.value.size() > 38) return "--value-per-day: at most 38 digits";
    // The smallest units of the market: as many wei as there are digits.
    const auto unit = digits ? config::Unit::Fee : config::Unit::Usd;
    const std::string text = digits ? words.value + " wei" : words.value;
    command.value_in_units = !digits && !words.value.empty();
    if (auto wrong = amount("--value-per-day", unit, text, command.value_per_day)) return wrong;
    if (!words.guardian.empty()) {
        const auto address = parse_address(words.guardian);
        if (!address) return "--guardian: " + address.error().message;
        command.guardian = *address;
    }
    return std::nullopt;
}

}  // namespace plimsoll::bot::cli
