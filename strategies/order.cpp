// SPDX-License-Identifier: Apache-2.0
#include "strategies/order.hpp"

#include <algorithm>
#include <tuple>

namespace plimsoll::strategies {

namespace {

std::size_t place_in(const std::vector<Address>& order, const Address& asset) {
    return static_cast<std::size_t>(std::find(order.begin(), order.end(), asset) - order.begin());
}

bool must_go_first(const AssetPosition& asset) {
    return asset.collateral && asset.ltv_bps == 0 && !asset.supplied.is_zero();
}

std::uint32_t weight(const AssetPosition& asset) {
    return asset.collateral ? asset.threshold_bps : 0;
}

/// Why this supply cannot be sold; nullopt when it can.
std::optional<NoPlan> kept(const Situation& s, const AssetPosition& asset) {
    const std::string name = name_of(asset);
    if (asset.price.is_zero()) return NoPlan{"no-price", name + " has no price"};
    if (asset.paused || !asset.active) return NoPlan{"reserve-paused", "the protocol has paused " + name};
    if (!collateral_allowed(s, asset.asset))
        return NoPlan{"guard-collaterals", name + " is not among the policy's collaterals"};
    if (withdrawable(s, asset.asset).is_zero()) {
        if (s.market.receipt_token(asset.asset) == Address{})
            return NoPlan{"guard-authorisation", "the account has not authorised the guard"};
        return NoPlan{"guard-allowance", "the guard has no allowance for the supply of " + name};
    }
    return std::nullopt;
}

}  // namespace

Candidates sellable(const Situation& situation) {
    Candidates out;
    out.reason = {"no-collateral", "nothing is supplied that could be sold"};
    std::optional<NoPlan> stuck;
    for (const auto& asset : situation.now.assets) {
        if (asset.supplied.is_zero()) continue;
        auto reason = kept(situation, asset);
        if (reason && must_go_first(asset)) stuck = *reason;
        if (reason) {
            out.reason = std::move(*reason);
            continue;
        }
        out.assets.push_back(&asset);
    }
    if (stuck) {
        // Only what is no collateral can leave then.
        std::erase_if(out.assets,
                      [](const AssetPosition* asset) { return asset->collateral && !must_go_first(*asset); });
        if (out.assets.empty())
            out.reason = {"zero-ltv-first", "collateral without loan-to-value must go first, but " + stuck->text};
    }
    const auto key = [&](const AssetPosition* asset) {
        const auto& order = situation.allowed.collateral_order;
        return std::tuple(must_go_first(*asset) ? 0 : 1, place_in(order, asset->asset), weight(*asset));
    };
    std::stable_sort(out.assets.begin(), out.assets.end(), [&](const AssetPosition* a, const AssetPosition* b) {
        if (key(a) != key(b)) return key(a) < key(b);
        return a->supplied_value > b->supplied_value;
    });
    return out;
}

Candidates repayable(const Situation& situation) {
    Candidates out;
    out.reason = {"no-debt", "the position has no debt"};
    for (const auto& asset : situation.now.assets) {
        if (asset.debt.is_zero()) continue;
        const std::string name = name_of(asset);
        if (asset.price.is_zero())
            out.reason = {"no-price", name + " has no price"};
        else if (asset.paused || !asset.active)
            out.reason = {"reserve-paused", "the protocol has paused " + name};
        else if (!debt_allowed(situation, asset.asset))
            out.reason = {"guard-debts", name + " is not among the policy's debts"};
        else
            out.assets.push_back(&asset);
    }
    const auto& order = situation.allowed.debt_order;
    std::stable_sort(out.assets.begin(), out.assets.end(), [&](const AssetPosition* a, const AssetPosition* b) {
        const auto first = place_in(order, a->asset);
        const auto second = place_in(order, b->asset);
        return first != second ? first < second : a->debt_value > b->debt_value;
    });
    return out;
}

const AssetPosition* held(const Situation& situation, const Address& asset) {
    for (const auto& row : situation.now.assets) {
        if (row.asset == asset) return &row;
    }
    return nullptr;
}

const AssetPosition* offered(const Situation& situation, const Address& asset) {
    for (const auto& row : situation.offered) {
        if (row.asset == asset) return &row;
    }
    return held(situation, asset);
}

const lending::AssetConditions* conditions_of(const Situation& situation, const Address& asset) {
    if (!situation.conditions) return nullptr;
    for (const auto& row : situation.conditions->assets) {
        if (row.asset == asset) return &row;
    }
    return nullptr;
}

std::string name_of(const AssetPosition& asset) {
    return asset.symbol.empty() ? to_string(asset.asset) : asset.symbol;
}

std::string in_words(const AssetPosition& asset, const U256& amount) {
    std::string digits = to_string(amount);
    const std::size_t decimals = asset.decimals;
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    std::string whole = digits.substr(0, digits.size() - decimals);
    std::string rest = digits.substr(digits.size() - decimals);
    if (rest.size() > 6) rest.resize(6);
    while (!rest.empty() && rest.back() == '0') rest.pop_back();
    return whole + (rest.empty() ? "" : "." + rest) + " " + name_of(asset);
}

}  // namespace plimsoll::strategies
