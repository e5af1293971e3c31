// SPDX-License-Identifier: Apache-2.0
// What users do.
#include <algorithm>
#include <array>

#include "tests/onchain/player.hpp"

namespace plimsoll::onchain {

namespace {

std::vector<lending::AssetPosition> with_supply(const lending::Position& position) {
    std::vector<lending::AssetPosition> out;
    for (const auto& asset : position.assets) {
        if (!asset.supplied.is_zero()) out.push_back(asset);
    }
    return out;
}

std::vector<lending::AssetPosition> with_debt(const lending::Position& position) {
    std::vector<lending::AssetPosition> out;
    for (const auto& asset : position.assets) {
        if (!asset.debt.is_zero()) out.push_back(asset);
    }
    return out;
}

}  // namespace

void Player::supply(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto& behalf = dice_.percent(10) ? dice_.pick(world_.users) : user;
    const auto& reserve = dice_.pick(world_.info.reserves);
    out.push_back({"supply", world_.pool.supply(user, reserve.asset, random_worth(reserve), behalf)});
}

void Player::withdraw(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto supplied = with_supply(position_of(user));
    if (supplied.empty()) return supply(out);
    const auto& asset = dice_.pick(supplied);
    out.push_back({"withdraw", world_.pool.withdraw(user, asset.asset, part_of(asset.supplied.value), user)});
}

void Player::borrow(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto position = position_of(user);
    const U256& available = position.summary.available_borrow.value;
    if (available.is_zero()) return supply(out);
    const auto& reserve = dice_.pick(world_.info.reserves);
    // Mostly near the limit, so that small moves matter.
    const U256 permille{dice_.percent(60) ? dice_.between(900, 1'001) : dice_.between(1, 900)};
    const U256 amount = worth(reserve, *mul_div_down(available, permille, U256{1'000}));
    out.push_back({"borrow", world_.pool.borrow(user, reserve.asset, amount, RateMode::Variable, user)});
}

void Player::borrow_stable(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const U256 available = position_of(user).summary.available_borrow.value;
    const auto& reserve = dice_.pick(world_.info.reserves);
    if (dice_.percent(40))
        out.push_back({"allow stable", world_.admin.flag("setReserveStableRateBorrowing", reserve.asset, true)});
    const U256 amount = worth(reserve, *mul_div_down(available, U256{dice_.between(1, 900)}, U256{1'000}));
    out.push_back({"borrow stable", world_.pool.borrow(user, reserve.asset, amount, RateMode::Stable, user)});
}

/// By credit delegation: the debt is the one's, the money the other's.
void Player::borrow_for_another(std::vector<Move>& out) {
    const auto who = static_cast<std::size_t>(dice_.below(world_.users.size()));
    const auto& owner = world_.users[who];
    const auto& borrower = world_.users[(who + 1) % world_.users.size()];
    const U256 available = position_of(owner).summary.available_borrow.value;
    const auto& reserve = dice_.pick(world_.info.reserves);
    const U256 amount = worth(reserve, *mul_div_down(available, U256{dice_.between(1, 990)}, U256{1'000}));
    out.push_back(
        {"borrow for another", world_.pool.borrow(borrower, reserve.asset, amount, RateMode::Variable, owner)});
}

void Player::repay(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto debts = with_debt(position_of(user));
    if (debts.empty()) return borrow(out);
    const auto& debt = dice_.pick(debts);
    const RateMode mode = dice_.percent(30) ? RateMode::Stable : RateMode::Variable;
    out.push_back({mode == RateMode::Stable ? "repay stable" : "repay",
                   world_.pool.repay(user, debt.asset, part_of(debt.debt.value), mode, user)});
}

void Player::repay_for_another(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto debts = with_debt(position_of(user));
    if (debts.empty()) return borrow(out);
    const auto& debt = dice_.pick(debts);
    const U256 amount = *mul_div_down(debt.debt.value, U256{dice_.between(1, 1'000)}, U256{1'000});
    out.push_back({"repay for another",
                   world_.pool.repay(dice_.pick(world_.users), debt.asset, amount, RateMode::Variable, user)});
}

void Player::repay_with_a_tokens(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto debts = with_debt(position_of(user));
    if (debts.empty()) return borrow(out);
    const auto& debt = dice_.pick(debts);
    if (debt.supplied.is_zero()) {
        const auto& reserve = reserve_of(debt.asset);
        out.push_back({"supply", world_.pool.supply(user, debt.asset, random_worth(reserve), user)});
    }
    out.push_back({"repay with aTokens",
                   world_.pool.repay_with_a_tokens(user, debt.asset, part_of(debt.debt.value), RateMode::Variable)});
}

void Player::transfer_a_token(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto supplied = with_supply(position_of(user));
    if (supplied.empty()) return supply(out);
    const auto& asset = dice_.pick(supplied);
    const auto& to = dice_.percent(10) ? user : dice_.pick(world_.users);
    U256 amount = part_of(asset.supplied.value);
    if (amount == kU256Max) amount = asset.supplied.value;
    out.push_back({"transfer aToken", transfer(user, reserve_of(asset.asset).a_token, to, amount)});
}

void Player::switch_collateral(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto supplied = with_supply(position_of(user));
    if (supplied.empty()) return supply(out);
    const auto& asset = dice_.pick(supplied);
    const bool on = dice_.percent(10) ? asset.collateral : !asset.collateral;
    out.push_back({on ? "collateral on" : "collateral off", world_.pool.use_as_collateral(user, asset.asset, on)});
}

void Player::set_emode(std::vector<Move>& out) {
    const auto category = dice_.below(5);
    out.push_back(
        {category == 0 ? "eMode off" : "eMode on", world_.pool.set_emode(dice_.pick(world_.users), category)});
}

/// Of an account below one, where there is any.
void Player::liquidate(std::vector<Move>& out) {
    std::vector<Address> candidates;
    for (const auto& user : world_.users) {
        const auto summary = watch_.market().summary(user, now_);
        if (summary && summary->health_factor.value < kWad) candidates.push_back(user);
    }
    if (candidates.empty()) return move_price(out);
    const auto& user = dice_.pick(candidates);
    const auto position = position_of(user);
    const auto supplied = with_supply(position);
    const auto debts = with_debt(position);
    if (supplied.empty() || debts.empty()) return;
    const auto& debt = dice_.pick(debts);
    const bool as_a_token = dice_.percent(40);
    out.push_back({as_a_token ? "liquidate for aTokens" : "liquidate",
                   world_.pool.liquidate(dice_.pick(world_.users), dice_.pick(supplied).asset, debt.asset, user,
                                         part_of(debt.debt.value), as_a_token)});
}

void Player::swap_rate_mode(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto debts = with_debt(position_of(user));
    if (debts.empty()) return borrow(out);
    const auto& asset = dice_.pick(debts).asset;
    if (dice_.percent(60))
        out.push_back({"allow stable", world_.admin.flag("setReserveStableRateBorrowing", asset, true)});
    const RateMode mode = dice_.percent(70) ? RateMode::Variable : RateMode::Stable;
    out.push_back({"swap rate mode", world_.pool.swap_rate_mode(user, asset, mode)});
}

/// With its premium, which raises the liquidity index at once; or one that leaves a debt.
void Player::flash_loan(std::vector<Move>& out) {
    const auto& user = dice_.pick(world_.users);
    const auto& reserve = dice_.pick(world_.info.reserves);
    const bool leaves_debt = dice_.percent(40);
    U256 amount = random_worth(reserve);
    if (leaves_debt) {
        const U256 available = position_of(user).summary.available_borrow.value;
        amount = worth(reserve, *mul_div_down(available, U256{dice_.between(1, 990)}, U256{1'000}));
    }
    out.push_back({leaves_debt ? "flash loan with debt" : "flash loan",
                   world_.pool.flash_loan(user, world_.flash_receiver, reserve.asset, amount,
                                          leaves_debt ? RateMode::Variable : RateMode::None)});
}

void Player::treasury(std::vector<Move>& out) {
    std::vector<Address> assets;
    for (const auto& reserve : world_.info.reserves) assets.push_back(reserve.asset);
    out.push_back({"mint to treasury", world_.pool.mint_to_treasury(dice_.pick(world_.users), assets)});
}

void Player::bridge(std::vector<Move>& out) {
    const auto& reserve = dice_.pick(world_.info.reserves);
    const U256 amount = random_worth(reserve);
    if (dice_.percent(60)) {
        out.push_back({"mint unbacked",
                       world_.pool.mint_unbacked(world_.bridge, reserve.asset, amount, dice_.pick(world_.users))});
        if (dice_.percent(40)) return;
    }
    const U256 fee = *div_down(amount, U256{dice_.between(100, 10'000)});
    out.push_back({"back unbacked", world_.pool.back_unbacked(world_.bridge, reserve.asset, amount, fee)});
}

}  // namespace plimsoll::onchain
