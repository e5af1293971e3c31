// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain_morpho/run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>

namespace plimsoll::onchain::morpho {

namespace {

using lending::Change;

/// The same numbers on every machine for one seed.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t count) { return engine_() % count; }
    std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
    bool percent(std::uint64_t chance) { return below(100) < chance; }

  private:
    std::mt19937_64 engine_;
};

struct Move {
    std::string kind;
    Tx tx;
    // of an account's own change
    Address account{};
    std::optional<Change> change{};
};

class Run {
  public:
    Run(World& world, const RunOptions& options)
        : world_(world),
          options_(options),
          scene_(world),
          dice_(options.seed),
          of_(world.market(options.market)),
          loan_(world.info.reserve(of_.loan)),
          collateral_(world.info.reserve(of_.collateral)),
          calls_(world.calls(of_)),
          watch_(world, of_) {
        for (const auto& topic : options.lost) watch_.lose(topic);
        waiting_ = world.all_accounts();
        while (waiting_.size() > 3) watch_next();
        head_ = world.node.latest().ref;
        watch_.sync(head_);
        first_price_ = price();
        compare();
        forget_changes();
    }

    RunReport play() {
        for (unsigned i = 0; i < options_.blocks && report_.trouble.empty(); ++i) {
            if (!waiting_.empty() && dice_.percent(10)) watch_next();
            if (dice_.percent(6))
                reorganise();
            else
                advance();
        }
        if (!report_.trouble.empty()) {
            report_.story = fmt::format("PLIMSOLL_SEED={} goes wrong at block {}:", options_.seed, head_.number);
            for (const auto& line : history_) report_.story += "\n  " + line;
        }
        return std::move(report_);
    }

  private:
    void watch_next() {
        watch_.market().watch(waiting_.back());
        waiting_.pop_back();
        if (dice_.percent(50) && head_.number != 0) watch_.sync(head_);
    }

    U256 price() { return world_.read_number(of_.oracle, abi::Encoder(selector("price()")).finish()); }

    Timestamp next_time() {
        if (dice_.percent(60)) return head_.timestamp + dice_.between(1, 24);
        if (dice_.percent(70)) return head_.timestamp + dice_.between(3'600, 5 * 86'400);
        return head_.timestamp + dice_.between(20, 90) * 86'400;
    }

