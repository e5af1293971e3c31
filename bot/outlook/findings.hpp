// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "bot/app/online_checks.hpp"
#include "bot/outlook/outlook.hpp"

/// Whether the owner's levels and limits fit the position: each finding names its place in the configuration and its
/// mend.
namespace plimsoll::bot::outlook {

/// The room between trigger and liquidation, as a part of the price at the trigger, must hold two steps of the oracle:
/// one until the trigger is seen, one until the rescue is mined.
inline constexpr std::uint32_t kStepsOfRoom = 2;
/// Gas money is there for so many rescues at the fee ceiling.
inline constexpr std::uint64_t kRescuesOfGas = 3;
/// Days' limits allow so many, as a fall does not end at the trigger.
inline constexpr std::uint64_t kRescuesADay = 2;

struct Subject {
    const config::Position& position;
    const Outlook& outlook;
    bool dollars{};
    std::optional<Wei> gas_money;  // of the key that sends; none: it is not known
    Address payer;                 // whose it is
};

/// "position NAME: room", ": target", ": budget", ": gas per day", ": gas money", ": worth", ": interest", ": plan".
/// Allowances, rights and the end of a policy are among the online checks.
std::vector<CheckLine> findings(const Subject& subject);

}  // namespace plimsoll::bot::outlook
