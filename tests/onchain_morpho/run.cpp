// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain_morpho/run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace plimsoll::onchain::morpho {

namespace {

using lending::Change;

RandomRun::Rules rules(const RunOptions& options) {
    return {.seed = options.seed,
            .blocks = options.blocks,
            .by_drift = options.by_drift,
            .waiting_at_first = 3,
            .watch_percent = 10,
            .detour_percent = 6,
            .detour_blocks_max = 4,
            .may_resync = false};
}

/// A change of an account's own, with the move that makes it.
struct OwnChange {
    Address account;
    Change change;
};

class Run final : public RandomRun {
  public:
    Run(World& world, const RunOptions& options)
        : RandomRun(world.node, watch_, dice_, rules(options)),
          world_(world),
          scene_(world.node),
          dice_(options.seed),
          of_(world.market(options.market)),
          loan_(world.info.reserve(of_.loan)),
          collateral_(world.info.reserve(of_.collateral)),
          calls_(world.calls(of_)),
          watch_(world, of_),
          first_price_(price()) {
        for (const auto& topic : options.lost) watch_.lose(topic);
        begin(world.all_accounts());
    }

    RunReport report() {
        auto found = play();
        return {std::move(found), tally_, foretold_, bad_debts_};
    }

  private:
    U256 price() { return world_.node.number(of_.oracle, abi::Encoder(selector("price()")).finish()); }

    Timestamp next_time() {
        if (dice_.percent(60)) return head().timestamp + dice_.between(1, 24);
        if (dice_.percent(70)) return head().timestamp + dice_.between(3'600, 5 * 86'400);
        return head().timestamp + dice_.between(20, 90) * 86'400;
    }

