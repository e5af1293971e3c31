// SPDX-License-Identifier: Apache-2.0
#include "chain/oracle/feed_book.hpp"

#include <doctest/doctest.h>

#include "tests/support/fake_feeds.hpp"

using namespace plimsoll;
using oracle::Condition;
using oracle::FeedBook;
using oracle::FeedRules;
using test::FakeFeeds;
using Kind = oracle::Condition::Kind;

namespace {

constexpr Address kEth = Address::literal("0x00000000000000000000000000000000000000a1");
constexpr Address kEthInner = Address::literal("0x00000000000000000000000000000000000000a2");
constexpr Address kEthNext = Address::literal("0x00000000000000000000000000000000000000a3");
constexpr Address kUsd = Address::literal("0x00000000000000000000000000000000000000b1");
constexpr Address kUsdInner = Address::literal("0x00000000000000000000000000000000000000b2");
constexpr Address kPublic = Address::literal("0x00000000000000000000000000000000000000c1");
constexpr Address kPublicInner = Address::literal("0x00000000000000000000000000000000000000c2");
constexpr Address kAdapter = Address::literal("0x00000000000000000000000000000000000000d1");
constexpr Address kUptime = Address::literal("0x00000000000000000000000000000000000000e1");
constexpr Timestamp kStart = 1'700'000'000;
constexpr std::uint64_t kHour = 3'600;
constexpr std::uint64_t kDay = 86'400;

struct Bench {
    FakeFeeds chain;
    FeedBook book;
    BlockRef head;
    std::size_t asked{};

