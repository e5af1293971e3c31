// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/player.hpp"

#include <algorithm>

namespace plimsoll::onchain {

namespace {

constexpr std::uint64_t kDay = 86'400;

}  // namespace

Player::Player(World& world, Watch& watch, Dice& dice) : world_(world), watch_(watch), dice_(dice) {
    for (const auto& reserve : world.info.reserves) {
        known_.prices[reserve.asset] = first_prices_[reserve.asset] = world.price_of(reserve.asset);
        known_.behind[reserve.asset] = reserve.aggregator;
    }
}

Timestamp Player::next_time(Timestamp now) {
    const auto kind = dice_.below(100);
    if (kind < 35) return now + 1;
    if (kind < 70) return now + dice_.between(1, 60);
    if (kind < 95) return now + dice_.between(1, kDay);
    return now + dice_.between(1, 60 * kDay);
}

std::vector<Move> Player::block(Timestamp now) {
    static constexpr Weighted kUsers[] = {{20, &Player::supply},
                                          {12, &Player::withdraw},
                                          {24, &Player::borrow},
                                          {6, &Player::borrow_stable},
                                          {3, &Player::borrow_for_another},
                                          {12, &Player::repay},
                                          {3, &Player::repay_for_another},
                                          {6, &Player::repay_with_a_tokens},
                                          {7, &Player::transfer_a_token},
                                          {8, &Player::switch_collateral},
                                          {8, &Player::set_emode},
                                          {14, &Player::liquidate},
                                          {5, &Player::swap_rate_mode},
                                          {4, &Player::flash_loan},
                                          {2, &Player::treasury},
                                          {3, &Player::bridge}};
    static constexpr Weighted kPrices[] = {{60, &Player::move_price},
                                           {4, &Player::break_price},
                                           {10, &Player::move_ratio},
                                           {4, &Player::cap_ratio},
                                           {4, &Player::change_source}};
    static constexpr Weighted kGovernance[] = {{10, &Player::configure_collateral}, {8, &Player::configure_emode},
                                               {6, &Player::move_asset_emode},      {10, &Player::freeze_or_pause},
                                               {6, &Player::protocol_fee},          {4, &Player::debt_ceiling},
                                               {6, &Player::allow_borrowing},       {1, &Player::restart}};
    now_ = now;
    std::vector<Move> out;
    if (!known_.held.empty() && dice_.percent(30)) {
        const auto [function, asset] = known_.held.back();
        known_.held.pop_back();
        out.push_back({"lift", world_.admin.flag(function, asset, false)});
    }
    if (!known_.broken.empty() && dice_.percent(40)) {
        const Address aggregator = *known_.broken.begin();
        for (const auto& [asset, behind] : known_.behind) {
            if (behind == aggregator) set_price(aggregator, known_.prices[asset], out);
        }
        known_.broken.erase(aggregator);
    }
    const auto count = dice_.percent(15) ? dice_.below(12) : dice_.below(6);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto which = dice_.below(100);
        if (which < 72)
            make_one(kUsers, out);
        else if (which < 90)
            make_one(kPrices, out);
        else
            make_one(kGovernance, out);
    }
    return out;
}

void Player::make_one(std::span<const Weighted> choices, std::vector<Move>& out) {
    std::uint64_t all = 0;
    for (const auto& choice : choices) all += choice.weight;
    std::uint64_t place = dice_.below(all);
    for (const auto& choice : choices) {
        if (place < choice.weight) return (this->*choice.make)(out);
        place -= choice.weight;
    }
}

lending::Position Player::position_of(const Address& account) const {
    const auto position = watch_.market().position(account, now_);
    return position ? *position : lending::Position{};
}

const DevReserve& Player::reserve_of(const Address& asset) const {
    const auto& reserves = world_.info.reserves;
    return *std::find_if(reserves.begin(), reserves.end(), [&](const auto& r) { return r.asset == asset; });
}

U256 Player::worth(const DevReserve& reserve, const U256& base) const {
    return *mul_div_down(base, *pow10(reserve.decimals), known_.prices.at(reserve.asset));
}

/// Two dollars to two hundred thousand, small as likely as large; now and then next to nothing.
U256 Player::random_worth(const DevReserve& reserve) {
    if (dice_.percent(4)) return U256{dice_.between(1, 3)};
    const auto magnitude = std::uint64_t{100'000'000} << dice_.between(1, 17);
    return worth(reserve, U256{dice_.between(magnitude / 2, magnitude)});
}

