// SPDX-License-Identifier: Apache-2.0
// The contracts' own numbers, put together by arithmetic that shares nothing with the adapter's.
#include <algorithm>
#include <fmt/format.h>

#include "tests/onchain_morpho/scene.hpp"

namespace plimsoll::onchain::morpho {

namespace {

constexpr U256 kScale = U256::literal("1'000'000'000'000'000'000'000'000'000'000'000'000");
constexpr std::string_view kHealthy = "position is healthy";

struct Words {
    explicit Words(const CallResult& result) {
        if (!result.success) throw std::runtime_error("a view of Morpho reverts");
        for (std::size_t at = 0; at + 32 <= result.data.size(); at += 32)
            words.push_back(abi::load_word(result.data.data() + at));
    }
    std::vector<U256> words;
};

struct Expected {
    lending::AccountSummary summary;
    U256 supplied;
    U256 collateral;
};

Expected expected(const Words& market, const Words& position, const U256& price, const U256& lltv) {
    const auto share = [](const U256& total, std::uint64_t extra) { return *checked_add(total, U256{extra}); };
    Expected out;
    out.collateral = position.words[2];
    out.supplied = *mul_div_down(position.words[0], share(market.words[0], 1), share(market.words[1], 1'000'000));
    auto& s = out.summary;
    s.collateral.value = *mul_div_down(out.collateral, price, kScale);
    s.debt.value = *mul_div_up(position.words[1], share(market.words[2], 1), share(market.words[3], 1'000'000));
    const U256 limit = *mul_div_down(s.collateral.value, lltv, kWad);
    s.available_borrow.value = limit > s.debt.value ? *checked_sub(limit, s.debt.value) : U256{};
    s.liquidation_threshold = *mul_div_down(lltv, U256{10'000}, kWad);
    s.ltv = s.liquidation_threshold;
    s.health_factor.value = s.debt.is_zero() ? kU256Max : *mul_div_down(limit, kWad, s.debt.value);
    return out;
}

bool says(const CallResult& result, std::string_view text) {
    const std::string_view data(reinterpret_cast<const char*>(result.data.data()), result.data.size());
    return !result.success && data.find(text) != std::string_view::npos;
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
    accounts += other.accounts;
    numbers += other.numbers;
    audits += other.audits;
    unhealthy += other.unhealthy;
    return *this;
}

std::vector<std::string> differences(World& world, Watch& watch, const BlockRef& block, Tally& tally) {
    const auto calls = world.calls(watch.of());
    const auto accounts = watch.market().accounts();
    const Bytes market_data = abi::Encoder(selector("market(bytes32)")).bytes32(watch.of().id).finish();
    // One call of the node: what the first does to the state, the others see. A liquidation by a contract that has no
    // tokens always reverts; why, says whether the position is healthy.
    std::vector<Call> asked = {{calls.contract, calls.accrue({}).data},
                               {calls.contract, market_data},
                               {watch.of().oracle, abi::Encoder(selector("price()")).finish()}};
    for (const auto& account : accounts) {
        asked.push_back(
            {calls.contract,
             abi::Encoder(selector("position(bytes32,address)")).bytes32(watch.of().id).address(account).finish()});
        asked.push_back({calls.contract, calls.liquidate({}, account, {}, U256{1}).data});
    }
    const auto results = world.node.multicall(asked, block.hash);
    std::vector<Call> audits;
    for (const auto& account : accounts) audits.push_back(watch.market().audit_call(account));
    const auto audited = world.node.multicall(audits, block.hash);

    const Words market(results.at(1));
    const U256 price = Words(results.at(2)).words.at(0);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const auto note = [&](const std::string& what, const std::string& theirs, const std::string& ours) {
            out.push_back(fmt::format("{} block {} account {} {}: contract {}, ours {}", watch.of().name, block.number,
                                      to_checksum(accounts[i]), what, theirs, ours));
        };
        const auto theirs = expected(market, Words(results.at(3 + 2 * i)), price, watch.of().lltv);
        const auto ours = watch.market().position(accounts[i], block.timestamp);
        ++tally.accounts;
        if (!ours) {
            note("position", to_text(theirs.summary), ours.error().message);
            continue;
        }
        tally.numbers += 9;
        if (ours->summary != theirs.summary) note("summary", to_text(theirs.summary), to_text(ours->summary));
        U256 supplied;
        U256 collateral;
        for (const auto& asset : ours->assets) (asset.collateral ? collateral : supplied) = asset.supplied.value;
        if (supplied != theirs.supplied) note("supplied", to_string(theirs.supplied), to_string(supplied));
        if (collateral != theirs.collateral) note("collateral", to_string(theirs.collateral), to_string(collateral));
        const bool healthy = says(results.at(4 + 2 * i), kHealthy);
        tally.unhealthy += healthy ? 0U : 1U;
        if (healthy != (ours->summary.health_factor >= Wad{kWad}))
            note("liquidatable", healthy ? "no" : "yes", to_string(ours->summary.health_factor));
        const auto audit = watch.market().audit(accounts[i], block, audited.at(i));
        ++tally.audits;
        if (!audit || !audit->agrees || audit->theirs != theirs.summary)
            note("audit", to_text(theirs.summary), audit ? to_text(audit->theirs) : audit.error().message);
    }
    if (const auto why = watch.market().unsupported(); !why.empty()) out.push_back("unsupported: " + why);
    return out;
}

}  // namespace plimsoll::onchain::morpho