    explicit Bench(std::vector<FeedRules> rules = {}, std::optional<Address> sequencer = {})
        : book(std::move(rules), sequencer) {
        chain.feed(kEth, kEthInner, 7, 200'000'000'000, kStart);
        chain.feed(kUsd, kUsdInner, 9, 100'000'000, kStart);
        head.timestamp = kStart;
    }
    /// The next block, so much later, with all that is wanted at it read.
    void block(std::uint64_t seconds = 12) {
        head.parent = head.hash;
        ++head.number;
        head.hash.bytes[31] = static_cast<std::uint8_t>(head.number);
        head.hash.bytes[30] = static_cast<std::uint8_t>(head.number >> 8U);
        head.timestamp += seconds;
        asked = 0;
        for (int round = 0; round < 8; ++round) {
            const auto calls = book.calls(head);
            if (calls.empty()) return;
            asked += calls.size();
            book.answer(head, chain.answer(calls));
        }
        FAIL("reads without end");
    }
    std::vector<Kind> kinds() const {
        std::vector<Kind> out;
        for (const auto& condition : book.conditions()) out.push_back(condition.kind);
        return out;
    }
    std::string text(Kind kind) const {
        for (const auto& condition : book.conditions()) {
            if (condition.kind == kind) return condition.text;
        }
        return {};
    }
};

bool has(const std::vector<Kind>& kinds, Kind kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

TEST_CASE("O01 a price older than its heartbeat and grace is told, and fresh again when it speaks") {
    Bench b({{kEth, kHour, 600, {}, 0}});
    b.book.follow({{kEth, "WETH"}});
    b.block();
    CHECK(b.kinds().empty());
    b.block(kHour + 600 - 12);
    CHECK(b.kinds().empty());  // to the last second of the grace
    b.block(1);
    REQUIRE(b.kinds() == std::vector{Kind::Old});
    CHECK(b.text(Kind::Old).find("1 h 10 min") != std::string::npos);
    CHECK(b.book.old(kEth));
    CHECK_FALSE(b.book.ahead(kEth, U256{200'000'000'000}).has_value());
    b.chain.feed(kEth, kEthInner, 8, 200'000'000'000, b.head.timestamp + 12);
    b.block();
    CHECK(b.kinds().empty());
    CHECK_FALSE(b.book.old(kEth));
}

TEST_CASE("O02 two feeds with different heartbeats are each held to their own, legs of one adapter too") {
    Bench b({{kEth, kHour, 600, {}, 0}, {kUsd, kDay, 600, {}, 0}});
    b.chain.address(kAdapter, "ASSET_TO_PEG()", kEth);
    b.chain.address(kAdapter, "PEG_TO_BASE()", kUsd);
    b.chain.word(kAdapter, "latestAnswer()", U256{200'000'000'000});
    b.book.follow({{kAdapter, "cbETH"}, {kUsd, "USDC"}});
    b.block();
    b.block(2 * kHour);
    REQUIRE(b.book.conditions().size() == 1);
    CHECK(b.book.conditions()[0].feed == kEth);
    CHECK(b.book.old(kAdapter));  // through its leg
    CHECK_FALSE(b.book.old(kUsd));
    b.block(kDay);
    CHECK(b.book.conditions().size() == 2);
    CHECK(b.book.old(kUsd));
}

TEST_CASE("O04 a round of the future, without time, or before the one seen is told and not taken for fresh") {
    Bench b({{kEth, kHour, 600, kPublic, 60}});
    b.chain.feed(kPublic, kPublicInner, 70, 190'000'000'000, kStart);
    b.book.follow({{kEth, "WETH"}});
    b.block();
    CHECK(b.book.ahead(kEth, U256{200'000'000'000}) == U256{190'000'000'000});
    for (const Timestamp updated : {Timestamp{0}, b.head.timestamp + 1'000, kStart - 50}) {
        CAPTURE(updated);
        b.chain.feed(kPublic, kPublicInner, 71, 150'000'000'000, updated);
        b.block();
        CHECK(has(b.kinds(), Kind::Untimely));
        CHECK_FALSE(b.book.ahead(kEth, U256{200'000'000'000}).has_value());
        b.chain.feed(kPublic, kPublicInner, 72, 190'000'000'000, kStart);
        b.block();
        b.book.rewound();
        b.block();
        CHECK_FALSE(has(b.kinds(), Kind::Untimely));
    }
}

TEST_CASE("O05 a new phase behind a proxy is told with its aggregator at the block of its first round") {
    Bench b;
    b.book.follow({{kEth, "WETH"}});
    b.block();
    CHECK(b.book.take_changes().empty());
    b.chain.feed(kEth, kEthNext, 1, 201'000'000'000, b.head.timestamp);
    b.chain.round(kEth, FakeFeeds::in_phase(2, 1), I256{U256{201'000'000'000}}, b.head.timestamp, b.head.timestamp);
    b.block();
    const auto changes = b.book.take_changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].kind == oracle::Change::Kind::Aggregator);
    CHECK(changes[0].text.find(to_string(kEthNext)) != std::string::npos);
    CHECK(changes[0].text.find(to_string(kEthInner)) != std::string::npos);
    CHECK(b.kinds().empty());  // round 1 of a phase is no step back
    b.block();
    CHECK(b.book.take_changes().empty());
}

TEST_CASE("O07 other decimals than before, or than the feed that is repeated, are refused and told") {
    Bench b({{kEth, kHour, 600, kPublic, 60}});
    b.chain.feed(kPublic, kPublicInner, 70, 190'000'000'000, kStart);
    SUBCASE("of the public feed") {
        b.chain.word(kPublic, "decimals()", U256{18});
        b.book.follow({{kEth, "WETH"}});
        b.block();
        CHECK(has(b.kinds(), Kind::Decimals));
        CHECK_FALSE(b.book.ahead(kEth, U256{200'000'000'000}).has_value());
    }
    SUBCASE("changed behind our back") {
        b.book.follow({{kEth, "WETH"}});
        b.block();
        CHECK(b.kinds() == std::vector{Kind::Ahead});
        b.chain.word(kEth, "decimals()", U256{6});
        for (BlockNumber n = 0; n < FeedBook::kLookAgain; ++n) b.block();
        CHECK(has(b.kinds(), Kind::Decimals));
        CHECK_FALSE(b.book.ahead(kEth, U256{200'000'000'000}).has_value());
        b.chain.word(kEth, "decimals()", U256{8});  // and back: it stays refused, nobody has understood it
        for (BlockNumber n = 0; n < FeedBook::kLookAgain; ++n) b.block();
        CHECK(has(b.kinds(), Kind::Decimals));
    }
}

TEST_CASE("O08 a ratio held down by its cap is told with the difference") {
    Bench b;
    b.chain.address(kAdapter, "BASE_TO_USD_AGGREGATOR()", kEth);
    b.chain.word(kAdapter, "latestAnswer()", U256{233'160'000'000});  // 2000 * 1.1658
    b.chain.word(kAdapter, "getRatio()", *checked_mul(U256{12}, *pow10(17)));
    b.chain.word(kAdapter, "RATIO_DECIMALS()", U256{18});
    b.chain.word(kAdapter, "isCapped()", U256{1});
    b.chain.word(kAdapter, "getSnapshotRatio()", *checked_mul(U256{11}, *pow10(17)));
    b.chain.word(kAdapter, "getMaxYearlyGrowthRatePercent()", U256{968});
    b.book.follow({{kAdapter, "wstETH"}});
    b.block();
    REQUIRE(b.kinds() == std::vector{Kind::Capped});
    CHECK(b.text(Kind::Capped).find("2.85 %") != std::string::npos);
    CHECK(b.book.uncapped(kAdapter) == U256{240'000'000'000});
    CHECK_FALSE(b.book.ahead(kAdapter, U256{233'160'000'000}).has_value());  // the cap is no delay
    b.book.take_changes();
    b.chain.word(kAdapter, "getMaxYearlyGrowthRatePercent()", U256{500});
    b.block();
    const auto changes = b.book.take_changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].kind == oracle::Change::Kind::Cap);
    CHECK(changes[0].text.find("500 bps") != std::string::npos);
    CHECK(changes[0].text.find("968") != std::string::npos);
    b.chain.word(kAdapter, "isCapped()", U256{});
    b.block();
    CHECK(b.kinds().empty());
}

TEST_CASE("a feed at the lowest answer that its aggregator gives") {
    Bench b;
    b.chain.word(kEthInner, "minAnswer()", U256{10'000'000});
    b.chain.word(kEthInner, "maxAnswer()", U256{9'000'000'000'000});
    b.book.follow({{kEth, "LUNA"}});
    b.block();
    CHECK(b.kinds().empty());
    b.chain.feed(kEth, kEthInner, 8, 10'000'000, b.head.timestamp);
    b.block();
    CHECK(b.kinds() == std::vector{Kind::AtBound});
}

TEST_CASE("O10 a public feed that has moved first is what the market will read, the newer of the two only") {
    Bench b({{kEth, kHour, 600, kPublic, 60}});
    b.chain.feed(kPublic, kPublicInner, 70, 200'000'000'000, kStart);
    b.book.follow({{kEth, "WETH"}});
    b.block();
    CHECK(b.kinds().empty());
    b.chain.feed(kPublic, kPublicInner, 71, 190'000'000'000, b.head.timestamp);
    b.block();
    CHECK(b.book.ahead(kEth, U256{200'000'000'000}) == U256{190'000'000'000});
    CHECK(b.text(Kind::Ahead).find("5.00 % below") != std::string::npos);
    CHECK(b.text(Kind::Ahead).find("due in 48 s") != std::string::npos);
    CHECK(b.book.due(kEth) == b.head.timestamp + 48);
    b.block(60);
    CHECK(b.text(Kind::Ahead).find("due now") != std::string::npos);
    b.chain.feed(kEth, kEthInner, 8, 189'000'000'000, b.head.timestamp);  // a later round than the public one's
    b.block();
    CHECK_FALSE(b.book.ahead(kEth, U256{189'000'000'000}).has_value());
}

TEST_CASE("a public feed of another pair, or an adapter with two feeds that are no product, moves nothing") {
    Bench b({{kEth, kHour, 600, kPublic, 60}});
    b.chain.feed(kPublic, kPublicInner, 70, 6'000'000'000'000, kStart);  // a bitcoin
    b.book.follow({{kEth, "WETH"}});
    b.block();
    CHECK(b.kinds() == std::vector{Kind::Decimals});
    CHECK_FALSE(b.book.ahead(kEth, U256{200'000'000'000}).has_value());
    b.chain.feed(kPublic, kPublicInner, 71, 100'000'000'000, kStart);  // a fall by half still is one
    b.block();
    CHECK(b.book.ahead(kEth, U256{200'000'000'000}) == U256{100'000'000'000});
    b.chain.address(kAdapter, "BASE_TO_USD_AGGREGATOR()", kEth);
    b.chain.address(kAdapter, "ASSET_TO_USD_AGGREGATOR()", kUsd);
    b.chain.word(kAdapter, "latestAnswer()", U256{100'000'000});
    b.book.follow({{kAdapter, "EURC"}});
    b.block();
    CHECK_FALSE(b.book.ahead(kAdapter, U256{100'000'000}).has_value());
    b.block(2 * kHour);
    CHECK(b.book.old(kAdapter));
}

TEST_CASE("O10 one aggregator that answers its delayed proxy later than everybody else") {
    Bench b;
    b.book.follow({{kEth, "WETH"}});
    b.block();
    b.chain.round(kEthInner, U256{8}, I256{U256{188'000'000'000}}, b.head.timestamp, b.head.timestamp);
    b.block();
    CHECK(b.book.ahead(kEth, U256{200'000'000'000}) == U256{188'000'000'000});
    b.chain.says.at(kEthInner).clear();  // from now on it answers only its proxy
    b.block();
    CHECK_FALSE(b.book.ahead(kEth, U256{200'000'000'000}).has_value());
    const auto asked = b.asked;
    b.block();
    CHECK(b.asked == asked - 1);  // and is not asked again at every block
}

TEST_CASE("O10 what is ahead of a leg goes through adapters: products, quotients, caps") {
    Bench b({{kEth, kHour, 600, kPublic, 60}});
    b.chain.feed(kPublic, kPublicInner, 70, 180'000'000'000, kStart);
    const U256 now{230'000'000'000};
    b.chain.word(kAdapter, "latestAnswer()", now);
    SUBCASE("product") {
        b.chain.address(kAdapter, "BASE_TO_USD_AGGREGATOR()", kEth);
        b.book.follow({{kAdapter, "wstETH"}});
        b.block();
        CHECK(b.book.ahead(kAdapter, now) == U256{207'000'000'000});
    }
    SUBCASE("quotient") {
        b.chain.address(kAdapter, "ASSET_TO_PEG()", kUsd);
        b.chain.address(kAdapter, "BASE_TO_PEG()", kEth);
        b.book.follow({{kAdapter, "X"}});
        b.block();
        CHECK(b.book.ahead(kAdapter, U256{180'000'000'000}) == U256{200'000'000'000});
    }
    SUBCASE("an oracle that says nothing itself but its feeds") {
        b.chain.says.erase(kAdapter);
        b.chain.address(kAdapter, "BASE_FEED_1()", kEth);
        b.chain.address(kAdapter, "QUOTE_FEED_1()", kUsd);
        b.chain.address(kAdapter, "BASE_FEED_2()", Address{});
        b.book.follow({{kAdapter, "M"}});
        b.block();
        CHECK(b.book.ahead(kAdapter, U256{1'000}) == U256{900});
        CHECK(b.kinds() == std::vector{Kind::Ahead});
    }
    SUBCASE("cap above both") {
        b.chain.address(kAdapter, "ASSET_TO_USD_AGGREGATOR()", kEth);
        b.chain.word(kAdapter, "getPriceCap()", U256{210'000'000'000});
        b.chain.word(kAdapter, "latestAnswer()", U256{200'000'000'000});
        b.book.follow({{kAdapter, "S"}});
        b.block();
        CHECK(b.book.ahead(kAdapter, U256{200'000'000'000}) == U256{180'000'000'000});
    }
    SUBCASE("cap below both: nothing will come of it") {
        b.chain.address(kAdapter, "ASSET_TO_USD_AGGREGATOR()", kEth);
        b.chain.word(kAdapter, "getPriceCap()", U256{170'000'000'000});
        b.chain.word(kAdapter, "latestAnswer()", U256{170'000'000'000});
        b.book.follow({{kAdapter, "S"}});
        b.block();
        CHECK_FALSE(b.book.ahead(kAdapter, U256{170'000'000'000}).has_value());
    }
}

TEST_CASE("O15 the sequencer's feed: up, down, and a round that never began") {
    Bench b({}, kUptime);
    b.chain.round(kUptime, U256{1}, I256{U256{}}, kStart, kStart - 100);
    b.block();
    CHECK(b.kinds().empty());
    b.chain.round(kUptime, U256{2}, I256{U256{1}}, kStart, kStart);
    b.block();
    CHECK(b.kinds() == std::vector{Kind::Sequencer});
    CHECK(b.text(Kind::Sequencer).find("down") != std::string::npos);
    b.chain.round(kUptime, U256{3}, I256{U256{}}, kStart, kStart + 24);
    b.block();
    CHECK(b.kinds().empty());
    b.chain.round(kUptime, U256{4}, I256{U256{}}, kStart, 0);
    b.block();
    CHECK(b.text(Kind::Sequencer).find("no valid round") != std::string::npos);
    b.chain.says.erase(kUptime);
    b.block();
    CHECK(b.text(Kind::Sequencer).find("no valid round") != std::string::npos);
}

TEST_CASE("a stable price at its cap hides nothing: the feed above it, and the fall below, are seen") {
    Bench b;
    b.chain.address(kAdapter, "ASSET_TO_USD_AGGREGATOR()", kUsd);
    b.chain.word(kAdapter, "getPriceCap()", U256{104'000'000});
    b.chain.word(kAdapter, "latestAnswer()", U256{100'000'000});
    b.book.follow({{kAdapter, "USDC"}});
    b.block();
    CHECK(b.kinds().empty());
    b.chain.feed(kUsd, kUsdInner, 10, 105'000'000, b.head.timestamp);
    b.chain.word(kAdapter, "latestAnswer()", U256{104'000'000});
    b.block();
    CHECK(b.kinds() == std::vector{Kind::Capped});
    CHECK(b.book.uncapped(kAdapter) == U256{105'000'000});
    CHECK(b.book.take_changes().empty());
    b.chain.word(kAdapter, "getPriceCap()", U256{103'000'000});
    b.block();
    REQUIRE(b.book.take_changes().size() == 1);
}

TEST_CASE("what is not followed any more is not asked; bounds hold; answers of another form change nothing") {
    Bench b({{kEth, kHour, 600, kPublic, 60}});
    b.chain.feed(kPublic, kPublicInner, 70, 190'000'000'000, kStart);
    b.book.follow({{kEth, "WETH"}, {kUsd, "USDC"}});
    b.block();
    b.block();
    CHECK(b.asked == 6);  // a round and what is behind it, of three feeds
    b.book.follow({{kUsd, "USDC"}});
    b.block();
    CHECK(b.asked == 2);
    b.head.number += 1;
    b.head.hash.bytes[29] = 1;
    REQUIRE(b.book.calls(b.head).size() == 2);
    b.book.answer(b.head, std::vector<CallResult>(1));
    CHECK(b.book.at().hash != b.head.hash);
    std::vector<oracle::SourceUse> many;
    for (std::uint16_t i = 1; i < 700; ++i) {
        Address address;
        address.bytes[0] = 1;
        address.bytes[18] = static_cast<std::uint8_t>(i >> 8U);
        address.bytes[19] = static_cast<std::uint8_t>(i);
        many.push_back({address, "many"});
    }
    b.book.follow(many);
    std::size_t looks = 0;
    for (int n = 0; n < 400; ++n) {
        const auto calls = b.book.calls(b.head);
        if (calls.empty()) break;
        CHECK(calls.size() <= 14 * FeedBook::kLooks + FeedBook::kNodes);
        b.book.answer(b.head, b.chain.answer(calls));
        ++looks;
    }
    CHECK(looks <= FeedBook::kNodes / FeedBook::kLooks + 2);
}
