// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/pool_book.hpp"

#include <doctest/doctest.h>

#include "chain/dex/pool_words.hpp"
#include "tests/unit/dex/book_stage.hpp"

using namespace plimsoll;
using namespace plimsoll::dex;
using namespace plimsoll::dex::made;

TEST_CASE("the first look: what a pool is, its words, the ticks in them, all at one block") {
    Stage stage;
    PoolBook book(stage.world.specs(), narrow());
    CHECK_FALSE(book.synced().has_value());
    CHECK(stage.world.round(book) == 9);
    CHECK_FALSE(book.synced().has_value());
    CHECK(stage.world.round(book) == 3);  // words -1, 0, 1
    CHECK(stage.world.round(book) == 3);  // ticks -60, 60 and 30,000
    CHECK(book.synced() == stage.world.head());
    CHECK(stage.world.round(book) == 0);
    CHECK(same(book, stage.world, 0));
    CHECK(same(book, stage.world, 1));
    CHECK(book.filter().addresses.size() == 2);
    CHECK(book.filter().topics0.size() == 5);
    CHECK(book.find(stage.world.pool(0).address) == &book.pools()[0]);
    CHECK(book.find(address_of(0x99)) == nullptr);
    // Once it stands, reads at another block are none.
    BlockRef other = stage.world.head();
    other.hash.bytes[5] = 1;
    CHECK(book.reads(other).empty());
    CHECK(book.synced() == stage.world.head());
}

TEST_CASE("a head that goes away in the middle of the first look: it begins anew") {
    Stage stage;
    PoolBook book(stage.world.specs(), narrow());
    stage.world.round(book);
    const auto reads = book.reads(stage.world.head());
    std::vector<CallResult> answers;
    for (const auto& call : reads) answers.push_back(stage.world.answer(call));
    stage.world.swap(0, true, 1'000'000);
    stage.world.advance();
    CHECK(book.answer(stage.world.head(), answers).error().code == Errc::Mismatch);
    CHECK(stage.world.sync(book) > 0);
    CHECK(book.synced() == stage.world.head());
    CHECK(same(book, stage.world, 0));
    CHECK(book.answer(stage.world.head(), answers).error().code == Errc::Mismatch);  // nothing was asked
}

