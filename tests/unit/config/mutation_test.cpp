// SPDX-License-Identifier: Apache-2.0
// Thousands of damaged files: each gives errors with a place, or settings that print and load again as themselves.
#include <doctest/doctest.h>
#include <random>

#include "base_file.hpp"
#include "config/show.hpp"

using namespace plimsoll::config;

namespace {

constexpr std::uint32_t kSeed = 20200312;
constexpr int kRounds = 4'000;

std::string damaged(std::mt19937& random) {
    constexpr std::string_view kPieces[] = {"\"", "'",  "[", "]", "{", "}",    "=",   ".",     ",",
                                            "#",  "\n", "0", "-", "%", "\xff", " = ", "\"\"\""};
    const auto below = [&](std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    std::string text(kGoodFile);
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
        const std::size_t at = below(text.size());
        const std::size_t size = 1 + below(12);
        switch (below(4)) {
            case 0:
                text.erase(at, size);
                break;
            case 1:
                text.insert(at, kPieces[below(std::size(kPieces))]);
                break;
            case 2:
                text.insert(at, text.substr(below(text.size()), size));
                break;
            default:
                text[at] = static_cast<char>(below(256));
                break;
        }
        if (text.empty()) text = " ";
    }
    return text;
}

}  // namespace

TEST_CASE("damaged files give errors with a place, or settings that survive a round trip") {
    std::mt19937 random(kSeed);
    int loaded = 0;
    for (int round = 0; round < kRounds; ++round) {
        const std::string text = damaged(random);
        CAPTURE(round);
        const auto result = load_text(text, "/etc/plimsoll/plimsoll.toml", {});
        if (!result) {
            REQUIRE_FALSE(result.error().empty());
            for (const auto& d : result.error()) {
                CHECK(d.place.line >= 1);
                CHECK(d.place.column >= 1);
                CHECK_FALSE(d.mend.empty());
                CHECK_FALSE(render(d).empty());
            }
            continue;
        }
        ++loaded;
        const auto again = load_text(show_toml(*result), "/etc/plimsoll/plimsoll.toml", {});
        REQUIRE(again.has_value());
        CHECK(again->settings == result->settings);
    }
    MESSAGE("seed ", kSeed, ": ", kRounds, " damaged files, ", loaded, " of them still right");
    CHECK(loaded > kRounds / 100);
    CHECK(loaded < kRounds / 2);
}
