// SPDX-License-Identifier: Apache-2.0
// The policy that a configuration asks for, what it says in words, and the set-up's transactions as files.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "bot/guard/artifact.hpp"
#include "bot/guard/artifact_data.hpp"
#include "bot/guard/policy.hpp"
#include "bot/guard/setup.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;

namespace {

constexpr Timestamp kNow = 1'700'000'000;
constexpr U256 kUsd{100'000'000};

Address filled(std::uint8_t byte) {
    Address out;
    out.bytes.fill(byte);
    return out;
}

lending::AssetPosition asset(std::uint8_t byte, const std::string& symbol, std::uint64_t supplied, std::uint64_t debt) {
    lending::AssetPosition out;
    out.asset = filled(byte);
    out.symbol = symbol;
    out.supplied = TokenAmount{U256{supplied}};
    out.debt = TokenAmount{U256{debt}};
    return out;
}

/// Everything that a policy is made of; cases change one thing of it.
struct World {
    config::Settings settings;
    config::Wallet wallet;
    config::Position position;
    PolicyFacts facts;
    PolicyTerms terms;

    World() {
        settings.markets.resize(1);
        settings.markets[0].name = "aave";
        settings.markets[0].chain = "here";
        settings.routers = {{"v3", "here", "uniswap-v3", filled(0x51)}, {"far", "away", "uniswap-v3", filled(0x52)}};
        settings.lenders = {{"morpho", "here", "morpho-blue", filled(0x53)},
                            {"far", "away", "morpho-blue", filled(0x55)}};
        settings.aggregators.resize(2);
        settings.aggregators[1].chain = "away";
        settings.aggregators[1].targets = {filled(0x56)};
        settings.aggregators[0].name = "zerox";
        settings.aggregators[0].chain = "here";
        settings.aggregators[0].targets = {filled(0x54), filled(0x51)};
        wallet.name = "w";
        wallet.address = filled(0x11);
        wallet.guard = guard::Access::Allowance;
        position.name = "p";
        position.market = "aave";
        position.trigger = Wad{U256::literal("1'250'000'000'000'000'000")};
        position.target = Wad{U256::literal("1'600'000'000'000'000'000")};
        position.strategies = {"repay-with-collateral"};
        position.limits.max_value_per_day = BaseValue{U256{10'000'000'000'000}};
        facts.guardian = filled(0x33);
        facts.now = kNow;
        facts.position.base_unit = kUsd;
        facts.position.assets = {asset(1, "WETH", 5, 0), asset(2, "USDC", 0, 7), asset(3, "DAI", 1, 1)};
    }

    Result<guard::Policy> make() const { return make_policy(settings, wallet, position, facts, terms); }
    guard::Policy good() const {
        auto out = make();
        if (!out) FAIL(out.error().message);
        return *std::move(out);
    }
    void refused(Errc code, std::string_view part) const {
        const auto out = make();
        REQUIRE_FALSE(out.has_value());
        CHECK(out.error().code == code);
        CHECK_MESSAGE(out.error().message.find(part) != std::string::npos, out.error().message);
        CHECK(out.error().message.find("; ") != std::string::npos);  // the mend
    }
};

}  // namespace

