// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/unit/dex/book_stage.hpp"

using namespace plimsoll;
using namespace plimsoll::dex;
using namespace plimsoll::dex::made;

TEST_CASE("a pool not yet initialised trades nothing until it is") {
    Stage stage;
    Pool blank = renamed(v3_pool(0, 60, 3000, {}, -58, 57), 0x11, 1, 3);
    std::get<V3State>(blank.state).sqrt_price = U256{};
    const auto index = stage.world.add(blank);
    auto& book = stage.synced();
    CHECK(book.routes(address_of(1), address_of(3)).empty());
    stage.world.initialize(index, 300);
    stage.world.position(index, -600, 600, kDeep, true);
    stage.follow();
    CHECK_FALSE(book.synced().has_value());
    stage.world.sync(book);
    stage.check();
    CHECK(same(book, stage.world, index));
    CHECK(book.routes(address_of(1), address_of(3)).size() == 1);
}

TEST_CASE("a pool that is none, or odd, is left out; the others are not disturbed") {
    Stage stage;
    stage.world.add(renamed(whole(), 0x11, 3, 2));  // token0 above token1
    auto wide = whole(0x12);
    std::get<V3State>(wide.state).spacing = 20'000;
    stage.world.add(wide);
    auto free = whole(0x13);
    std::get<V3State>(free.state).fee = 1'000'000;
    stage.world.add(free);
    auto specs = stage.world.specs();
    specs.push_back({address_of(0x14), PoolKind::UniswapV3});  // no code
    specs.push_back({address_of(0x15), PoolKind::UniswapV2, 1'001, 1'000});
    specs.push_back({address_of(0x16), PoolKind::UniswapV2, 0, 1'000});
    PoolBook book(specs, narrow());
    stage.world.sync(book);
    CHECK(book.synced() == stage.world.head());
    CHECK(book.trouble(address_of(0x10)).empty());
    CHECK(book.trouble(address_of(0x99)).empty());
    for (std::uint8_t name = 0x11; name <= 0x16; ++name) {
        CAPTURE(name);
        CHECK(book.trouble(address_of(name)).find(to_string(address_of(name))) == 0);
        CHECK(book.find(address_of(name))->token0.is_zero());
    }
    CHECK(book.routes(address_of(1), address_of(2)).size() == 2);
    CHECK(same(book, stage.world, 0));
    // Its events mean nothing.
    stage.world.position(2, -120, 120, 5'000, true);
    stage.world.advance();
    CHECK(stage.world.apply_to(book).has_value());
    book.reset();
    CHECK(book.trouble(address_of(0x11)).empty());
    CHECK_FALSE(book.trouble(address_of(0x15)).empty());
}

TEST_CASE("bounds: calls of a round, words and ticks of a pool") {
    auto limits = narrow();
    limits.calls = 6;
    limits.words = 12;
    Stage stage(limits);
    PoolBook book(stage.world.specs(), limits);
    std::size_t rounds = 0;
    for (std::size_t calls = 1; calls != 0; ++rounds) {
        calls = stage.world.round(book);
        CHECK(calls <= 6);
    }
    CHECK(rounds == 4);  // the last one asks nothing
    CHECK(same(book, stage.world, 0));
    CHECK(same(book, stage.world, 1));
    for (int i = 0; i < 10; ++i) {
        for (const bool zero_for_one : {true, false})
            static_cast<void>(
                book.quote_exact_in({address_of(1), address_of(2), {{0, zero_for_one}}}, U256{90 * kDeep}));
        stage.world.sync(book);
    }
    CHECK(v3(book, 0).ticks->word_high - v3(book, 0).ticks->word_low + 1 == 12);
    CHECK(same(book, stage.world, 0));
    limits.ticks = 1;
    PoolBook few(stage.world.specs(), limits);
    stage.world.sync(few);
    CHECK(few.trouble(address_of(0x10)).find("more than 1 ticks") != std::string::npos);
}

TEST_CASE("an audit compares the pool's own view of the same block") {
    Stage stage;
    auto& book = stage.synced();
    for (const std::uint8_t name : {std::uint8_t{0x10}, std::uint8_t{0x20}}) {
        std::vector<CallResult> answers;
        for (const auto& call : book.audit_calls(address_of(name))) answers.push_back(stage.world.answer(call));
        CHECK(book.audit(address_of(name), stage.world.head(), answers).value());
        auto world = stage.world;
        world.swap(name == 0x10 ? 0 : 1, true, 1'000'000);
        std::vector<CallResult> others;
        for (const auto& call : book.audit_calls(address_of(name))) others.push_back(world.answer(call));
        CHECK_FALSE(book.audit(address_of(name), stage.world.head(), others).value());
        auto later = stage.world.head();
        later.hash.bytes[1] = 1;
        CHECK(book.audit(address_of(name), later, answers).error().code == Errc::Mismatch);
        CHECK(book.audit(address_of(name), stage.world.head(), {}).error().code == Errc::Decode);
        answers[0].data.resize(31);
        CHECK(book.audit(address_of(name), stage.world.head(), answers).error().code == Errc::Decode);
        answers[0].success = false;
        CHECK(book.audit(address_of(name), stage.world.head(), answers).error().code == Errc::Reverted);
    }
    CHECK(book.audit_calls(address_of(0x99)).empty());
    CHECK(book.audit(address_of(0x99), stage.world.head(), {}).error().code == Errc::NotFound);
}

TEST_CASE("a book without pools is of every block") {
    PoolBook book;
    Stage stage;
    CHECK(book.reads(stage.world.head()).empty());
    CHECK(book.synced() == stage.world.head());
    stage.world.advance();
    CHECK(stage.world.apply_to(book).has_value());
    CHECK(book.synced() == stage.world.head());
}
