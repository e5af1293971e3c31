// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/run.hpp"

#include <fmt/format.h>
#include <optional>

#include "tests/onchain/population.hpp"

namespace plimsoll::onchain {

namespace {

class Run {
  public:
    Run(World& world, const RunOptions& options)
        : world_(world),
          options_(options),
          scene_(world),
          dice_(options.seed),
          watch_(world),
          player_(start(world, options, dice_), watch_, dice_) {
        for (const auto& topic : options.lost) watch_.lose(topic);
        waiting_ = world.all_accounts();
        while (waiting_.size() > 4) watch_next();
        head_ = world.node.latest().ref;
        watch_.sync(head_);
        compare();
        forget_changes();
    }

    RunReport play() {
        for (unsigned i = 0; i < options_.blocks && report_.trouble.empty(); ++i) {
            if (!waiting_.empty() && dice_.percent(8)) watch_next();
            if (options_.reorganise && dice_.percent(4))
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
    static World& start(World& world, const RunOptions& options, Dice& dice) {
        if (options.populated) populate(world, dice);
        return world;
    }

    /// Sometimes read at once, sometimes with the next block.
    void watch_next() {
        watch_.market().watch(waiting_.back());
        waiting_.pop_back();
        if (dice_.percent(50) && head_.number != 0) watch_.sync(head_);
    }

    void advance() {
        const auto moves = player_.block(head_.timestamp);
        std::vector<Tx> transactions;
        for (const auto& move : moves) transactions.push_back(move.tx);
        const auto mined = world_.node.mine(transactions, player_.next_time(head_.timestamp));
        history_.push_back(fmt::format("block {} at {}", mined.header.ref.number, mined.header.ref.timestamp));
        for (std::size_t i = 0; i < moves.size(); ++i) {
            const bool good = mined.succeeded[i];
            auto& count = report_.moves[moves[i].kind];
            ++(good ? count.first : count.second);
            history_.push_back(fmt::format("    {}{}", moves[i].tx.what, good ? "" : " (reverted)"));
        }
        if (history_.size() > 60) history_.erase(history_.begin(), history_.end() - 60);
        follow(mined.header.ref);
    }

    void follow(const BlockRef& block) {
        const auto before = summaries(block.timestamp);
        if (const auto stepped = watch_.step(block); !stepped) {
            report_.trouble.push_back("apply: " + stepped.error().message);
            return;
        }
        head_ = block;
        compare();
        check_changed(before);
    }

    std::map<Address, lending::AccountSummary> summaries(Timestamp at) {
        std::map<Address, lending::AccountSummary> out;
        for (const auto& account : watch_.market().accounts()) {
            if (const auto summary = watch_.market().summary(account, at)) out.emplace(account, *summary);
        }
        return out;
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
            report_.trouble.push_back(
                fmt::format("block {}: account {} is not named as changed; was {}, is {}, bound {}", head_.number,
                            to_checksum(account), to_text(before),
                            now == last_.end() ? "unknown" : to_text(now->second), to_string(low)));
        }
        ++(drift.factor ? report_.bounded : report_.unbounded);
    }

    /// The bound is for real numbers: the contract's average threshold may lose a basis point, values a unit.
    static U256 bounded(const lending::AccountSummary& before, const Wad& factor) {
        if (before.debt.is_zero() || before.debt.value < U256{100'000'000}) return {};
        const U256 real = *mul_div_down(before.health_factor.value, factor.value, kWad);
        const U256 threshold = std::max(before.liquidation_threshold, U256{2});
        const U256 lost = *checked_add(*div_up(real, *checked_sub(threshold, U256{1})), *div_up(real, U256{1'000'000}));
        return saturating_sub(real, lost);
    }

    void compare() {
        auto found = differences(world_, watch_, head_, report_.tally);
        report_.trouble.insert(report_.trouble.end(), found.begin(), found.end());
    }

    /// Some blocks that will not have been, then others in their place.
    void reorganise() {
        const auto ancestor = head_;
        const auto snapshot = world_.node.snapshot();
        const auto player = player_.save();
        const auto depth = dice_.between(1, 5);
        history_.push_back(fmt::format("{} blocks that are taken back:", depth));
        for (std::uint64_t i = 0; i < depth && report_.trouble.empty(); ++i) advance();
        if (!report_.trouble.empty()) return;
        world_.node.revert(snapshot);
        player_.restore(player);
        history_.push_back(fmt::format("back to block {}", ancestor.number));
        head_ = ancestor;
        if (watch_.market().rewind(ancestor)) {
            ++report_.rewinds;
        } else {
            ++report_.resyncs;
            watch_.market().reset();
        }
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
    Watch watch_;
    Player player_;
    std::vector<Address> waiting_;
    std::map<Address, lending::AccountSummary> last_;  // at the newest block
    BlockRef head_;
    RunReport report_;
    std::vector<std::string> history_;
};

}  // namespace

RunReport random_run(World& world, const RunOptions& options) {
    return Run(world, options).play();
}

}  // namespace plimsoll::onchain
