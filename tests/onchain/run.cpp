// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/run.hpp"

#include "tests/onchain/population.hpp"

namespace plimsoll::onchain {

namespace {

RandomRun::Rules rules(const RunOptions& options) {
    return {.seed = options.seed,
            .blocks = options.blocks,
            .by_drift = options.by_drift,
            .waiting_at_first = 4,
            .watch_percent = 8,
            .detour_percent = options.reorganise ? 4U : 0U,
            .detour_blocks_max = 5,
            .may_resync = true};
}

class Run final : public RandomRun {
  public:
    Run(World& world, const RunOptions& options)
        : RandomRun(world.node, watch_, dice_, rules(options)),
          world_(world),
          scene_(world.node),
          dice_(options.seed),
          watch_(world),
          player_(start(world, options, dice_), watch_, dice_) {
        for (const auto& topic : options.lost) watch_.lose(topic);
        begin(world.all_accounts());
    }

    const Tally& tally() const { return tally_; }

  private:
    static World& start(World& world, const RunOptions& options, Dice& dice) {
        if (options.populated) populate(world, dice);
        return world;
    }

    void advance() override {
        const auto moves = player_.block(head().timestamp);
        mine(moves, player_.next_time(head().timestamp));
    }

    std::vector<std::string> compare(const BlockRef& block) override {
        return differences(world_, watch_, block, tally_);
    }

    /// The bound is for real numbers: the contract's average threshold may lose a basis point, values a unit.
    U256 bounded(const lending::AccountSummary& before, const Wad& factor) const override {
        if (before.debt.is_zero() || before.debt.value < U256{100'000'000}) return {};
        const U256 real = *mul_div_down(before.health_factor.value, factor.value, kWad);
        const U256 threshold = std::max(before.liquidation_threshold, U256{2});
        const U256 lost = *checked_add(*div_up(real, *checked_sub(threshold, U256{1})), *div_up(real, U256{1'000'000}));
        return saturating_sub(real, lost);
    }

    void detour_begins() override { known_ = player_.save(); }
    void detour_ends() override { player_.restore(std::move(known_)); }

    World& world_;
    Scene scene_;
    Dice dice_;
    Watch watch_;
    Player player_;
    Player::Knowledge known_;  // before a detour
    Tally tally_;
};

}  // namespace

RunReport random_run(World& world, const RunOptions& options) {
    Run run(world, options);
    auto found = run.play();
    return {std::move(found), run.tally()};
}

}  // namespace plimsoll::onchain
