// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/ethereum_vectors.hpp"

#include <doctest/doctest.h>
#include <filesystem>
#include <fmt/format.h>

#include "tests/support/gz.hpp"

namespace plimsoll::test::ethereum {

namespace {

Json parse(const std::string& path) {
    const auto full = std::filesystem::path(PLIMSOLL_TEST_DATA) / path;
    REQUIRE_MESSAGE(std::filesystem::exists(full), full.string() << " is missing: run bot/setup, which installs it");
    Json out = Json::parse(read_gz(path), nullptr, false);
    REQUIRE_MESSAGE(!out.is_discarded(), full.string() << " is no JSON");
    return out;
}

}  // namespace

Json testcases(std::string_view name) {
    Json out = parse(fmt::format("../node_modules/@ethersproject/testcases/testcases/{}.json.gz", name));
    REQUIRE(out.is_array());
    return out;
}

Json own(std::string_view file) {
    return parse(fmt::format("ethereum/{}", file));
}

Bytes hex(const Json& value) {
    const auto out = from_hex(value.get<std::string>());
    REQUIRE(out);
    return *out;
}

Tally::~Tally() {
    std::string line = name_ + ":";
    for (const auto& [what, count] : counts_) line += fmt::format(" {} {},", count, what);
    line.pop_back();
    fmt::print("{}\n", line);
}

}  // namespace plimsoll::test::ethereum