TEST_CASE("a policy is what the configuration says") {
    const guard::Policy policy = World().good();
    CHECK(policy.guardian == filled(0x33));
    CHECK(policy.access == guard::Access::Allowance);
    CHECK(policy.expiry == kNow + 90 * 86'400);
    CHECK(policy.cooldown == 120);
    CHECK(policy.max_loss_bps == 60);  // 50 of slippage, 10 of premium
    CHECK_FALSE(policy.may_close);
    CHECK(policy.trigger.value == U256::literal("1'250'000'000'000'000'000"));
    CHECK(policy.floor.value == kWad);
    CHECK(policy.ceiling.value == U256::literal("1'680'000'000'000'000'000"));
    CHECK(policy.value_per_day == U256{10'000'000'000'000});
    CHECK(policy.collaterals == std::vector{filled(1), filled(3)});
    CHECK(policy.debts == std::vector{filled(2), filled(3)});
    CHECK(policy.venues == std::vector{filled(0x51), filled(0x54), filled(0x53)});  // none from away, none twice
}

TEST_CASE("terms of the command line win") {
    World world;
    world.terms.days = 1;
    world.terms.floor = Wad{U256::literal("1'100'000'000'000'000'000")};
    world.terms.ceiling = Wad{U256::literal("1'700'000'000'000'000'000")};
    world.terms.loss_bps = 25;
    world.terms.value_per_day = U256{42};
    const guard::Policy policy = world.good();
    CHECK(policy.expiry == kNow + 86'400);
    CHECK(policy.floor == *world.terms.floor);
    CHECK(policy.ceiling == *world.terms.ceiling);
    CHECK(policy.max_loss_bps == 25);
    CHECK(policy.value_per_day == U256{42});
}

TEST_CASE("strategies widen a policy only as far as they need") {
    World world;
    world.position.swap_into = {filled(9)};
    CHECK(world.good() == World().good());
    world.position.strategies = {"swap-collateral"};
    CHECK(world.good().collaterals == std::vector{filled(1), filled(3), filled(9)});
    CHECK(world.good().debts == World().good().debts);
    world.position.strategies = {"swap-debt"};
    CHECK(world.good().debts == std::vector{filled(2), filled(3), filled(9)});
    CHECK(world.good().collaterals == World().good().collaterals);
    world.position.strategies = {"close"};
    CHECK(world.good().may_close);
    world.position.collateral_order = {filled(3), filled(8)};
    CHECK(world.good().collaterals == std::vector{filled(1), filled(3), filled(8)});
}

TEST_CASE("what cannot be a policy is refused with its mend") {
    World world;
    world.wallet.guard.reset();
    world.refused(Errc::Refused, "has no guard");
    world = World();
    world.facts.guardian = world.wallet.address;
    CHECK(world.good().guardian == world.wallet.address);  // by allowance: one key on a home server
    world.wallet.guard = guard::Access::Self;
    world.refused(Errc::Refused, "can the account be its own guardian");
    world = World();
    world.position.limits.max_value_per_day.reset();
    world.refused(Errc::NotFound, "--value-per-day");
    world = World();
    world.facts.position.base_unit = U256{1'000'000};            // a market that counts in its loan token
    CHECK(world.good().value_per_day == U256{100'000'000'000});  // a hundred thousand of them
    world.terms.value_per_day = U256{500'000'000};
    world.terms.value_in_units = true;
    CHECK(world.good().value_per_day == U256{5'000'000});
    world.terms.value_in_units = false;
    world.terms.value_per_day = U256{5};
    CHECK(world.good().value_per_day == U256{5});
    world = World();
    world.position.limits.max_slippage_bps = 991;
    world.refused(Errc::Refused, "10.01%");
    world = World();
    world.terms.ceiling = Wad{kWad};
    world.refused(Errc::Refused, "ceiling is below the target");
    world = World();
    world.terms.floor = Wad{U256::literal("1'700'000'000'000'000'000")};
    world.refused(Errc::Refused, "floor is above the target");
    world = World();
    world.facts.position.assets.clear();
    world.refused(Errc::Refused, "no collateral or no debt");
    world = World();
    for (std::uint8_t i = 100; i < 116; ++i) world.position.collateral_order.push_back(filled(i));
    world.refused(Errc::Refused, "18 collaterals");
    world = World();
    for (std::uint8_t i = 100; i < 114; ++i) world.settings.routers.push_back({"r", "here", "uniswap-v2", filled(i)});
    world.refused(Errc::Refused, "17 venues");
}

TEST_CASE("a policy in words says what it lets happen") {
    World world;
    world.position.strategies = {"close"};
    const auto policy = world.good();
    const Names names = names_of(world.settings, world.facts.position.assets);
    std::map<std::string, std::string> words;
    for (const auto& [what, text] : policy_in_words(policy, names, kUsd, kNow)) words[what] = text;
    CHECK(words["acts below"] == "health factor 1.25");
    CHECK(words["leaves it"] == "between 1 and 1.68, or without any debt");
    CHECK(words["may lose"] == "0.60% of the value moved, at the protocol's own prices");
    CHECK(words["may move"] == "100000 units of the market's currency in 24 hours");
    CHECK(words["ends"] == "2024-02-12 22:13 UTC, in 90 days");
    CHECK(words["collateral"].starts_with("WETH 0x0101"));
    CHECK(words["venues"].starts_with("router v3 0x5151"));
}

TEST_CASE("dates and distances") {
    CHECK(date_in_words(0) == "1970-01-01 00:00 UTC");
    CHECK(date_in_words(951'782'399) == "2000-02-28 23:59 UTC");
    CHECK(date_in_words(951'782'400) == "2000-02-29 00:00 UTC");
    CHECK(date_in_words(1'735'689'599) == "2024-12-31 23:59 UTC");
    CHECK(date_in_words(~Timestamp{}) == "9999-12-31 23:59 UTC");
    CHECK(distance_in_words(kNow + 60, kNow) == "in 1 minute");
    CHECK(distance_in_words(kNow + 3 * 3'600, kNow) == "in 3 hours");
    CHECK(distance_in_words(kNow, kNow + 3 * 86'400) == "3 days ago");
}

TEST_CASE("every difference between chain and configuration is named") {
    const World world;
    const Names names = names_of(world.settings, world.facts.position.assets);
    const auto wanted = world.good();
    const auto differences = [&](auto change) {
        guard::Policy there = wanted;
        change(there);
        const auto out = policy_differences(there, wanted, names, kNow);
        return out.empty() ? std::string() : out.front();
    };
    CHECK(differences([](guard::Policy&) {}).empty());
    CHECK(differences([](guard::Policy& p) { p.expiry += 5; }).empty());
    CHECK(differences([](guard::Policy& p) { p.expiry = kNow; }) == "it has expired");
    CHECK(differences([](guard::Policy& p) { p.trigger = Wad{kWad}; }) == "trigger: 1 on chain, 1.25 configured");
    CHECK(differences([](guard::Policy& p) { p.guardian = filled(0x34); }).starts_with("guardian: 0x3434"));
    CHECK(differences([](guard::Policy& p) { p.access = guard::Access::Module; }).starts_with("access: a module"));
    CHECK(differences([](guard::Policy& p) { p.cooldown = 1; }) == "cool-down: 1 s on chain, 120 s configured");
    CHECK(differences([](guard::Policy& p) { p.max_loss_bps = 300; }) == "loss: 3% on chain, 0.60% configured");
    CHECK(differences([](guard::Policy& p) { p.may_close = true; }).starts_with("closing: allowed on chain"));
    CHECK(differences([](guard::Policy& p) { p.floor = p.trigger; }).starts_with("floor: 1.25"));
    CHECK(differences([](guard::Policy& p) { p.ceiling = p.trigger; }).starts_with("ceiling: 1.25"));
    CHECK(differences([](guard::Policy& p) { p.value_per_day = U256{1}; }).starts_with("value per day: 1 on"));
    CHECK(differences([](guard::Policy& p) {
              p.collaterals.erase(p.collaterals.begin());
          }).starts_with("collateral WETH 0x0101"));
    CHECK(differences([](guard::Policy& p) { p.debts.push_back(filled(7)); }).ends_with("is on chain, not configured"));
    CHECK(differences([](guard::Policy& p) { p.venues.clear(); }).ends_with("is configured, not on chain"));
}

TEST_CASE("the artifact is whole, and its address is computed from its code") {
    const auto& artifact = guard_artifact();
    CHECK(to_checksum(artifact.address) == artifact_data::kAddress);
    CHECK(artifact.proxy == Address::literal("0x4e59b44847b379578588920cA78FbF26c0B4956C"));
    CHECK(artifact.immutables.size() > 1);
    Bytes code = artifact.runtime;
    CHECK(is_guard_code(code));
    code[artifact.immutables[0] + 31] = 7;  // written by the constructor
    CHECK(is_guard_code(code));
    code[0] ^= 1U;
    CHECK_FALSE(is_guard_code(code));
    CHECK_FALSE(is_guard_code({}));
    CHECK_FALSE(is_guard_code(Bytes(artifact.runtime.begin(), artifact.runtime.end() - 1)));
    const auto deploy = deploy_guard();
    CHECK(deploy.to == artifact.proxy);
    CHECK(deploy.data.size() == 32 + artifact.init_code.size());
}

TEST_CASE("transactions to be signed elsewhere") {
    std::vector<SetupStep> steps = {{"lets \"it\" take", {filled(0xab), {0x12, 0x34}}, std::nullopt},
                                    {"writes", {filled(0xcd), {}}, std::nullopt}};
    const auto list = nlohmann::json::parse(unsigned_json(steps, 10));
    REQUIRE(list.size() == 2);
    CHECK(list[0] == nlohmann::json({{"to", to_checksum(filled(0xab))},
                                     {"value", "0"},
                                     {"data", "0x1234"},
                                     {"chainId", 10},
                                     {"description", "lets \"it\" take"}}));
    const auto text = safe_json(steps, 10, filled(0x11), "name", 1'700'000'000'000);
    REQUIRE(text.has_value());
    const auto batch = nlohmann::json::parse(*text);
    CHECK(batch["version"] == "1.0");
    CHECK(batch["chainId"] == "10");
    CHECK(batch["meta"]["createdFromSafeAddress"] == to_checksum(filled(0x11)));
    CHECK(batch["meta"]["description"] == "lets \"it\" take; writes");
    REQUIRE(batch["transactions"].size() == 2);
    CHECK(batch["transactions"][0]["data"] == "0x1234");
    CHECK(batch["transactions"][1]["value"] == "0");
    steps[1].delegation = tx::Authorization{10, filled(0xee), 4};
    const auto delegating = nlohmann::json::parse(unsigned_json(steps, 10));
    CHECK(delegating[1]["authorizationList"][0] ==
          nlohmann::json({{"chainId", 10}, {"address", to_checksum(filled(0xee))}, {"nonce", 4}}));
    CHECK_FALSE(delegating[0].contains("authorizationList"));
    const auto none = safe_json(steps, 10, filled(0x11), "name", 0);
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == Errc::Unsupported);
}

TEST_CASE("code that delegates is 0xef0100 and the address") {
    const Address target = filled(0x77);
    Bytes code(3 + Address::kSize, 0x77);
    code[0] = 0xef;
    code[1] = 0x01;
    code[2] = 0x00;
    CHECK(delegates_to(code, target));
    CHECK_FALSE(delegates_to(code, filled(0x78)));
    CHECK_FALSE(delegates_to({}, target));
    for (std::size_t i = 0; i < 3; ++i) {
        code[i] ^= 2U;
        CHECK_FALSE(delegates_to(code, target));
        code[i] ^= 2U;
    }
    code.push_back(0);
    CHECK_FALSE(delegates_to(code, target));
}

TEST_CASE("only what strategies use is asked of the account") {
    const World world;
    const auto policy = world.good();
    const auto& offered = world.facts.position.assets;
    const auto sale = grant_needs(policy, {"repay-with-collateral"}, offered);
    CHECK(sale.supplies.size() == 2);
    CHECK(sale.supplies[0].second == "WETH");
    CHECK(sale.wallet.empty());
    CHECK(grant_needs(policy, {"repay-from-wallet"}, offered).wallet.size() == 2);
    CHECK(grant_needs(policy, {"repay-from-wallet", "top-up-from-wallet"}, offered).wallet.size() == 3);
    CHECK(grant_needs(policy, {"swap-debt"}, offered).wallet.empty());
}
