// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "chain/lending/aave_v3/math.hpp"
#include "tests/conformance/aave_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using test::number;

TEST_CASE("Aave V3 primitives") {
    const auto vectors = test::read_json_gz("aave/primitive-vectors.json.gz")["vectors"];
    std::size_t checks = 0;
    const auto same = [&](const Math<U256>& ours, const test::Json& theirs) {
        REQUIRE(ours);
        CHECK_EQ(to_string(*ours), theirs.get<std::string>());
        ++checks;
    };
    for (const auto& v : vectors) {
        const U256 a = number(v["a"]);
        const U256 b = number(v["b"]);
        const U256 p = number(v["p"]);
        same(ray_mul(a, b, Rounding::HalfUp), v["rayMul"]);
        same(ray_mul(a, b, Rounding::Down), v["rayMulFloor"]);
        same(ray_mul(a, b, Rounding::Up), v["rayMulCeil"]);
        same(ray_div(a, b, Rounding::HalfUp), v["rayDiv"]);
        same(ray_div(a, b, Rounding::Down), v["rayDivFloor"]);
        same(ray_div(a, b, Rounding::Up), v["rayDivCeil"]);
        same(wad_div(a, b), v["wadDiv"]);
        same(percent_mul(a, p, Rounding::HalfUp), v["percentMul"]);
        same(percent_mul(a, p, Rounding::Down), v["percentMulFloor"]);
        same(percent_mul(a, p, Rounding::Up), v["percentMulCeil"]);
        same(percent_div(a, p, Rounding::HalfUp), v["percentDiv"]);
        same(percent_div(a, p, Rounding::Down), v["percentDivFloor"]);
        same(percent_div(a, p, Rounding::Up), v["percentDivCeil"]);
    }
    CHECK_EQ(vectors.size(), 600);
    MESSAGE("primitive vectors: " << vectors.size() << ", " << checks << " values");
}

TEST_CASE("Aave V3 interest factors") {
    const auto vectors = test::read_json_gz("aave/interest-vectors.json.gz")["vectors"];
    for (const auto& v : vectors) {
        const U256 rate = number(v["rate"]);
        const std::uint64_t seconds = number(v["dt"]).low_u64();
        CAPTURE(v.dump());
        CHECK_EQ(to_string(linear_factor(rate, seconds).value()), v["linear"].get<std::string>());
        CHECK_EQ(to_string(binomial_factor(rate, seconds).value()), v["binomial"].get<std::string>());
        CHECK_EQ(to_string(taylor_factor(rate, seconds).value()), v["taylor"].get<std::string>());
    }
    CHECK_EQ(vectors.size(), 1'599);
    MESSAGE("interest vectors: " << vectors.size() << ", " << 3 * vectors.size()
                                 << " values (Aave V2's factor of each is out of scope)");
}