U256 Player::part_of(const U256& whole) {
    const auto kind = dice_.below(100);
    if (kind < 12) return kU256Max;
    if (kind < 22) return whole;
    if (kind < 25) return *checked_add(whole, U256{1});
    if (kind < 29) return saturating_sub(whole, U256{1});
    if (kind < 32) return U256{1};
    return *mul_div_down(whole, U256{dice_.between(1, 999'999)}, U256{1'000'000});
}

void Player::set_price(const Address& aggregator, const U256& price, std::vector<Move>& out) {
    for (const auto& [asset, behind] : known_.behind) {
        if (behind == aggregator) known_.prices[asset] = price;
    }
    out.push_back({"price", world_.admin.price(aggregator, I256{price})});
}

// ---- prices

void Player::move_price(std::vector<Move>& out) {
    const auto& reserve = dice_.pick(world_.info.reserves);
    const auto& behind = known_.behind[reserve.asset];
    if (!behind) return;
    const bool jump = dice_.percent(20);
    const U256 factor{jump ? dice_.between(700'000, 1'400'000) : dice_.between(970'000, 1'031'000)};
    const U256 next = *mul_div_down(known_.prices[reserve.asset], factor, U256{1'000'000});
    const U256& first = first_prices_[reserve.asset];
    const U256 low = *div_up(first, U256{6});
    const U256 high = *checked_mul(first, U256{6});
    set_price(*behind, std::clamp(next, low, high), out);
}

/// The oracle takes no answer of zero or below, and has no fallback: everything that needs the asset reverts.
void Player::break_price(std::vector<Move>& out) {
    const auto& behind = known_.behind[dice_.pick(world_.info.reserves).asset];
    if (!behind) return;
    known_.broken.insert(*behind);
    const I256 nonsense = I256::from_i64(dice_.percent(50) ? 0 : -1);
    out.push_back({"broken price", world_.admin.price(*behind, nonsense)});
}

void Player::move_ratio(std::vector<Move>& out) {
    const U256 ratio = *checked_mul(U256{dice_.between(1'050'000, 1'250'000)}, U256{1'000'000'000'000});
    out.push_back({"ratio", world_.admin.ratio(world_.info.reserve("wstETH").source, ratio)});
}

/// At the cap the price grows with time alone.
void Player::cap_ratio(std::vector<Move>& out) {
    const U256 snapshot = *checked_mul(U256{dice_.between(1'000, 1'150)}, U256{1'000'000'000'000'000});
    out.push_back({"ratio cap", world_.admin.ratio_cap(world_.info.reserve("wstETH").source, snapshot,
                                                       now_ - dice_.below(kDay), U256{dice_.between(0, 3'000)})});
}

void Player::change_source(std::vector<Move>& out) {
    const auto& reserve = dice_.pick(world_.info.reserves);
    const auto kind = dice_.below(3);
    Address source = reserve.source;
    auto behind = reserve.aggregator;
    if (kind == 0) {
        source = world_.spare_aggregator;
        behind = world_.spare_aggregator;
    } else if (kind == 1) {
        source = world_.spare_proxy;
        behind = world_.behind_spare_proxy;
    }
    known_.behind[reserve.asset] = behind;
    if (behind) {
        known_.broken.erase(*behind);
        set_price(*behind, first_prices_[reserve.asset], out);
    }
    out.push_back({"price source", world_.admin.price_source(reserve.asset, source)});
}

// ---- governance

void Player::configure_collateral(std::vector<Move>& out) {
    const auto& reserve = dice_.pick(world_.info.reserves);
    const auto threshold = dice_.between(4'000, 9'000);
    const auto ltv = dice_.percent(25) ? 0 : dice_.between(1'000, threshold);
    const auto bonus = dice_.between(10'050, std::min<std::uint64_t>(11'500, 100'000'000 / threshold));
    out.push_back({"collateral parameters", world_.admin.collateral(reserve.asset, ltv, threshold, bonus)});
}

void Player::configure_emode(std::vector<Move>& out) {
    const auto threshold = dice_.between(8'500, 9'700);
    const auto ltv = dice_.between(8'000, threshold);
    const auto bonus = dice_.between(10'010, 100'000'000 / threshold);
    const bool common_price = dice_.percent(40);
    const Address source = common_price ? dice_.pick(world_.info.reserves).asset : Address{};
    out.push_back({"eMode category", world_.admin.emode_category(dice_.between(1, 4), ltv, threshold, bonus, source)});
}

void Player::move_asset_emode(std::vector<Move>& out) {
    out.push_back(
        {"eMode of an asset", world_.admin.asset_emode(dice_.pick(world_.info.reserves).asset, dice_.below(4))});
}

void Player::freeze_or_pause(std::vector<Move>& out) {
    const auto& asset = dice_.pick(world_.info.reserves).asset;
    const std::string function = dice_.percent(50) ? "setReserveFreeze" : "setReservePause";
    known_.held.emplace_back(function, asset);
    out.push_back({function, world_.admin.flag(function, asset, true)});
}

void Player::protocol_fee(std::vector<Move>& out) {
    const auto& asset = dice_.pick(world_.info.reserves).asset;
    const bool liquidation = dice_.percent(60);
    const U256 fee{liquidation ? dice_.between(0, 10'000) : dice_.between(0, 5'000)};
    out.push_back({"protocol fee",
                   world_.admin.number(liquidation ? "setLiquidationProtocolFee" : "setReserveFactor", asset, fee)});
}

/// In hundredths of a dollar; only an asset that nobody has supplied can become isolated.
void Player::debt_ceiling(std::vector<Move>& out) {
    const auto& asset = dice_.percent(60) ? world_.info.reserve("ENS").asset : dice_.pick(world_.info.reserves).asset;
    const U256 ceiling{dice_.percent(20) ? 0 : dice_.between(1'000'000, 500'000'000)};
    out.push_back({"debt ceiling", world_.admin.number("setDebtCeiling", asset, ceiling)});
}

void Player::allow_borrowing(std::vector<Move>& out) {
    const std::vector<std::string> functions = {"setReserveStableRateBorrowing", "setBorrowableInIsolation"};
    const auto& function = dice_.pick(functions);
    out.push_back({function, world_.admin.flag(function, dice_.pick(world_.info.reserves).asset, dice_.percent(80))});
}

/// The provider names its oracle again: what is behind it has to be discovered anew.
void Player::restart(std::vector<Move>& out) {
    out.push_back({"oracle named again", world_.admin.price_oracle(world_.info.oracle)});
}

}  // namespace plimsoll::onchain
