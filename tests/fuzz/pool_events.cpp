// SPDX-License-Identifier: Apache-2.0
// Logs of pools of Uniswap V3 and V2 as a lying node could make them up, on a book in sync. Blocks, each a byte and its
// logs: what is applied can be quoted and taken back, what is refused can be read anew and then equals the pools.
#include "chain/codec/abi_words.hpp"
#include "chain/dex/pool_words.hpp"
#include "tests/fuzz/support/hostile_logs.hpp"
#include "tests/unit/dex/book_world.hpp"

using namespace plimsoll;
using namespace plimsoll::dex;
using fuzz::require;

namespace {

constexpr std::uint64_t kDeep = 1'000'000'000'000;

PoolBookLimits narrow() {
    PoolBookLimits out;
    out.words_around = 1;
    out.words_ahead = 2;
    out.words = 40;
    return out;
}

struct World {
    made::BookWorld chain;
    PoolBook book;
    fuzz::Palette palette;

    World() {
        const auto whole = made::v3_pool(0, 60, 3000, {{-120'000, 120'000, kDeep}, {-60, 60, kDeep}}, -58, 57);
        chain.add(made::renamed(whole, 0x10, 1, 2));
        chain.add(made::renamed(made::v2_pool(kDeep, kDeep), 0x20, 1, 2));
        book = PoolBook(chain.specs(), narrow());
        require(settle(), "the book comes in sync");
        palette.emitters = {chain.pool(0).address, chain.pool(1).address, made::address_of(66)};
        palette.events = {topic_of::kSwap, topic_of::kMint, topic_of::kBurn, topic_of::kInitialize, topic_of::kSync};
        for (const std::int64_t tick :
             {-887'280, -887'272, -120'000, -60, -1, 60, 61, 120'000, 887'271, 887'272, 8'388'607, -8'388'608})
            palette.words.push_back(Hash32{I256::from_i64(tick).word.to_be_bytes()});
        for (const auto& number : {U256{kDeep}, *checked_mul(U256{kDeep}, U256{2}), kMinSqrtRatio, kMaxSqrtRatio,
                                   U256{}.with_bit(96, true), U256{}.with_bit(112, true), U256{}.with_bit(126, true)})
            palette.words.push_back(Hash32{number.to_be_bytes()});
        fuzz::add_numbers(palette);
    }

    bool settle() {
        for (unsigned rounds = 0; rounds < 40; ++rounds) {
            if (chain.round(book) == 0) return true;
        }
        return false;
    }
    void read_anew() {
        book.reset();
        require(settle(), "after a reset the book comes in sync");
        require(book.synced() == chain.head(), "at the head");
        for (std::size_t i = 0; i < 2; ++i) require(made::same(book, chain, i), "and equals the pools");
    }
    void quote() {
        const auto& token_in = chain.pool(0).token0;
        const auto& token_out = chain.pool(0).token1;
        for (const auto& route : book.routes(token_in, token_out)) {
            for (const auto& amount : {U256{1}, U256{kDeep / 10}, U256{}.with_bit(120, true), kU256Max}) {
                const auto in = book.quote_exact_in(route, amount);
                require(!in.complete() || in.amount_in == amount, "the whole amount is sold");
                const auto out = book.quote_exact_out(route, amount);
                require(!out.complete() || out.amount_out == amount, "the whole amount is bought");
            }
        }
        const U256 amount{kDeep / 100};
        const auto split = book.best_split(token_in, token_out, amount);
        require(!split.complete() || split.amount_in == amount, "the parts are the whole");
    }
};

/// One block of made-up logs; false when the book wants to be read anew.
bool play(World& world, fuzz::Input& input) {
    const BlockRef before = world.chain.head();
    const std::vector<Pool> pools(world.book.pools().begin(), world.book.pools().end());
    const auto how = input.byte();
    const auto kept = world.chain.save();
    world.chain.advance();
    const BlockRef block = world.chain.head();
    std::vector<Log> logs;
    for (unsigned i = 0; i <= how >> 6U; ++i) logs.push_back(take_log(input, world.palette, block, i));
    if (!world.book.apply(block, logs)) return false;
    world.quote();
    if (how % 2 == 0) return true;
    if (!world.book.rewind(before)) return false;
    world.chain = kept;
    for (std::size_t i = 0; i < pools.size(); ++i)
        require(world.book.pools()[i] == pools[i], "a block taken back never was");
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    World world;
    fuzz::play_blocks(world, input, 6, play);
    return 0;
}
