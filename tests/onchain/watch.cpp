// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/watch.hpp"

#include <fmt/format.h>

#include "chain/lending/aave_v3/market.hpp"

namespace plimsoll::onchain {

namespace {

Call balance_call(const Address& token, const Address& account) {
    return {token, abi::Encoder(selector("balanceOf(address)")).address(account).finish()};
}

Call summary_call(const Address& pool, const Address& account) {
    return {pool, abi::Encoder(selector("getUserAccountData(address)")).address(account).finish()};
}

std::optional<lending::AccountSummary> read_summary(const CallResult& result) {
    if (!result.success) return std::nullopt;
    abi::Reader reader(result.data);
    lending::AccountSummary out;
    out.collateral.value = reader.uint().value();
    out.debt.value = reader.uint().value();
    out.available_borrow.value = reader.uint().value();
    out.liquidation_threshold = reader.uint().value();
    out.ltv = reader.uint().value();
    out.health_factor.value = reader.uint().value();
    return out;
}

U256 number_in(const CallResult& result) {
    if (!result.success) throw std::runtime_error("balanceOf reverts");
    return abi::Reader(result.data).uint().value();
}

class Comparison {
  public:
    Comparison(Watch& watch, const BlockRef& block, Tally& tally) : watch_(watch), block_(block), tally_(tally) {}

    void summary(const Address& account, const CallResult& theirs) {
        ++tally_.accounts;
        const auto expected = read_summary(theirs);
        const auto ours = watch_.market().summary(account, block_.timestamp);
        if (!expected || !ours) {
            if (!expected && !ours && ours.error().code == Errc::Reverted) {
                ++tally_.refusals;
                return;
            }
            note(account, "account data", expected ? to_text(*expected) : "reverts",
                 ours ? to_text(*ours) + assets_of(account) : ours.error().message);
            return;
        }
        tally_.numbers += 6;
        if (*ours != *expected) note(account, "account data", to_text(*expected), to_text(*ours) + assets_of(account));
    }

    /// `theirs`: per reserve aToken, variable debt, stable debt.
    void balances(const Address& account, const std::vector<DevReserve>& reserves, std::span<const CallResult> theirs) {
        const auto position = watch_.market().position(account, block_.timestamp);
        if (!position) return;  // summary() has judged that
        std::size_t found = 0;
        for (std::size_t i = 0; i < reserves.size(); ++i) {
            TokenAmount supplied;
            TokenAmount debt;
            for (const auto& asset : position->assets) {
                if (asset.asset != reserves[i].asset) continue;
                ++found;
                supplied = asset.supplied;
                debt = asset.debt;
            }
            number(account, reserves[i].symbol + " supplied", number_in(theirs[3 * i]), supplied.value);
            const U256 owed = *checked_add(number_in(theirs[3 * i + 1]), number_in(theirs[3 * i + 2]));
            number(account, reserves[i].symbol + " debt", owed, debt.value);
        }
        if (found != position->assets.size())
            note(account, "assets", "only known ones", std::to_string(position->assets.size()));
    }

    std::vector<std::string> take() { return std::move(differences_); }

  private:
    std::string assets_of(const Address& account) {
        const auto position = watch_.market().position(account, block_.timestamp);
        std::string out;
        if (!position) return out;
        for (const auto& asset : position->assets) {
            out += fmt::format("; {} supplied {} debt {} price {} threshold {}{}", asset.symbol,
                               to_string(asset.supplied_value), to_string(asset.debt_value), to_string(asset.price),
                               asset.threshold_bps, asset.collateral ? " collateral" : "");
        }
        return out;
    }
    void number(const Address& account, const std::string& what, const U256& theirs, const U256& ours) {
        ++tally_.numbers;
        if (theirs != ours) note(account, what, to_string(theirs), to_string(ours));
    }
    void note(const Address& account, const std::string& what, const std::string& theirs, const std::string& ours) {
        differences_.push_back(fmt::format("block {} account {} {}: contract {}, ours {}", block_.number,
                                           to_checksum(account), what, theirs, ours));
    }

    Watch& watch_;
    const BlockRef& block_;
    Tally& tally_;
    std::vector<std::string> differences_;
};

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
    accounts += other.accounts;
    numbers += other.numbers;
    refusals += other.refusals;
    blocks += other.blocks;
    return *this;
}

Watch::Watch(World& world)
    : Follower(world.node, lending::make_aave_v3_market(world.info.provider)), reserves_(world.info.reserves) {}

std::optional<lending::AccountSummary> contract_summary(World& world, const Address& account, const Hash32& block) {
    return read_summary(world.node.multicall({summary_call(world.info.pool, account)}, block).front());
}

std::vector<std::string> differences(World& world, Watch& watch, const BlockRef& block, Tally& tally) {
    ++tally.blocks;
    const auto& accounts = watch.market().accounts();
    const auto& reserves = watch.reserves();
    std::vector<Call> calls;
    for (const auto& account : accounts) {
        calls.push_back(summary_call(world.info.pool, account));
        for (const auto& reserve : reserves) {
            for (const auto& token : {reserve.a_token, reserve.debt_token, reserve.stable_token})
                calls.push_back(balance_call(token, account));
        }
    }
    const auto results = world.node.multicall(std::move(calls), block.hash);
    const std::size_t stride = 1 + 3 * reserves.size();
    Comparison comparison(watch, block, tally);
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        comparison.summary(accounts[i], results[i * stride]);
        comparison.balances(accounts[i], reserves, std::span(results).subspan(i * stride + 1, stride - 1));
    }
    auto out = comparison.take();
    if (const auto synced = watch.market().synced(); !synced || synced->hash != block.hash)
        out.push_back(fmt::format("block {}: the market is not in sync", block.number));
    if (!watch.market().unsupported().empty()) out.push_back(watch.market().unsupported());
    return out;
}

}  // namespace plimsoll::onchain