    const Address& user() { return world_.users[static_cast<std::size_t>(dice_.below(world_.users.size()))]; }
    U256 part_of(const U256& whole) { return *mul_div_down(whole, U256{dice_.between(1, 1'000)}, U256{1'000}); }
    lending::Position position_of(const Address& account) {
        const auto position = watch_.market().position(account, head().timestamp);
        return position ? *position : lending::Position{};
    }
    U256 amount_of(const lending::Position& position, bool collateral) {
        for (const auto& asset : position.assets) {
            if (asset.collateral == collateral) return asset.supplied.value;
        }
        return {};
    }

    /// As the adapter encodes it, where it can; reverts of it are as likely as the contract's rules make them.
    void own(const std::string& kind, const Address& account, Change::Kind what, const Address& asset,
             const U256& amount, std::vector<Move>& out) {
        if (amount.is_zero()) return;
        const Change change{what, asset, TokenAmount{amount}};
        const auto call = watch_.market().call(account, change);
        if (!call) return;  // an account that is not watched yet
        Tx tx{account, call->to, call->data, fmt::format("{} {} {}", to_checksum(account), kind, to_string(amount))};
        out.push_back({kind, std::move(tx)});
        own_ = OwnChange{account, change};
    }

    void user_move(std::vector<Move>& out) {
        const Address& account = user();
        const auto position = position_of(account);
        const U256 pledged = amount_of(position, true);
        const U256 supplied = amount_of(position, false);
        const U256& debt = position.summary.debt.value;
        switch (dice_.below(11)) {
            case 0:
                return own("supply", account, Change::Kind::Supply, loan_.asset,
                           units(dice_.between(1, 50'000), dice_.percent(20) ? 0 : loan_.decimals - 1), out);
            case 1:
                return own("withdraw", account, Change::Kind::Withdraw, loan_.asset,
                           dice_.percent(30) ? kU256Max : part_of(supplied), out);
            case 2:
            case 3:
                return own("pledge", account, Change::Kind::Supply, collateral_.asset,
                           units(dice_.between(1, 4'000), collateral_.decimals - 2), out);
            case 4:
                return own("release", account, Change::Kind::Withdraw, collateral_.asset,
                           dice_.percent(20) ? kU256Max : part_of(pledged), out);
            case 5:
            case 6:
            case 7: {
                // Near the limit, so that prices and interest have something to do.
                const U256 most = position.summary.available_borrow.value;
                const U256 wanted = *mul_div_down(most, U256{dice_.between(300, 1'002)}, U256{1'000});
                return own("borrow", account, Change::Kind::Borrow, loan_.asset, wanted, out);
            }
            case 8:
                return own("repay", account, Change::Kind::Repay, loan_.asset, part_of(debt), out);
            case 9:
                return own("close", account, Change::Kind::Repay, loan_.asset, kU256Max, out);
            default:
                return others_move(account, debt, out);
        }
    }

    void others_move(const Address& account, const U256& debt, std::vector<Move>& out) {
        const Address& from = user();
        const auto choice = dice_.below(4);
        if (choice == 0)
            out.push_back({"accrue", calls_.accrue(from)});
        else if (choice == 1)
            out.push_back(
                {"supply for another", calls_.supply(from, units(dice_.between(1, 900), loan_.decimals), account)});
        else if (choice == 2)
            out.push_back({"pledge for another",
                           calls_.pledge(from, units(dice_.between(1, 900), collateral_.decimals - 2), account)});
        else
            out.push_back({"repay for another", calls_.repay(from, part_of(debt), {}, account)});
    }

    void liquidate(std::vector<Move>& out) {
        for (const auto& account : watch_.market().accounts()) {
            const auto position = position_of(account);
            if (position.summary.health_factor >= Wad{kWad} || !dice_.percent(70)) continue;
            const auto cost = watch_.market().liquidation_cost(account, head().timestamp);
            if (!cost || !*cost) continue;
            const U256 all = amount_of(position, true);
            const U256& seized = (*cost)->collateral_seized.value;
            const bool whole = seized == all || dice_.percent(50);
            const U256 taken = whole ? seized : part_of(seized);
            if (taken.is_zero()) continue;
            if (dice_.percent(50)) {
                out.push_back({"liquidate by collateral", calls_.liquidate(user(), account, taken, {})});
            } else {
                const U256 shares = *checked_mul(part_of((*cost)->debt_repaid.value), U256{900'000});
                out.push_back({"liquidate by shares", calls_.liquidate(user(), account, {}, shares)});
            }
            return;
        }
    }

    void submit(const DevReserve& token, std::uint64_t permille, std::vector<Move>& out) {
        const U256 now = world_.node.number(token.source, abi::Encoder(selector("latestAnswer()")).finish());
        const U256 next = std::max(*mul_div_down(now, U256{permille}, U256{1'000}), U256{1});
        auto data = abi::Encoder(selector("submit(int256)")).sint(I256{next}).finish();
        out.push_back({"price", {world_.info.admin(), *token.aggregator, std::move(data), "price " + to_string(next)}});
    }

    void move_price(std::vector<Move>& out) {
        const bool crash = dice_.percent(12);
        // Back towards where it began, or the market would die.
        const bool low = price() < first_price_;
        const std::uint64_t permille = crash ? dice_.between(550, 900)
                                       : low ? dice_.between(985, 1'080)
                                             : dice_.between(940, 1'010);
        if (of_.feeds) {
            if (crash || dice_.percent(80)) return submit(collateral_, permille, out);
            return submit(loan_, dice_.between(995, 1'005), out);
        }
        const U256 next = *mul_div_down(price(), U256{permille}, U256{1'000});
        auto data = abi::Encoder(selector("setPrice(uint256)")).uint(next).finish();
        out.push_back({"price", {user(), of_.oracle, std::move(data), "price " + to_string(next)}});
    }

    void govern(std::vector<Move>& out) {
        const Address& owner = world_.info.admin();
        if (dice_.percent(50))
            out.push_back({"fee", calls_.set_fee(owner, *mul_div_down(kWad, U256{dice_.below(26)}, U256{100}))});
        else
            out.push_back({"fee recipient", calls_.set_fee_recipient(owner, user())});
    }

    std::vector<Move> moves() {
        std::vector<Move> out;
        const auto count = dice_.percent(25) ? 1 : dice_.below(5);
        for (std::uint64_t i = 0; i < count; ++i) user_move(out);
        if (dice_.percent(35)) move_price(out);
        if (dice_.percent(60)) liquidate(out);
        if (dice_.percent(6)) govern(out);
        return out;
    }

    void advance() override {
        own_.reset();
        const auto planned = moves();
        const Timestamp at = next_time();
        const bool alone = planned.size() == 1 && own_;
        const auto expected = alone ? expect(*own_, at) : Expected{};
        const auto succeeded = mine(planned, at);
        count_bad_debts(head());
        if (alone && !in_trouble()) hold(expected, *own_, succeeded.front());
    }

    /// Alone in its block, a change has the effect that was foretold for its second.
    struct Expected {
        std::optional<lending::AccountSummary> after;
        bool refused{};
    };

    Expected expect(const OwnChange& own, Timestamp at) {
        Expected out;
        const std::vector<Change> changes{own.change};
        if (const auto after = watch_.market().after(own.account, changes, at)) out.after = *after;
        const auto verdict = watch_.market().allowed(own.account, changes, {}, at);
        out.refused = !verdict && verdict.error().code == Errc::Refused;
        return out;
    }

    void hold(const Expected& expected, const OwnChange& own, bool succeeded) {
        if (succeeded && expected.refused) trouble("Morpho did what was said to be refused");
        if (!succeeded || !expected.after) return;
        const auto now = watch_.market().summary(own.account, head().timestamp);
        ++foretold_;
        if (!now || *now != *expected.after)
            trouble("foretold " + to_text(*expected.after) + ", is " + (now ? to_text(*now) : now.error().message));
    }

    std::vector<std::string> compare(const BlockRef& block) override {
        return differences(world_, watch_, block, tally_);
    }

    void count_bad_debts(const BlockRef& block) {
        constexpr Hash32 kLiquidate =
            topic("Liquidate(bytes32,address,address,uint256,uint256,uint256,uint256,uint256)");
        for (const auto& log : world_.node.logs({{calls_.contract}, {kLiquidate}}, block.hash))
            bad_debts_ += abi::load_word(log.data.data() + 96).is_zero() ? 0U : 1U;
    }

    /// The bound is for real numbers; values and shares are rounded to a unit.
    U256 bounded(const lending::AccountSummary& before, const Wad& factor) const override {
        if (before.debt.is_zero() || before.debt.value < U256{10'000'000}) return {};
        const U256 real = *mul_div_down(before.health_factor.value, factor.value, kWad);
        return saturating_sub(real, *div_up(real, U256{1'000'000}));
    }

    World& world_;
    Scene scene_;
    Dice dice_;
    const DevMorphoMarket& of_;
    const DevReserve& loan_;
    const DevReserve& collateral_;
    MorphoCalls calls_;
    Watch watch_;
    U256 first_price_;
    std::optional<OwnChange> own_;  // the last one of the block being made
    Tally tally_;
    unsigned foretold_{};
    unsigned bad_debts_{};
};

}  // namespace

RunReport random_run(World& world, const RunOptions& options) {
    return Run(world, options).report();
}

}  // namespace plimsoll::onchain::morpho