TEST_CASE("events alone keep the pools: swaps over ticks, mints, burns, pairs") {
    Stage stage;
    stage.synced();
    stage.world.swap(0, true, 20'000'000'000);  // over -60
    stage.world.swap(1, false, 5'000'000);
    stage.follow();
    stage.check();
    stage.world.position(0, -600, -120, 7'000'000, true);
    stage.world.position(0, -60, 60, kDeep, false);  // the whole of it: two ticks go
    stage.world.position(0, -300, 300, 9'000'000, true);
    stage.world.position(0, -300, 300, 0, false);  // nothing burnt: fees are counted, no more
    stage.world.swap(0, false, 1'000'000'000);
    stage.follow();
    stage.check();
    stage.world.position(0, 90'000, 96'000, 5'000, true);  // beyond what is known
    stage.follow();
    stage.check();
    stage.world.sync(*stage.book);
    stage.check();
}

TEST_CASE("a quote beyond the known ticks has them read, and is exact then") {
    Stage stage;
    auto& book = stage.synced();
    const auto route = book.routes(address_of(1), address_of(2)).at(0);
    const U256 amount{4 * kDeep};
    CHECK(book.quote_exact_in(route, amount).end == QuoteEnd::UnknownTicks);
    CHECK(book.synced() == stage.world.head());
    for (int i = 0; i < 10 && !book.quote_exact_in(route, amount).complete(); ++i) CHECK(stage.world.sync(book) > 0);
    const auto out = book.quote_exact_in(route, amount);
    CHECK(out.complete());
    CHECK(out.amount_out == quote(stage.world.pool(0), true, amount, Exact::In).amount_out);
    stage.check();
    // Upwards nothing more was read.
    CHECK(v3(book, 0).ticks->word_high == 1);
    CHECK(v3(book, 0).ticks->word_low < -3);
    CHECK_FALSE(book.best_exact_out(address_of(2), address_of(1), U256{100 * kDeep}).complete());
    CHECK(stage.world.sync(book) > 0);
    CHECK(v3(book, 0).ticks->word_high > 1);
}

TEST_CASE("further ticks that cannot be read leave what is known, and are asked for again") {
    Stage stage;
    auto& book = stage.synced();
    const auto route = book.routes(address_of(1), address_of(2)).at(0);
    for (const int good_rounds : {0, 1}) {
        CHECK_FALSE(book.quote_exact_in(route, U256{4 * kDeep}).complete());
        for (int i = 0; i < good_rounds; ++i) CHECK(stage.world.round(book) > 0);
        const auto calls = book.reads(stage.world.head());
        REQUIRE_FALSE(calls.empty());
        CHECK(book.answer(stage.world.head(), std::vector<CallResult>(calls.size())).has_value());
        CHECK(book.reads(stage.world.head()).empty());
        stage.check();
        CHECK(book.quote_exact_in(route, U256{1'000}).complete());
    }
    CHECK_FALSE(book.quote_exact_in(route, U256{4 * kDeep}).complete());
    CHECK(stage.world.sync(book) > 0);
    stage.check();
}

TEST_CASE("a swap near the edge of the known ticks has further ones read") {
    Stage stage;
    auto& book = stage.synced();
    stage.world.swap(0, true, kDeep);  // to a tick near -15,000: word -1
    stage.follow();
    CHECK(v3(book, 0).word_of(v3(book, 0).tick) == -1);
    CHECK(stage.world.sync(book) > 0);
    CHECK(v3(book, 0).ticks->knows(-2));
    stage.check();
}

TEST_CASE("a mint between the rounds of an extension is not lost") {
    Stage stage;
    auto& book = stage.synced();
    const auto route = book.routes(address_of(1), address_of(2)).at(0);
    CHECK_FALSE(book.quote_exact_in(route, U256{4 * kDeep}).complete());
    CHECK(stage.world.round(book) > 0);  // the words
    stage.world.position(0, -30'000, -24'000, 77'000, true);
    stage.follow();
    CHECK(stage.world.sync(book) > 0);
    CHECK(v3(book, 0).ticks->word_low <= -2);
    stage.check();
}

TEST_CASE("a lost event shows at the next swap over its ticks") {
    Stage stage;
    auto& book = stage.synced();
    stage.world.position(0, -120, 120, 5'000, true);
    stage.world.logs().clear();
    stage.follow();
    stage.world.swap(0, true, 1'000);
    stage.world.advance();
    const auto applied = stage.world.apply_to(book);
    REQUIRE_FALSE(applied.has_value());
    CHECK(applied.error().code == Errc::Mismatch);
    CHECK(applied.error().message.find("our ticks say") != std::string::npos);
    book.reset();
    CHECK_FALSE(book.synced().has_value());
    stage.world.sync(book);
    stage.check();
}

TEST_CASE("blocks that do not follow and events that cannot be read are errors") {
    Stage stage;
    auto& book = stage.synced();
    const auto refused = [&](Errc code, auto bend) {
        auto world = stage.world;
        PoolBook copy = book;
        world.swap(0, true, 1'000);
        world.position(0, -120, 120, 5'000, true);
        bend(world.logs());
        world.advance();
        const auto applied = world.apply_to(copy);
        REQUIRE_FALSE(applied.has_value());
        CHECK(applied.error().code == code);
        CHECK(applied.error().message.find(to_string(address_of(0x10))) != std::string::npos);
    };
    refused(Errc::Decode, [](auto& logs) { logs[0].data.resize(100); });
    refused(Errc::Decode, [](auto& logs) { logs[1].topics.resize(3); });
    refused(Errc::Decode, [](auto& logs) { logs[1].topics[2].bytes[0] = 1; });
    refused(Errc::Range, [](auto& logs) { std::fill_n(logs[0].data.begin() + 64, 32, std::uint8_t{0}); });
    refused(Errc::Range, [](auto& logs) { logs[1].data[32 + 16] = 0xff; });
    refused(Errc::Math, [](auto& logs) {
        logs[1].topics[0] = topic_of::kBurn;
        logs[1].data.erase(logs[1].data.begin(), logs[1].data.begin() + 32);
    });
    BlockRef stranger = stage.world.head();
    stranger.number += 1;
    CHECK(book.apply(stranger, {}).error().code == Errc::Mismatch);
}

TEST_CASE("back over blocks: prices, ticks and what is known are those of the ancestor") {
    Stage stage;
    auto& book = stage.synced();
    stage.world.swap(0, true, 1'000'000);
    stage.follow();
    const auto ancestor = stage.world.save();
    CHECK(book.rewind(ancestor.head()));  // where it is
    for (int i = 0; i < 5; ++i) {
        stage.world.swap(0, i % 2 == 0, 30'000'000'000);
        stage.world.position(0, -600 - 60 * i, 600, 1'000'000, true);
        stage.world.swap(1, true, 1'000'000);
        stage.follow();
        const auto route = book.routes(address_of(1), address_of(2)).at(0);
        static_cast<void>(book.quote_exact_in(route, U256{4 * kDeep}));
        stage.world.sync(book);
        stage.check();
    }
    stage.world = ancestor;
    CHECK(book.rewind(ancestor.head()));
    stage.check();
    for (int i = 0; i < 5; ++i) {
        stage.world.position(0, -1'200, -600 + 60 * i, 2'000'000, true);
        stage.world.swap(0, true, 40'000'000'000);
        stage.follow(7);
        stage.world.sync(book);
        stage.check();
    }
    auto stranger = ancestor.head();
    stranger.hash.bytes[3] = 1;
    CHECK_FALSE(book.rewind(stranger));
}

TEST_CASE("rewinds reach as far as the limit, and never before the first look") {
    auto limits = narrow();
    limits.blocks = 3;
    Stage stage(limits);
    auto& book = stage.synced();
    const auto first = stage.world.head();
    BlockRef before = first;
    before.hash = first.parent;
    before.number -= 1;
    CHECK_FALSE(book.rewind(before));
    stage.follow();
    const auto second = stage.world.head();
    for (int i = 0; i < 3; ++i) stage.follow();
    CHECK_FALSE(book.rewind(first));
    CHECK(book.rewind(second));
    CHECK(book.synced() == second);
    PoolBook blank;
    CHECK_FALSE(blank.rewind(first));
}

TEST_CASE("a pool followed later is read then, and again when its block goes away") {
    Stage stage;
    auto& book = stage.synced();
    const auto ancestor = stage.world.save();
    stage.follow();
    const auto late = stage.world.add(whole(0x11, 90));
    book.follow({address_of(0x11), PoolKind::UniswapV3});
    book.follow({address_of(0x11), PoolKind::UniswapV3});
    CHECK(book.pools().size() == 3);
    CHECK_FALSE(book.synced().has_value());
    stage.world.sync(book);
    stage.check();
    CHECK(same(book, stage.world, late));
    stage.world = ancestor;
    stage.world.add(whole(0x11, -90));
    CHECK(book.rewind(ancestor.head()));
    CHECK_FALSE(book.synced().has_value());
    stage.world.sync(book);
    stage.check();
    CHECK(same(book, stage.world, late));
}
