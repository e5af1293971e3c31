// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bot/outlook/outlook.hpp"

/// An outlook for people, and for scripts.
namespace plimsoll::bot::outlook {

/// How values of a position are written.
struct Currency {
    std::string name;  // "USD", "USDC"
    unsigned decimals{};

    std::string text(const BaseValue& value) const;
};
Currency currency_of(const Outlook& outlook, bool dollars);

/// "sell 1.25 WETH for USDC and repay", with amounts in whole tokens.
std::string plan_text(const Outlook& outlook, const strategies::Plan& plan);
/// "0.42 USD and 0.0081 of the coin for gas": what a plan costs at today's fees.
std::string cost_text(const Outlook& outlook, const strategies::Plan& plan, const Currency& currency);

/// One statement each: where levels are, then what happens at -5, -10 and -20 %.
std::vector<std::string> in_words(const Outlook& outlook, const config::Position& position, bool live,
                                  const Currency& currency);

nlohmann::ordered_json to_json(const Outlook& outlook, const config::Position& position, const Currency& currency);

}  // namespace plimsoll::bot::outlook
