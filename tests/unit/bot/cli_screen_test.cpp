// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "bot/cli/progress.hpp"
#include "bot/cli/screen.hpp"
#include "bot/cli/watch.hpp"

using namespace plimsoll;
using namespace plimsoll::bot::cli;

TEST_CASE("a line is cut by the places it takes") {
    CHECK(cut("abcdef", 4) == "abcd");
    CHECK(cut("abcd", 4) == "abcd");
    CHECK(cut("\x1b[31mabcdef\x1b[0m", 4) == "\x1b[31mabcd\x1b[0m");
    CHECK(cut("a\xc3\xa9\xc3\xa9", 2) == "a\xc3\xa9");
    CHECK(cut("abc", 0).empty());
}

TEST_CASE("a frame fits the screen and says what it leaves out") {
    CHECK(frame({"a", "b"}, {80, 2}) == "\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J");
    CHECK(frame({"a", "b", "c"}, {80, 2}) == "\x1b[Ha\x1b[K\r\n... 2 more\x1b[K\x1b[J");
    CHECK(frame({"abc"}, {2, 5}) == "\x1b[Hab\x1b[K\x1b[J");
}

TEST_CASE("the view says how old it is, and what is wrong") {
    WatchedState one;
    one.chain = "ethereum";
    BlockRef block;
    block.number = 123;
    block.timestamp = 1'000;
    one.block = block;
    WatchedState two;
    two.chain = "base";
    two.trouble = "timed out";
    two.trouble_since = 990;
    const auto lines = watch_lines({one, two}, 1'004, Style(false));
    CHECK(lines[0] == "plimsoll 0 positions, ethereum block 123 (4 s old), base not read yet, 1970-01-01 00:16:44 UTC");
    CHECK(lines[1] == "no answer base: timed out for 14 s");
    CHECK(lines.back() == "q ends");
}

TEST_CASE("a bar is full at the end and never before") {
    CHECK(bar_text(0, 10, 10) == "[----------]   0 %");
    CHECK(bar_text(5, 10, 10) == "[#####-----]  50 %");
    CHECK(bar_text(999, 1'000, 10) == "[#########-]  99 %");
    CHECK(bar_text(10, 10, 10) == "[##########] 100 %");
    CHECK(bar_text(11, 10, 10) == "[##########] 100 %");
    CHECK(bar_text(0, 0, 10) == "[----------]   0 %");
}
