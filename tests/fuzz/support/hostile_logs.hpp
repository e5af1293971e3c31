// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chain/lending/market.hpp"
#include "chain/types/block.hpp"
#include "tests/fuzz/support/input.hpp"

namespace plimsoll::fuzz {

/// What made-up logs are composed of, so that most of them mean something to the market.
struct Palette {
    std::vector<Address> emitters;
    std::vector<Hash32> events;  // first topics
    std::vector<Hash32> words;   // of further topics and data: addresses, ids, amounts
};

/// Adds small and large numbers to the words.
void add_numbers(Palette& palette);
/// One log, whole or with a word too few, of two bytes or more.
Log take_log(Input& input, const Palette& palette, const BlockRef& block, std::uint32_t index);

/// Blocks of made-up logs until the input ends; play(world, input) is false where the world must be read anew.
template <class World, class Play>
void play_blocks(World& world, Input& input, unsigned most, Play play) {
    for (unsigned blocks = 0; blocks < most && !input.at_end(); ++blocks) {
        if (!play(world, input)) world.read_anew();
    }
    world.read_anew();
}

/// What was known before a block that was taken back, and after.
template <class Summaries>
void require_as_before(const Summaries& again, const Summaries& before) {
    for (std::size_t i = 0; i < again.size(); ++i) {
        require(again[i].has_value() == before[i].has_value() && (!again[i] || *again[i] == *before[i]),
                "a block taken back never was");
    }
}

/// Every question that a market answers, for each of its accounts: an answer or an error, and no contradiction.
void ask_everything(const lending::Market& market, Timestamp at);

}  // namespace plimsoll::fuzz
