// SPDX-License-Identifier: Apache-2.0
// What Market::allowed() says of random changes of random accounts in random circumstances, held against what the pool
// does; and the numbers after them.
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/onchain/circumstances.hpp"
#include "tests/onchain/judge.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;
using lending::Change;
using Kind = Change::Kind;

namespace {

constexpr std::uint64_t kSeed = 17;
constexpr unsigned kTurns = 16;
constexpr unsigned kSequences = 13;  // of every user in every turn
constexpr unsigned kVerdicts = 2'000;
constexpr std::size_t kWhale = 1;  // of the node's accounts: the third party that supplied everything

/// Random changes, many of them at a limit.
class Turn : public Judge {
  public:
    Turn(World& world, Dice& dice, VerdictCount& count) : Judge(world, count), dice_(dice) {}

    /// Of one who has more than what is left, and no allowance for the pool.
    std::vector<Change> large(const Address& user) {
        std::vector<Change> out;
        const auto limits = aims();
        for (std::uint64_t i = dice_.between(1, 2); i > 0 && !limits.empty(); --i) {
            const auto& change = dice_.pick(limits);
            if (change.kind != Kind::Supply) out.push_back(change);
        }
        const auto asset = some_asset(user, true);
        const U256 part = amount(user, out, Kind::Withdraw, asset, asset.supplied.value);
        out.push_back({Kind::Withdraw, asset.asset, TokenAmount{part}});
        return out;
    }

    std::vector<Change> sequence(const Address& user) {
        std::vector<Change> out;
        for (std::uint64_t i = dice_.between(1, 3); i > 0; --i) out.push_back(one(user, out));
        return out;
    }

    Change withdrawal(const Address& user) {
        const auto& asset = some_asset(user, true);
        return {Kind::Withdraw, asset.asset,
                TokenAmount{amount(user, {}, Kind::Withdraw, asset, asset.supplied.value)}};
    }

  private:
    /// One with supply or debt mostly.
    lending::AssetPosition some_asset(const Address& user, bool supplied) {
        const auto offered = market().offered(user, head().timestamp);
        if (!offered) {
            lending::AssetPosition out;
            out.asset = dice_.pick(world().info.reserves).asset;
            return out;
        }
        std::vector<lending::AssetPosition> held;
        for (const auto& asset : *offered) {
            if (!(supplied ? asset.supplied : asset.debt).is_zero()) held.push_back(asset);
        }
        if (held.empty() || dice_.percent(15)) return dice_.pick(*offered);
        return dice_.pick(held);
    }

    /// The most that is allowed after what comes before, by halving; so that both sides of a limit are tried.
    U256 frontier(const Address& user, std::vector<Change> changes, Kind kind, const Address& asset, U256 high) {
        U256 low;
        changes.push_back({kind, asset, {}});
        while (low < high) {
            const U256 middle = *checked_add(low, *div_up(saturating_sub(high, low), U256{2}));
            changes.back().amount.value = middle;
            if (allowed(user, changes))
                low = middle;
            else
                high = saturating_sub(middle, U256{1});
        }
        return low;
    }