    const Address& user() { return world_.users[static_cast<std::size_t>(dice_.below(world_.users.size()))]; }
    U256 part_of(const U256& whole) { return *mul_div_down(whole, U256{dice_.between(1, 1'000)}, U256{1'000}); }
    lending::Position position_of(const Address& account) {
        const auto position = watch_.market().position(account, head_.timestamp);
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
        out.push_back({kind, std::move(tx), account, change});
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
            const auto cost = watch_.market().liquidation_cost(account, head_.timestamp);
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
        const U256 now = world_.read_number(token.source, abi::Encoder(selector("latestAnswer()")).finish());
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

    void advance() {
        const auto planned = moves();
        const Timestamp at = next_time();
        // Alone in its block, a change has the effect that was foretold for its second.
        std::optional<lending::AccountSummary> foretold;
        bool refused = false;
        if (planned.size() == 1 && planned[0].change) {
            const std::vector<Change> changes{*planned[0].change};
            if (const auto after = watch_.market().after(planned[0].account, changes, at)) foretold = *after;
            const auto verdict = watch_.market().allowed(planned[0].account, changes, {}, at);
            refused = !verdict && verdict.error().code == Errc::Refused;
        }
        std::vector<Tx> transactions;
        for (const auto& move : planned) transactions.push_back(move.tx);
        const auto mined = world_.node.mine(transactions, at);
        history_.push_back(fmt::format("block {} at {}", mined.header.ref.number, mined.header.ref.timestamp));
        for (std::size_t i = 0; i < planned.size(); ++i) {
            const bool good = mined.succeeded[i];
            auto& count = report_.moves[planned[i].kind];
            ++(good ? count.first : count.second);
            history_.push_back(fmt::format("    {}{}", planned[i].tx.what, good ? "" : " (reverted)"));
        }
        if (history_.size() > 60) history_.erase(history_.begin(), history_.end() - 60);
        follow(mined.header.ref);
        if (!report_.trouble.empty() || planned.size() != 1 || !planned[0].change) return;
        if (mined.succeeded[0] && refused) report_.trouble.push_back("Morpho did what was said to be refused");
        if (!mined.succeeded[0] || !foretold) return;
        const auto now = watch_.market().summary(planned[0].account, at);
        ++report_.foretold;
        if (!now || *now != *foretold)
            report_.trouble.push_back("foretold " + to_text(*foretold) + ", is " +
                                      (now ? to_text(*now) : now.error().message));
    }

    std::map<Address, lending::AccountSummary> summaries(Timestamp at) {
        std::map<Address, lending::AccountSummary> out;
        for (const auto& account : watch_.market().accounts()) {
            if (const auto summary = watch_.market().summary(account, at)) out.emplace(account, *summary);
        }
        return out;
    }

    void follow(const BlockRef& block) {
        const auto before = summaries(block.timestamp);
        count_bad_debts(block);
        if (const auto stepped = watch_.step(block); !stepped) {
            report_.trouble.push_back("apply: " + stepped.error().message);
            return;
        }
        head_ = block;
        compare();
        check_changed(before);
    }

    void count_bad_debts(const BlockRef& block) {
        constexpr Hash32 kLiquidate =
            topic("Liquidate(bytes32,address,address,uint256,uint256,uint256,uint256,uint256)");
        for (const auto& log : world_.node.logs({{calls_.contract}, {kLiquidate}}, block.hash))
            report_.bad_debts += abi::load_word(log.data.data() + 96).is_zero() ? 0U : 1U;
    }

    /// Whoever is not named as changed must not be worse than interest alone had made him, or than the bound says.
    void check_changed(const std::map<Address, lending::AccountSummary>& with_interest) {
        lending::Drift drift;
        if (options_.by_drift)
            drift = watch_.market().take_drift();
        else
            drift.changed = watch_.market().take_changed();
        const auto earlier = std::exchange(last_, summaries(head_.timestamp));
        if (options_.by_drift && !drift.factor) return;
        const std::set<Address> named(drift.changed.begin(), drift.changed.end());
        for (const auto& [account, before] : drift.factor ? earlier : with_interest) {
            if (named.contains(account)) continue;
            const auto now = last_.find(account);
            const U256 low = drift.factor ? bounded(before, *drift.factor) : before.health_factor.value;
            if (now != last_.end() && now->second.health_factor.value >= low) continue;
            report_.trouble.push_back(fmt::format("block {}: account {} is not named as changed; was {}, bound {}",
                                                  head_.number, to_checksum(account), to_text(before), to_string(low)));
        }
        report_.bounded += drift.factor ? 1U : 0U;
    }

    /// The bound is for real numbers; values and shares are rounded to a unit.
    static U256 bounded(const lending::AccountSummary& before, const Wad& factor) {
        if (before.debt.is_zero() || before.debt.value < U256{10'000'000}) return {};
        const U256 real = *mul_div_down(before.health_factor.value, factor.value, kWad);
        return saturating_sub(real, *div_up(real, U256{1'000'000}));
    }

    void compare() {
        auto found = differences(world_, watch_, head_, report_.tally);
        report_.trouble.insert(report_.trouble.end(), found.begin(), found.end());
    }

    void reorganise() {
        const auto ancestor = head_;
        const auto snapshot = world_.node.snapshot();
        const auto depth = dice_.between(1, 4);
        history_.push_back(fmt::format("{} blocks that are taken back:", depth));
        for (std::uint64_t i = 0; i < depth && report_.trouble.empty(); ++i) advance();
        if (!report_.trouble.empty()) return;
        world_.node.revert(snapshot);
        history_.push_back(fmt::format("back to block {}", ancestor.number));
        head_ = ancestor;
        if (!watch_.market().rewind(ancestor)) {
            report_.trouble.emplace_back("a rewind of a few blocks is refused");
            return;
        }
        ++report_.rewinds;
        watch_.sync(ancestor);
        compare();
        forget_changes();
    }

    void forget_changes() {
        if (options_.by_drift)
            watch_.market().take_drift();
        else
            watch_.market().take_changed();
        last_ = summaries(head_.timestamp);
    }

    World& world_;
    RunOptions options_;
    Scene scene_;
    Dice dice_;
    const DevMorphoMarket& of_;
    const DevReserve& loan_;
    const DevReserve& collateral_;
    MorphoCalls calls_;
    Watch watch_;
    std::vector<Address> waiting_;
    std::map<Address, lending::AccountSummary> last_;
    U256 first_price_;
    BlockRef head_;
    RunReport report_;
    std::vector<std::string> history_;
};

}  // namespace

RunReport random_run(World& world, const RunOptions& options) {
    return Run(world, options).play();
}

}  // namespace plimsoll::onchain::morpho
