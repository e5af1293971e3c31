// SPDX-License-Identifier: Apache-2.0
// What is kept of a health factor's course.
#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>

#include "bot/console/board.hpp"
#include "bot/console/course_file.hpp"
#include "bot/console/trail.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;
using console::Trail;

namespace {

constexpr std::int64_t kStart = 1'700'000'100'000;  // not at the beginning of five minutes
constexpr std::size_t kPlenty = 100'000;

Wad health(std::uint64_t thousandths) {
    return Wad{*checked_mul(U256{thousandths}, U256{1'000'000'000'000'000ULL})};
}

}  // namespace

TEST_SUITE("console trail") {
    TEST_CASE("the last hour stays as it was told") {
        Trail trail;
        for (int i = 0; i < 300; ++i)
            trail.add(health(1'000 + static_cast<std::uint64_t>(i)), kStart + i * 12'000, kPlenty);
        const auto points = trail.points();
        REQUIRE(points.size() == 300);
        CHECK(points.front() == console::TrailPoint{kStart, 1'000'000'000});
        CHECK(points.back().health == 1'299'000'000);
    }

    TEST_CASE("what is older is kept by the lowest of each five minutes") {
        Trail trail;
        const auto at = [](int i) { return kStart + i * 12'000; };
        for (int i = 0; i < 1'200; ++i) trail.add(health(i == 100 ? 1'010 : 1'500), at(i), kPlenty);
        const auto points = trail.points();
        CHECK(points.size() < 400);
        CHECK(std::any_of(points.begin(), points.end(), [&](const auto& p) { return p.health == 1'010'000'000; }));
        CHECK(std::is_sorted(points.begin(), points.end(),
                             [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; }));
    }

    TEST_CASE("no more than allowed is ever kept") {
        Trail trail;
        for (int i = 0; i < 50'000; ++i) {
            trail.add(health(1'500), kStart + i * 12'000, 100);
            REQUIRE(trail.points().size() <= 100);
        }
        Trail long_one;
        for (int i = 0; i < 100'000; ++i) long_one.add(health(1'500), kStart + i * 12'000, kPlenty);
        CHECK(long_one.points().size() <= Trail::kFine + Trail::kCoarse);
    }

    TEST_CASE("no debt is drawn at the top; a clock that is set back begins anew from there") {
        Trail trail;
        trail.add(Wad{kU256Max}, kStart, kPlenty);
        CHECK(trail.points().back().health == console::kHealthMost);
        trail.add(health(1'500), kStart + 10'000, kPlenty);
        trail.add(health(1'400), kStart + 5'000, kPlenty);
        CHECK(trail.points().size() == 2);
        CHECK(trail.points().back().time_ms == kStart + 5'000);
    }

    TEST_CASE("a course is the same after a restart, and goes on") {
        const TempDir dir;
        console::Courses before;
        Trail trail;
        for (int i = 0; i < 2'000; ++i)
            trail.add(health(1'000 + static_cast<std::uint64_t>(i % 300)), kStart + i * 12'000, kPlenty);
        before["main \"aave\""] = trail.points();
        before["other"] = {{kStart, console::kHealthMost}};
        REQUIRE(console::write_courses(dir.path("courses"), before));
        const auto again = console::read_courses(dir.path("courses"));
        REQUIRE(again);
        CHECK(*again == before);

        console::Board board;
        board.restore(*again);
        CHECK(board.trail("main \"aave\"") == before.at("main \"aave\""));
        CHECK(board.courses() == before);
        console::PositionCard card;
        card.view.name = "other";
        card.health = health(1'500);
        board.put(card, kStart + 12'000);
        CHECK(board.trail("other").size() == 2);
        CHECK(board.trail("other").back().health == 1'500'000'000);
        board.keep({"other"});
        CHECK(board.courses().size() == 1);
    }

    TEST_CASE("a file of courses that is not whole is none; one that cannot be written leaves the old one") {
        const TempDir dir;
        const std::string path = dir.path("courses");
        CHECK(console::read_courses(path).error().code == Errc::NotFound);
        REQUIRE(console::write_courses(path, {{"a", {{1, 2}, {3, 4}}}}));
        for (const std::string text :
             {"", "something else\n", "plimsoll courses 1\n{\"name\":\"a\",\"poi",
              "plimsoll courses 1\n{\"name\":\"a\"}\n", "plimsoll courses 1\n{\"name\":\"a\",\"points\":[[1]]}\n",
              "plimsoll courses 1\n{\"name\":\"a\",\"points\":[[1,-2]]}\n",
              "plimsoll courses 1\n{\"name\":\"a\",\"points\":[[1,1000000000001]]}\n"}) {
            CAPTURE(text);
            const std::string broken = dir.path("broken");
            std::ofstream(broken, std::ios::trunc) << text;
            CHECK(console::read_courses(broken).error().code == Errc::Decode);
        }
        std::filesystem::create_directory(path + ".new");  // where the fresh one would be written
        CHECK(console::write_courses(path, {}).error().code == Errc::Io);
        CHECK(console::read_courses(path)->at("a").size() == 2);
    }
}