    U256 amount(const Address& user, const std::vector<Change>& before, Kind kind, const lending::AssetPosition& asset,
                const U256& whole) {
        const auto& limits = conditions_of(asset.asset);
        const U256 little{dice_.below(3)};
        switch (dice_.below(9)) {
            case 0:
                return kind == Kind::Borrow || kind == Kind::Supply ? whole : kU256Max;
            case 1:
                return *checked_add(whole, little);
            case 2:
                return little;
            case 3:
            case 4:
            case 5:
                return *checked_add(frontier(user, before, kind, asset.asset, *checked_add(whole, whole)),
                                    U256{dice_.below(2)});
            case 6:
                if (kind == Kind::Withdraw || kind == Kind::Borrow)
                    return *checked_add(limits.liquidity.value, U256{dice_.below(2)});
                return limits.supply_room.value == kU256Max
                           ? whole
                           : *checked_add(limits.supply_room.value, U256{dice_.below(2)});
            default:
                return *mul_div_down(whole, U256{dice_.between(1, 999)}, U256{1'000});
        }
    }

    /// Just at a limit of the market, or just past it.
    std::vector<Change> aims() {
        std::vector<Change> out;
        const auto aim = [&](Kind kind, const Address& asset, const U256& limit, const U256& step) {
            out.push_back({kind, asset, TokenAmount{*checked_add(limit, dice_.percent(50) ? step : U256{})}});
        };
        for (const auto& c : conditions().assets) {
            if (c.supply_room.value != kU256Max) aim(Kind::Supply, c.asset, c.supply_room.value, U256{1});
            if (c.borrow_room.value != kU256Max) aim(Kind::Borrow, c.asset, c.borrow_room.value, U256{1});
            if (c.siloed) aim(Kind::Borrow, c.asset, U256{1'000'000}, U256{1});
            if (c.liquidity.value < kPlenty) {
                aim(Kind::Withdraw, c.asset, c.liquidity.value, U256{1});
                aim(Kind::Borrow, c.asset, c.liquidity.value, U256{1});
            }
            if (!c.isolated) continue;
            const U256 left = saturating_sub(c.debt_ceiling, c.isolated_debt);
            for (const auto* symbol : {"USDC", "USDT"}) {
                const auto& reserve = world().info.reserve(symbol);
                aim(Kind::Borrow, reserve.asset, *checked_mul(left, U256{10'000}), U256{10'000});
            }
        }
        return out;
    }

    Change one(const Address& user, const std::vector<Change>& before) {
        if (dice_.percent(15)) {
            const auto limits = aims();
            if (!limits.empty()) return dice_.pick(limits);
        }
        const auto roll = dice_.below(100);
        if (roll < 12) return {Kind::SetEMode, {}, TokenAmount{U256{dice_.below(4)}}};
        if (roll < 28) {
            const auto asset = some_asset(user, true);
            const bool on = dice_.percent(20) ? asset.collateral : !asset.collateral;
            return {Kind::UseAsCollateral, asset.asset, TokenAmount{U256{on ? 1U : 0U}}};
        }
        const auto& any = dice_.pick(world().info.reserves);
        const U256 worth = amount_worth(world(), any, *checked_mul(U256{dice_.between(1, 20'000)}, U256{100'000'000}));
        if (roll < 55) {
            const Kind kind = roll < 40 ? Kind::Supply : Kind::Borrow;
            lending::AssetPosition asset;
            asset.asset = any.asset;
            U256 bound = kind == Kind::Supply ? worth : *checked_add(worth, conditions_of(any.asset).isolated_debt);
            return {kind, any.asset, TokenAmount{amount(user, before, kind, asset, bound)}};
        }
        const Kind kind = roll < 75 ? Kind::Withdraw : roll < 88 ? Kind::RepayWithSupply : Kind::Repay;
        const auto asset = some_asset(user, kind == Kind::Withdraw);
        const U256& whole = kind == Kind::Withdraw ? asset.supplied.value : asset.debt.value;
        return {kind, asset.asset, TokenAmount{amount(user, before, kind, asset, whole)}};
    }

    static constexpr U256 kPlenty = U256::literal("1'000'000'000'000'000'000'000");

    Dice& dice_;
};

std::uint64_t seed() {
    const char* wanted = std::getenv("PLIMSOLL_SEED");
    return wanted == nullptr ? kSeed : std::strtoull(wanted, nullptr, 10);
}

}  // namespace

TEST_CASE("R07 R11 what is allowed is what the pool carries out, and refused for the pool's reason") {
    World& world = shared_world();
    const Scene scene(world.node);
    Dice dice(seed());
    populate(world, dice);
    Circumstances circumstances(world, dice);
    VerdictCount count;
    for (unsigned i = 0; i < kTurns; ++i) {
        const Scene aside(world.node);
        const std::string story = fmt::format("PLIMSOLL_SEED={} turn {}: {}", seed(), i, circumstances.happen());
        CAPTURE(story);
        Turn turn(world, dice, count);
        for (const auto& user : world.users) {
            for (unsigned k = 0; k < kSequences; ++k) turn.compare(user, turn.sequence(user));
            turn.compare_transfer(user, turn.withdrawal(user));
            if (i % 4 == 0) turn.compare_free_moves(user);
        }
        const auto& whale = world.info.accounts[kWhale];
        for (unsigned k = 0; k < kSequences; ++k) turn.compare(whale, turn.large(whale));
    }
    std::printf(
        "%u verdicts equal, %u of them refusals with the pool's reason; %u summaries after; %u transfers; "
        "%u free moves\n",
        count.verdicts, count.refusals, count.summaries, count.transfers, count.moves);
    for (const auto& [rule, times] : count.rules) std::printf("  %-20s %5u\n", rule.c_str(), times);
    CHECK(count.verdicts >= kVerdicts);
}
