// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "bot/cli/table.hpp"

using namespace plimsoll::bot::cli;

TEST_CASE("columns are aligned, also with colours and characters of several bytes") {
    Table table({{"name"}, {"health", Table::Align::Right}, {"state"}});
    CHECK(table.empty());
    table.add({"treasury", "1.25", "safe"});
    table.add({"größe", "12.5", ""});
    table.add({"x"});
    CHECK(table.render(Style(false)) ==
          "name      health  state\n"
          "treasury    1.25  safe\n"
          "größe       12.5\n"
          "x\n");
    const Style color(true);
    Table colored({{"a"}, {"b"}});
    colored.add({color.bad("no"), "1"});
    colored.add({color.good("fine"), "2"});
    CHECK(colored.render(color) ==
          "\x1b[2ma\x1b[0m     \x1b[2mb\x1b[0m\n"
          "\x1b[1;31mno\x1b[0m    1\n"
          "\x1b[32mfine\x1b[0m  2\n");
    CHECK(width("\x1b[2ma\x1b[0m") == 1);
}

TEST_CASE("colours only where somebody sees them") {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    CHECK_FALSE(Style::of(ColorMode::Auto, ends[1]).color());
    CHECK_FALSE(Style::of(ColorMode::Never, ends[1]).color());
    CHECK(Style::of(ColorMode::Always, ends[1]).color());
    ::close(ends[0]);
    ::close(ends[1]);
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(terminal >= 0);
    ::unsetenv("NO_COLOR");
    ::setenv("TERM", "xterm", 1);
    CHECK(Style::of(ColorMode::Auto, terminal).color());
    ::setenv("NO_COLOR", "1", 1);
    CHECK_FALSE(Style::of(ColorMode::Auto, terminal).color());
    ::setenv("NO_COLOR", "", 1);
    ::setenv("TERM", "dumb", 1);
    CHECK_FALSE(Style::of(ColorMode::Auto, terminal).color());
    ::unsetenv("NO_COLOR");
    ::close(terminal);
}
