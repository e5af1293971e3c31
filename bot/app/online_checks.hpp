// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace plimsoll::bot {

/// One line of `check`: ok, or a problem with its mend.
struct CheckLine {
    std::string name;  // "chain ethereum: chain id"
    bool ok{};
    std::string detail;  // the figure when ok, the problem otherwise
    std::string mend;    // what to do; empty when ok
};

/// What only a node can tell: endpoints, chain ids, age of the head, pools, routers, lenders, markets, simulation, and
/// per position its state, and balances and allowances for what it would repay.
std::vector<CheckLine> online_checks(const config::Settings& settings);

}  // namespace plimsoll::bot
