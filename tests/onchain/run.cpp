// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/run.hpp"

#include <fmt/format.h>
#include <optional>

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
          player_(world, watch_, dice_) {
        for (const auto& topic : options.lost) watch_.lose(topic);
        waiting_ = world.all_accounts();
        while (waiting_.size() > 4) watch_next();
        head_ = world.node.latest().ref;
        watch_.sync(head_);
        compare();
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
        const auto before = healths(block.timestamp);
        if (const auto stepped = watch_.step(block); !stepped) {
            report_.trouble.push_back("apply: " + stepped.error().message);
            return;
        }
        head_ = block;
        compare();
        check_changed(before);
    }

    std::map<Address, U256> healths(Timestamp at) {
        std::map<Address, U256> out;
        for (const auto& account : watch_.market().accounts()) {
            if (const auto summary = watch_.market().summary(account, at))
                out.emplace(account, summary->health_factor.value);
        }
        return out;
    }

    /// Whoever is not named as changed must not be worse than interest alone had made him.
    void check_changed(const std::map<Address, U256>& before) {
        const auto changed = watch_.market().take_changed();
        const std::set<Address> named(changed.begin(), changed.end());
        for (const auto& [account, health] : before) {
            const auto now = watch_.market().summary(account, head_.timestamp);
            if (named.contains(account) || (now && now->health_factor.value >= health)) continue;
            report_.trouble.push_back(fmt::format("account {} fell from {} to {} and is not named as changed",
                                                  to_checksum(account), to_string(health),
                                                  now ? to_string(now->health_factor) : now.error().message));
        }
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
        watch_.market().take_changed();
    }

    World& world_;
    RunOptions options_;
    Scene scene_;
    Dice dice_;
    Watch watch_;
    Player player_;
    std::vector<Address> waiting_;
    BlockRef head_;
    RunReport report_;
    std::vector<std::string> history_;
};

}  // namespace

RunReport random_run(World& world, const RunOptions& options) {
    return Run(world, options).play();
}

}  // namespace plimsoll::onchain
