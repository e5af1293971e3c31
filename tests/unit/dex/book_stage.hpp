// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <optional>

#include "tests/unit/dex/book_world.hpp"

namespace plimsoll::dex::made {

inline constexpr std::uint64_t kDeep = 1'000'000'000'000;

inline Pool whole(std::uint8_t name = 0x10, Tick tick = 0) {
    return renamed(
        v3_pool(tick, 60, 3000, {{-120'000, 120'000, kDeep}, {-60, 60, kDeep}, {-30'000, 30'000, kDeep}}, -58, 57),
        name, 1, 2);
}

inline const V3State& v3(const PoolBook& book, std::size_t index) {
    return std::get<V3State>(book.pools()[index].state);
}

inline PoolBookLimits narrow() {
    PoolBookLimits out;
    out.words_around = 1;
    out.words_ahead = 2;
    return out;
}

/// A world of one V3 pool and one V2 pair, and a book of them.
struct Stage {
    explicit Stage(const PoolBookLimits& limits = narrow()) : limits_(limits) {
        world.add(whole());
        world.add(renamed(v2_pool(kDeep, kDeep), 0x20, 1, 2));
    }
    PoolBook& synced() {
        book.emplace(world.specs(), limits_);
        world.sync(*book);
        REQUIRE(book->synced() == world.head());
        return *book;
    }
    void follow(std::uint8_t branch = 0) {
        world.advance(branch);
        const auto applied = world.apply_to(*book);
        REQUIRE_MESSAGE(applied.has_value(), applied.error().message);
    }
    void check() {
        CHECK(book->synced() == world.head());
        CHECK(same(*book, world, 0));
        CHECK(same(*book, world, 1));
    }

    PoolBookLimits limits_;
    BookWorld world;
    std::optional<PoolBook> book;
};

}  // namespace plimsoll::dex::made
