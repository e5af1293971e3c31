// SPDX-License-Identifier: Apache-2.0
// Whole recordings, given to the engine: whatever order and content the events have, it decides or refuses, and does
// the same when it is given them again.
#include "bot/engine/replay.hpp"

#include <sstream>

#include "tests/fuzz/support/input.hpp"
#include "tests/support/fake_market.hpp"

using namespace plimsoll;
using namespace plimsoll::engine;
using fuzz::require;

namespace {

Result<std::vector<std::unique_ptr<lending::Market>>> fake_markets(const EngineConfig& config) {
    std::vector<std::unique_ptr<lending::Market>> out;
    for (std::size_t i = 0; i < config.markets.size(); ++i)
        out.push_back(std::make_unique<test::FakeMarket>(test::FakeMarket::Options{}));
    return out;
}

Result<ReplayReport> replayed(std::string_view text) {
    std::istringstream lines{std::string(text)};
    return replay(lines, fake_markets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of({data, size});
    const auto report = replayed(text);
    if (!report) {
        require(!report.error().message.empty(), "a reason");
        return 0;
    }
    require(to_text(*report) == to_text(replayed(text).value()), "the same events lead to the same decisions");
    return 0;
}
