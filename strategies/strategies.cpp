// SPDX-License-Identifier: Apache-2.0
#include "strategies/strategies.hpp"

#include <algorithm>
#include <iterator>

namespace plimsoll::strategies {

namespace {

std::vector<Proposal> with_collateral(const Situation& s) {
    auto out = repay_with_collateral(s);
    const auto& names = s.allowed.strategies;
    // What the wallet has may only be used where the owner lists that, too.
    if (std::find(names.begin(), names.end(), kRepayFromWallet) != names.end()) {
        auto combined = repay_combined(s);
        std::move(combined.begin(), combined.end(), std::back_inserter(out));
    }
    return out;
}

struct Named {
    std::string_view name;
    std::vector<Proposal> (*propose)(const Situation&);
};
constexpr Named kAll[] = {
    {kRepayFromWallet, [](const Situation& s) { return repay_from_wallet(s); }},
    {kTopUpFromWallet, [](const Situation& s) { return top_up_from_wallet(s); }},
    {kRepayWithSupplied, [](const Situation& s) { return repay_with_supplied(s); }},
    {kRepayWithCollateral, [](const Situation& s) { return with_collateral(s); }},
    {kSwapCollateral, [](const Situation& s) { return swap_collateral(s); }},
    {kSwapDebt, [](const Situation& s) { return swap_debt(s); }},
    {kReconfigure, [](const Situation& s) { return reconfigure(s); }},
    {kClose, [](const Situation& s) { return close(s); }},
};

}  // namespace

std::vector<Proposal> propose(std::string_view name, const Situation& situation) {
    for (const auto& one : kAll) {
        if (one.name == name) return one.propose(situation);
    }
    return {NoPlan{"no-strategy", "there is no strategy " + std::string(name)}};
}

std::vector<std::string_view> strategy_names() {
    std::vector<std::string_view> out;
    for (const auto& one : kAll) out.push_back(one.name);
    return out;
}

}  // namespace plimsoll::strategies
