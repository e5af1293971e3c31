// SPDX-License-Identifier: Apache-2.0
// A configuration that is read again while the daemon runs.
#include "bot/shell/reload.hpp"

#include <doctest/doctest.h>
#include <functional>

#include "bot/shell/in_force.hpp"
#include "bot/shell/memory.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;

namespace {

config::Settings settings() {
    config::Settings out;
    out.mode = config::Mode::Live;
    config::Wallet wallet;
    wallet.name = "treasury";
    wallet.mode = config::Mode::Live;
    wallet.signer.emplace();
    config::Position position;
    position.name = "main";
    position.market = "core";
    position.target = Wad{U256{160}};
    position.strategies = {"repay-from-wallet"};
    position.limits.max_value_per_day = BaseValue{U256{1'000}};
    wallet.positions = {position};
    out.wallets = {wallet};
    return out;
}

config::Settings changed(const std::function<void(config::Position&)>& change) {
    config::Settings out = settings();
    change(out.wallets[0].positions[0]);
    return out;
}

}  // namespace

TEST_CASE("the operator's switch takes from what the file allows, and never adds") {
    auto filed = settings();
    filed.mode = config::Mode::Live;
    filed.wallets[0].mode = config::Mode::Live;
    filed.wallets[0].signer.emplace();
    const std::string name = filed.wallets[0].name;
    CHECK(filed.live(filed.wallets[0]));
    CHECK(in_force(filed, {}) == filed);
    CHECK(in_force(filed, {{"somebody else", 1, "x"}}) == filed);
    const auto switched = in_force(filed, {{name, 1, "x"}});
    CHECK_FALSE(switched.live(switched.wallets[0]));
    filed.wallets[0].mode = config::Mode::DryRun;
    CHECK(in_force(filed, {}) == filed);
}

TEST_CASE("X09 what lets more be done is named; what lets less be done is not") {
    const auto now = settings();
    CHECK(raised(now, now).empty());
    const std::pair<const char*, std::function<void(config::Position&)>> more[] = {
        {"raises max_slippage", [](auto& p) { ++p.limits.max_slippage_bps; }},
        {"raises max_fee_per_gas", [](auto& p) { p.limits.max_fee_per_gas = Wei{kU256Max}; }},
        {"raises max_gas_per_day", [](auto& p) { p.limits.max_gas_per_day = Wei{kU256Max}; }},
        {"raises max_value_per_day", [](auto& p) { p.limits.max_value_per_day = BaseValue{U256{1'001}}; }},
        {"raises max_value_per_day", [](auto& p) { p.limits.max_value_per_day.reset(); }},
        {"shortens cooldown", [](auto& p) { p.limits.cooldown = std::chrono::seconds{1}; }},
        {"adds to allowed_contracts", [](auto& p) { p.limits.allowed_contracts.emplace_back(); }},
        {"changes target", [](auto& p) { p.target = Wad{U256{159}}; }},
        {"adds to strategies", [](auto& p) { p.strategies.emplace_back("close"); }},
        {"raises close_below", [](auto& p) { p.close_below = Wad{U256{1}}; }},
        {"adds to close_at_price", [](auto& p) { p.close_at_price.emplace_back(); }},
        {"adds to swap_into", [](auto& p) { p.swap_into.emplace_back(); }},
    };
    for (const auto& [what, change] : more) {
        CAPTURE(what);
        const auto lines = raised(now, changed(change));
        REQUIRE(lines.size() == 1);
        CHECK(lines[0] == std::string("[position.main] ") + what);
        if (std::string(what) != "changes target") CHECK(raised(changed(change), now).empty());
        // Another name makes no difference, and a wallet that is not live risks nothing.
        auto renamed = changed(change);
        renamed.wallets[0].positions[0].name = "other";
        CHECK(raised(now, renamed).size() == 1);
        renamed.wallets[0].mode = config::Mode::DryRun;
        CHECK(raised(now, renamed).empty());
    }
    CHECK(raised(now, changed([](auto& p) {
                     p.limits.max_value_per_action = BaseValue{U256{1}};
                     p.limits.max_slippage_bps = 1;
                     p.trigger = Wad{U256{1}};
                 }))
              .empty());
}

TEST_CASE("X09 a reload that raises a limit waits for the same file once more, within five minutes") {
    const auto now = settings();
    const auto next = changed([](auto& p) { ++p.limits.max_slippage_bps; });
    const auto other = changed([](auto& p) { p.limits.max_slippage_bps += 100; });
    Confirmation confirmation;
    CHECK(confirmation.missing(now, now, 0).empty());
    CHECK(confirmation.missing(now, next, 0).find("[position.main] raises max_slippage") != std::string::npos);
    CHECK(confirmation.missing(now, next, 300'000).empty());
    CHECK_FALSE(confirmation.missing(now, next, 400'000).empty());
    CHECK_FALSE(confirmation.missing(now, next, 700'001).empty());  // too late: asked anew
    CHECK(confirmation.missing(now, next, 700'002).empty());
    CHECK_FALSE(confirmation.missing(now, next, 800'000).empty());
    CHECK_FALSE(confirmation.missing(now, other, 800'001).empty());  // another file is another question
    CHECK(confirmation.missing(now, now, 800'002).empty());
    CHECK_FALSE(confirmation.missing(now, other, 800'003).empty());
}

TEST_CASE("X09 the journal knows which limits were in force when") {
    TempDir folder;
    auto journal = journal::Journal::open(folder.path("journal.db"), journal::Access::Write);
    REQUIRE(journal);
    note_limits(**journal, settings(), 1'000);
    note_limits(**journal, settings(), 2'000);
    const auto next = changed([](auto& p) { p.limits.max_value_per_day = BaseValue{U256{2'000}}; });
    note_limits(**journal, next, 3'000);
    const auto rows = (*journal)->settings_changes(0, 10);
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    CHECK(rows->at(0).time_ms == 3'000);
    CHECK(rows->at(0).key == "position.main");
    CHECK(rows->at(0).old_value.find("max_value_per_day 1000,") != std::string::npos);
    CHECK(rows->at(0).new_value.find("max_value_per_day 2000,") != std::string::npos);
    CHECK(rows->at(1).time_ms == 1'000);
    CHECK(rows->at(1).old_value.empty());
    CHECK(limit_changes(limits_of(next), limits_of(settings()), 4'000).size() == 1);
}
