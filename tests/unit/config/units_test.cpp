// SPDX-License-Identifier: Apache-2.0
#include "config/units.hpp"

#include <doctest/doctest.h>

#include "config/value.hpp"

using namespace plimsoll;
using namespace plimsoll::config;

TEST_CASE("amounts are read exactly and written as they are read") {
    struct Row {
        Unit unit;
        std::string_view text;
        std::string_view value;
        std::string_view shown;
    };
    constexpr Row kRows[] = {
        {Unit::Duration, "500ms", "500", "500ms"},
        {Unit::Duration, "0.5s", "500", "500ms"},
        {Unit::Duration, "90s", "90000", "90s"},
        {Unit::Duration, "120 s", "120000", "2m"},
        {Unit::Duration, "48h", "172800000", "2d"},
        {Unit::Duration, "0s", "0", "0s"},
        {Unit::Percent, "0.5%", "50", "0.5%"},
        {Unit::Percent, "100 %", "10000", "100%"},
        {Unit::Percent, "0.01%", "1", "0.01%"},
        {Unit::Fee, "300 gwei", "300000000000", "300 gwei"},
        {Unit::Fee, "1 wei", "1", "0.000000001 gwei"},
        {Unit::Fee, "1.5gwei", "1500000000", "1.5 gwei"},
        {Unit::Fee, "115792089237316195423570985008687907853269984665640564039457584007913129639935 wei",
         "115792089237316195423570985008687907853269984665640564039457584007913129639935",
         "115792089237316195423570985008687907853269984665640564039457584007913.129639935 gwei"},
        {Unit::Coin, "0.5 ETH", "500000000000000000", "0.5 ETH"},
        {Unit::Coin, "100 gwei", "100000000000", "0.0000001 ETH"},
        {Unit::Usd, "25000 USD", "2500000000000", "25000 USD"},
        {Unit::Usd, "0.00000001 USD", "1", "0.00000001 USD"},
        {Unit::Size, "1536 KiB", "1572864", "1536 KiB"},
        {Unit::Size, "1024 MiB", "1073741824", "1 GiB"},
        {Unit::Blocks, "1 block", "1", "1 block"},
        {Unit::Blocks, "50 blocks", "50", "50 blocks"},
        {Unit::Factor, "1.4", "1400000000000000000", "1.40"},
        {Unit::Factor, "2", "2000000000000000000", "2.00"},
        {Unit::Factor, "1.000000000000000001", "1000000000000000001", "1.000000000000000001"},
    };
    for (const auto& row : kRows) {
        CAPTURE(row.text);
        const auto value = parse_amount(row.unit, row.text);
        REQUIRE(value.has_value());
        CHECK(to_string(*value) == row.value);
        CHECK(format_amount(row.unit, *value) == row.shown);
        CHECK(parse_amount(row.unit, row.shown) == *value);
    }
}

TEST_CASE("what is no amount is refused with the right spelling") {
    struct Row {
        Unit unit;
        std::string_view text;
        Code code;
        std::string_view mend;
    };
    constexpr Row kRows[] = {
        {Unit::Duration, "36", Code::MissingUnit, "36s"},
        {Unit::Duration, "36 S", Code::Malformed, "36s"},
        {Unit::Duration, "1h30m", Code::Malformed, "1s"},
        {Unit::Duration, "0.0001ms", Code::Malformed, "2m"},
        {Unit::Percent, "1.005%", Code::Malformed, "0.5%"},
        {Unit::Percent, "", Code::Malformed, "0.5%"},
        {Unit::Percent, "%", Code::Malformed, "0.5%"},
        {Unit::Fee, " 3 gwei", Code::Malformed, "300 gwei"},
        {Unit::Fee, "3  gwei", Code::Malformed, "3 gwei"},
        {Unit::Fee, "3. gwei", Code::Malformed, "3 gwei"},
        {Unit::Fee, "1e3 gwei", Code::Malformed, "1 gwei"},
        {Unit::Coin, "+1 ETH", Code::Malformed, "0.5 ETH"},
        {Unit::Coin, "1 eth", Code::Malformed, "1 ETH"},
        {Unit::Factor, "1.2.3", Code::Malformed, "1.25"},
        {Unit::Factor, ".5", Code::Malformed, "1.25"},
        {Unit::Factor, "1.0000000000000000001", Code::Malformed, "1.25"},
    };
    for (const auto& row : kRows) {
        CAPTURE(row.text);
        const auto value = parse_amount(row.unit, row.text);
        REQUIRE_FALSE(value.has_value());
        CHECK(value.error().code == row.code);
        CHECK(value.error().mend == row.mend);
    }
}

TEST_CASE("the nearest name") {
    const std::vector<std::string> known = {"trigger", "target", "warn", "max_fee_per_gas"};
    CHECK(nearest("triger", known) == "trigger");
    CHECK(nearest("traget", known) == "target");
    CHECK(nearest("MAX-FEE-PER-GAS", known) == "max_fee_per_gas");
    CHECK(nearest("wran", known) == "warn");
    CHECK(nearest("colour", known).empty());
    CHECK(nearest("", known).empty());
    CHECK(nearest(std::string(10'000, 'x'), known).empty());
}

TEST_CASE("URLs and listen addresses") {
    for (const auto* good : {"ws://127.0.0.1:8546", "wss://a.example/path?x=1", "http://[::1]:8545",
                             "https://{secret}@h/x", "https://node.example/{secret}", "ws://node_1:8546"}) {
        CAPTURE(good);
        CHECK_FALSE(wrong_url(good).has_value());
    }
    for (const auto* bad : {"", "ws://", "ws:///x", "ws://a:b", "ws://a:70000", "ws://[::1", "ws://[x]:1", "ws://a b",
                            "ws://a#x", "file:///etc/passwd", "ws://u@h", "ws://u:{secret}@h"}) {
        CAPTURE(bad);
        CHECK(wrong_url(bad).has_value());
    }
    for (const auto* good : {"127.0.0.1:0", "0.0.0.0:1876", "[::1]:1876", "localhost:80"}) {
        CAPTURE(good);
        CHECK_FALSE(wrong_listen(good).has_value());
    }
    for (const auto* bad :
         {"", ":1876", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "::1:1876", "300.0.0.1:1", "[::1]", "[x]:1"}) {
        CAPTURE(bad);
        CHECK(wrong_listen(bad).has_value());
    }
}
