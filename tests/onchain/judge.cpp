// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/judge.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>

namespace plimsoll::onchain {

using lending::Change;
using Kind = Change::Kind;

namespace {

std::string rule_in(const Error& error) {
    return error.message.substr(0, error.message.find(':'));
}

}  // namespace

Judge::Judge(World& world, VerdictCount& count) : world_(world), count_(count), watch_(world) {
    for (const auto& account : world.all_accounts()) watch_.market().watch(account);
    head_ = world.node.latest().ref;
    watch_.sync(head_);
    const auto answers = world.node.multicall(watch_.market().condition_calls(), head_.hash);
    conditions_ = watch_.market().conditions(head_, answers).value();
}

std::string Judge::text_of(const Address& user, const std::vector<Change>& changes) const {
    constexpr const char* kNames[] = {"repay", "supply",    "withdraw", "borrow", "repay with supply",
                                      "eMode", "collateral"};
    std::string out = to_checksum(user) + " ";
    for (const auto& change : changes) {
        std::string symbol;
        for (const auto& reserve : world_.info.reserves) {
            if (reserve.asset == change.asset) symbol = reserve.symbol;
        }
        out += fmt::format("{} {} {}; ", kNames[static_cast<std::size_t>(change.kind)],
                           change.amount.value == kU256Max ? "max" : to_string(change.amount.value), symbol);
    }
    return out;
}

const lending::AssetConditions& Judge::conditions_of(const Address& asset) const {
    for (const auto& conditions : conditions_.assets) {
        if (conditions.asset == asset) return conditions;
    }
    throw std::runtime_error("no conditions of " + to_string(asset));
}

Result<void> Judge::allowed(const Address& user, const std::vector<Change>& changes) {
    return market().allowed(user, changes, conditions_, head_.timestamp);
}

void Judge::compare(const Address& user, const std::vector<Change>& changes) {
    std::vector<ContractCall> calls;
    for (const auto& change : changes) calls.push_back(market().call(user, change).value());
    const Trial trial = try_calls(world_, head_, user, calls);
    std::size_t ours = 0;
    Result<void> verdict;
    for (; ours < changes.size(); ++ours) {
        verdict = allowed(user, {changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(ours) + 1});
        if (!verdict) break;
    }
    count_.verdicts += static_cast<unsigned>(std::min(changes.size(), trial.done + 1));
    const std::string what = text_of(user, changes);
    CAPTURE(what);
    CAPTURE(trial.code);
    const std::string said = verdict ? "" : verdict.error().message;
    CAPTURE(said);
    REQUIRE_EQ(ours, trial.done);
    if (!verdict) {
        ++count_.refusals;
        ++count_.rules[rule_in(verdict.error())];
        CHECK_EQ(verdict.error().code, Errc::Refused);
        REQUIRE(means(rule_in(verdict.error()), trial.code));
        return;
    }
    const auto after = market().after(user, changes, head_.timestamp);
    REQUIRE_EQ(after.has_value(), trial.after.has_value());
    if (!after) return;
    ++count_.summaries;
    REQUIRE_EQ(to_text(*after), to_text(*trial.after));
}

void Judge::compare_transfer(const Address& user, const Change& withdrawal) {
    if (withdrawal.amount.value == kU256Max) return;
    const auto& token = market().receipt_token(withdrawal.asset);
    auto data = abi::Encoder(selector("transfer(address,uint256)"))
                    .address(world_.bridge)
                    .uint(withdrawal.amount.value)
                    .finish();
    const Trial trial = try_calls(world_, head_, user, {{token, std::move(data)}});
    const auto verdict = allowed(user, {withdrawal});
    const std::string rule = verdict ? "" : rule_in(verdict.error());
    if (rule == "liquidity" || rule == "inactive" || rule == "amount" || rule == "balance") return;
    ++count_.transfers;
    const std::string what = "as a transfer " + text_of(user, {withdrawal});
    CAPTURE(what);
    CAPTURE(trial.code);
    CAPTURE(rule);
    REQUIRE_EQ(verdict.has_value(), trial.done == 1);
    if (!verdict) REQUIRE(means(rule, trial.code));
}

void Judge::compare_free_moves(const Address& user) {
    const auto now = market().summary(user, head_.timestamp);
    if (!now) return;
    const auto found = market().free_moves(user);
    for (const auto& changes : found) {
        ++count_.moves;
        compare(user, changes);
        const auto after = market().after(user, changes, head_.timestamp);
        REQUIRE(after);
        CHECK(after->health_factor > now->health_factor);
    }
    std::vector<Change> singles;
    for (std::uint64_t category = 0; category < 4; ++category)
        singles.push_back({Kind::SetEMode, {}, TokenAmount{U256{category}}});
    for (const auto& reserve : world_.info.reserves)
        singles.push_back({Kind::UseAsCollateral, reserve.asset, TokenAmount{U256{1}}});
    for (const auto& single : singles) {
        const auto call = market().call(user, single).value();
        const Trial trial = try_calls(world_, head_, user, {call});
        const bool helps = trial.after && trial.after->health_factor > now->health_factor;
        const bool named = std::find(found.begin(), found.end(), std::vector{single}) != found.end();
        const std::string what = text_of(user, {single});
        CAPTURE(what);
        CHECK_EQ(helps, named);
    }
}

}  // namespace plimsoll::onchain
