// SPDX-License-Identifier: Apache-2.0
// The comparison compared: when a kind of event never arrives, it must notice.
#include <cstdio>
#include <doctest/doctest.h>

#include "chain/lending/aave_v3/contracts.hpp"
#include "tests/onchain/run.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;
namespace event = plimsoll::lending::aave_v3::event;

TEST_CASE("N21 no kind of event can be left out unnoticed") {
    World& world = shared_world();
    const std::vector<std::pair<const char*, Hash32>> kinds = {
        {"Mint", event::kMint},
        {"Burn", event::kBurn},
        {"BalanceTransfer", event::kBalanceTransfer},
        {"ReserveDataUpdated", event::kReserveDataUpdated},
        {"collateral enabled", event::kCollateralEnabled},
        {"collateral disabled", event::kCollateralDisabled},
        {"UserEModeSet", event::kUserEModeSet},
        {"collateral configuration", event::kCollateralConfiguration},
        {"eMode of an asset", event::kAssetCategory},
        {"eMode category", event::kCategoryAdded},
        {"stable Mint", event::kStableMint},
        {"stable Burn", event::kStableBurn}};
    for (const auto& [name, topic] : kinds) {
        bool noticed = false;
        for (std::uint64_t seed = 100; seed < 124 && !noticed; ++seed) {
            RunOptions options;
            options.seed = seed;
            options.populated = true;
            options.reorganise = false;
            options.lost = {topic};
            const auto report = random_run(world, options);
            noticed = !report.trouble.empty();
            if (noticed)
                std::printf("without %s: noticed after %llu blocks of seed %llu\n", name,
                            static_cast<unsigned long long>(report.tally.blocks),
                            static_cast<unsigned long long>(seed));
        }
        CHECK_MESSAGE(noticed, "without " << name << " nothing is noticed");
    }
}
