// SPDX-License-Identifier: Apache-2.0
// What strategies are told of one position at the head.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "strategies/urgency.hpp"

namespace plimsoll::engine {

namespace {

constexpr Timestamp kPlanLife = 600;  // seconds that a plan may wait for its block; the guard refuses it afterwards

std::optional<dex::RouterKind> router_kind(const std::string& name) {
    if (name == "uniswap-v3") return dex::RouterKind::UniswapV3;
    if (name == "uniswap-v3-02") return dex::RouterKind::UniswapV302;
    if (name == "uniswap-v2") return dex::RouterKind::UniswapV2;
    return std::nullopt;
}

}  // namespace

Timestamp Core::inclusion_time() const {
    return follower.at().timestamp + static_cast<Timestamp>((2 * config.block_time_ms + 999) / 1'000);
}

/// Where the guard's code runs for this account.
Address Core::seat_address(const WalletState& wallet) const {
    return wallet.guard == guard::Access::Self ? wallet.address : config.guard.value_or(Address{});
}

bool Core::is_recent(BlockNumber at) const {
    return at != 0 && at + config.refresh_blocks >= follower.at().number;
}

const dex::PoolBook* Core::pools_at_head() const {
    const auto block = book.synced();
    return !config.pools.empty() && block && block->hash == follower.at().hash ? &book : nullptr;
}

strategies::WalletFunds Core::funds_of(std::size_t i) const {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    strategies::WalletFunds funds;
    const SenderState& sender = senders[wallet.sender];
    if (sender.address == wallet.address) funds.native = sender.native;
    for (const auto& [key, token] : wallet.tokens) {
        if (key.first != position.market || !token.balance || !token.allowance || !is_recent(token.at)) continue;
        funds.tokens.push_back(
            {key.second, *token.balance, *token.allowance, token.guard_allowance.value_or(TokenAmount{})});
    }
    return funds;
}

/// Whether the guard can be planned with, as a gate where it cannot.
std::optional<Gate> Core::seat_gate(std::size_t i) const {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    if (!wallet.guard || senders[wallet.sender].address == wallet.address) return std::nullopt;
    if (!config.guard) return Gate{"guard", false, "no guard on this chain", "chain." + config.chain + ".guard"};
    const SeatState& seat = position.seat;
    if (!seat.trouble.empty()) return Gate{"guard", false, seat.trouble, "a policy that can be read"};
    if (!is_recent(seat.at) || !swapper_) return Gate{"guard-read", false, "not read yet", "its policy at this head"};
    if (seat.dismissed) return Gate{"guard-module", false, "the guard is no module of the Safe", "an enabled module"};
    const Address& guardian = seat.standing->policy.guardian;
    if (guardian.is_zero()) return Gate{"guard-policy", false, "none for this market", "a policy set by the account"};
    if (wallet.live && guardian != senders[wallet.sender].address)
        return Gate{"guard-guardian", false, to_string(guardian),
                    "our key " + to_string(senders[wallet.sender].address)};
    return std::nullopt;
}

std::optional<strategies::GuardSeat> Core::seat_of(std::size_t i,
                                                   const std::vector<lending::AssetPosition>& offered) const {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const SeatState& known = position.seat;
    if (!wallet.guard || !config.guard || !known.standing || !is_recent(known.at) || !swapper_) return std::nullopt;
    strategies::GuardSeat seat;
    seat.guard = seat_address(wallet);
    seat.standing = *known.standing;
    seat.swapper = *swapper_;
    seat.authorised = known.authorised;
    const auto& market = market_at(position.market);
    for (const auto& asset : offered) {
        const auto token = wallet.tokens.find({position.market, market.receipt_token(asset.asset)});
        const bool allowed =
            token != wallet.tokens.end() && token->second.guard_allowance && is_recent(token->second.at);
        seat.allowances.push_back(allowed ? *token->second.guard_allowance : TokenAmount{});
    }
    return seat;
}

std::vector<strategies::LoanSource> Core::loans_of(std::size_t i) const {
    const PositionState& position = positions[i];
    const auto& market = market_at(position.market);
    std::vector<strategies::LoanSource> loans;
    for (std::size_t l = 0; l < config.lenders.size(); ++l) {
        const auto& lender = config.lenders[l];
        const LenderReads& known = lender_reads_[l];
        const bool pool = lender.kind == kPoolLender;
        if (pool && !known.terms) continue;
        for (const auto& [asset, has] : known.has) {
            if (!is_recent(has.at) || has.amount.is_zero()) continue;
            loans.push_back({pool ? guard::Lender::UniswapV3 : guard::Lender::MorphoBlue, lender.address, asset,
                             has.amount, pool ? known.terms->fee_ppm : 0});
        }
    }
    const auto& conditions = market_reads_[position.market].conditions;
    if (conditions && is_recent(conditions->block.number) && market.guard_market().protocol == guard::kAaveV3) {
        for (const auto& asset : conditions->assets) {
            if (asset.flash_room.is_zero()) continue;
            loans.push_back({guard::Lender::AaveV3, market.spender(), asset.asset, asset.flash_room, asset.flash_ppm});
        }
    }
    std::stable_sort(loans.begin(), loans.end(), [](const auto& a, const auto& b) { return a.fee_ppm < b.fee_ppm; });
    return loans;
}

strategies::Allowed Core::allowed_of(std::size_t i) const {
    const PositionState& position = positions[i];
    const auto& owner = position.config;
    strategies::Allowed allowed;
    allowed.strategies = owner.strategies;
    allowed.value_per_action = value_limit(i, owner.limits.max_value_per_action);
    allowed.value_left_today =
        strategies::left_of(value_limit(i, owner.limits.max_value_per_day), budget_.value(owner.name, now));
    allowed.cost_per_action = value_limit(i, owner.limits.max_cost_per_action);
    allowed.slippage_bps = owner.limits.max_slippage_bps;
    allowed.collateral_order = owner.collateral_order;
    allowed.debt_order = owner.debt_order;
    allowed.swap_into = owner.swap_into;
    allowed.close_below = owner.close_below;
    const U256 unit = market_at(position.market).base_unit();
    for (const auto& [asset, price] : owner.close_at_price)
        allowed.close_at_price.emplace_back(asset, strategies::in_base(price, unit));
    allowed.reset_approval = position.incident && position.incident->reset_approval;
    return allowed;
}

tx::Urgency Core::bid_urgency(std::size_t i, strategies::Urgency urgency) const {
    const auto& due = ahead_[positions[i].market].due;  // the public price is read with the next blocks
    const bool next_block = positions[i].pending_acts && positions[i].health_pending;
    const bool late = next_block || (positions[i].health_public && due && *due <= inclusion_time());
    return positions[i].near_liquidation() || late || urgency == strategies::Urgency::Emergency ? tx::Urgency::Urgent
                                                                                                : tx::Urgency::Normal;
}

/// The search for liquidation prices costs milliseconds. What spends nothing but fees does with the health factor: a
/// fall of all collateral by 1 - 1/h liquidates.
Result<strategies::Urgency> Core::urgency_of(std::size_t i, const lending::Position& view) const {
    using strategies::Urgency;
    if (!only_repays(i)) return strategies::urgency_of(market_at(positions[i].market), view);
    constexpr std::uint64_t kBps = 10'000;
    const auto level = [](std::uint32_t bps) { return Wad{*mul_div_up(kWad, U256{kBps}, U256{kBps - bps})}; };
    if (view.summary.health_factor < level(strategies::kEmergencyBps)) return Urgency::Emergency;
    return view.summary.health_factor < level(strategies::kActBps) ? Urgency::Act : Urgency::Watch;
}

/// To be shown to relays alone, and wait.
bool Core::has_time(std::size_t i) const {
    const PositionState& position = positions[i];
    const auto view = market_at(position.market).position(account_of(i), inclusion_time());
    if (!view) return false;
    const auto urgency = urgency_of(i, *view);
    return urgency && bid_urgency(i, *urgency) == tx::Urgency::Normal;
}

Result<strategies::Situation> Core::situation_of(std::size_t i) const {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const auto& market = market_at(position.market);
    const Timestamp as_of = inclusion_time();
    TRY(auto view, market.position(wallet.address, as_of));
    TRY(auto urgency, urgency_of(i, view));
    // What failed may have asked too much of the price.
    const bool failed = position.rests > 0 || (position.incident && position.incident->failures > 0);
    if (failed) urgency = strategies::more_urgent(urgency);
    strategies::Situation told{
        market, std::move(view), {}, {}, {}, {}, as_of, 0, urgency, {}, false, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    if (!only_repays(i)) {
        TRY(told.offered, market.offered(wallet.address, as_of));
    }
    const auto& conditions = market_reads_[position.market].conditions;
    if (conditions && is_recent(conditions->block.number)) told.conditions = conditions;
    told.funds = funds_of(i);
    told.target = position.config.target;
    told.as_of = as_of;
    told.deadline = follower.at().timestamp + kPlanLife;
    told.allowed = allowed_of(i);
    told.wallet_signs = senders[wallet.sender].address == wallet.address;
    told.seat = seat_of(i, told.offered);
    if (told.seat) {
        told.pools = pools_at_head();
        for (const auto& router : config.routers) {
            if (const auto kind = router_kind(router.kind)) told.routers.push_back({*kind, router.address});
        }
        told.loans = loans_of(i);
        told.offers = offers_for(i);
        for (std::size_t p = 0; p < reference_reads_.size(); ++p) {
            const auto& known = reference_reads_[p];
            if (known.mean_tick && is_recent(known.at)) told.references.push_back({p, *known.mean_tick});
        }
    }
    const auto bid = fees_.bid(follower.at(), bid_urgency(i, told.urgency), position.config.limits.max_fee_per_gas);
    const Wei expected = checked_add(fees_.next_base_fee(follower.at()), bid.max_priority_fee).value_or(bid.max_fee);
    told.fee_per_gas = std::min(bid.max_fee, expected);
    if (data_fee_) told.data_fee = *data_fee_;
    const auto& free = ahead_[position.market].free;
    told.uncapped.assign(free.begin(), free.end());
    if (config.wrapped_native) {
        for (const auto& asset : told.offered) {
            if (asset.asset == *config.wrapped_native) told.coin_price = BaseValue{asset.price.value};
        }
    }
    return told;
}

}  // namespace plimsoll::engine
