// SPDX-License-Identifier: Apache-2.0
// Answers about accounts, and the calibration of the profile against the contract's own account view.
#include <algorithm>

#include "chain/lending/aave_v3/account.hpp"
#include "chain/lending/aave_v3/discovery.hpp"
#include "chain/lending/aave_v3/summary_words.hpp"
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

constexpr std::size_t kCalibrationAccounts = 16;

}  // namespace

Result<void> Discovery::take_account(const Read& read, const CallResult& result) {
    if (!result.success) {
        return fail(Errc::Reverted,
                    "reading " + to_string(store_.accounts()[read.a]) + " in reserve " + std::to_string(read.b));
    }
    const Words words(result.data);
    if (read.kind == Read::Kind::AccountConfig) {
        TRY(const auto word, words.number(0));
        return take_account_config(read.a, word);
    }
    store_.mark(read.a);
    if (read.kind == Read::Kind::AccountEMode) {
        TRY(const auto category, words.u64(0));
        if (category > 255) return fail(Errc::Decode, "eMode category " + std::to_string(category));
        store_.edit_account(read.a).state.emode = static_cast<std::uint8_t>(category);
        if (category > probed_categories_) want_category(static_cast<std::uint32_t>(category));
        return {};
    }
    const auto id = static_cast<ReserveId>(read.b);
    if (read.kind == Read::Kind::Supply) {
        TRY(const auto supply, words.narrow(0));
        const auto* known = store_.account(read.a).state.find(id);
        if (known == nullptr ? supply != 0 : known->supply != supply) store_.edit_holding(read.a, id).supply = supply;
        return {};
    }
    if (read.kind == Read::Kind::Debt) {
        TRY(const auto debt, words.narrow(0));
        const auto* known = store_.account(read.a).state.find(id);
        if (known == nullptr ? debt != 0 : known->debt != debt) store_.edit_holding(read.a, id).debt = debt;
        return {};
    }
    TRY(const auto number, words.number(0));
    store_.edit_holding(read.a, id);  // every stable debt has a holding
    auto& stable = store_.edit_account(read.a).state.stable;
    auto place = std::find_if(stable.begin(), stable.end(), [&](const StableDebt& s) { return s.reserve == id; });
    if (place == stable.end()) {
        StableDebt fresh;
        fresh.reserve = id;
        place = stable.insert(stable.end(), fresh);
    }
    if (read.kind == Read::Kind::StablePrincipal)
        place->principal = number;
    else if (read.kind == Read::Kind::StableRate)
        place->rate = number;
    else
        place->last_update = number.low_u64();
    if (read.kind == Read::Kind::StableUpdated && place->principal.is_zero()) stable.erase(place);
    return {};
}

/// UserConfiguration: bit 2i: borrows reserve i, bit 2i + 1: uses it as collateral.
Result<void> Discovery::take_account_config(std::uint32_t account, const U256& word) {
    AccountEntry& entry = store_.edit_account(account);
    entry.loaded = true;
    entry.partial = !eager_supplies_;
    entry.state.holdings.clear();
    entry.state.stable.clear();
    store_.mark(account);
    const bool stable_too = store_.market.profile.emode == Profile::EMode::Category;
    for (std::size_t i = 0; i < store_.market.reserves.size(); ++i) {
        const Reserve& reserve = store_.market.reserves[i];
        if (reserve.asset.is_zero()) continue;
        const auto id = static_cast<ReserveId>(i);
        const auto bit = static_cast<unsigned>(2 * i);
        const bool collateral = word.bit(bit + 1);
        if (collateral) store_.edit_holding(account, id).collateral = true;
        if (collateral || eager_supplies_) want(Read::Kind::Supply, account, id);
        if (!word.bit(bit)) continue;
        want(Read::Kind::Debt, account, id);
        if (!stable_too || reserve.stable_token.is_zero()) continue;
        want(Read::Kind::StablePrincipal, account, id);
        want(Read::Kind::StableRate, account, id);
        want(Read::Kind::StableUpdated, account, id);
    }
    return {};
}

void Discovery::begin_calibration() {
    candidates_ = candidates(store_.market.profile);
    unsupported_.clear();
    std::vector<std::uint32_t> chosen;
    // Accounts with debt and collateral tell profiles apart, the others hardly do.
    for (const bool telling : {true, false}) {
        for (std::uint32_t i = 0; i < store_.accounts().size() && chosen.size() < kCalibrationAccounts; ++i) {
            const auto& holdings = store_.account(i).state.holdings;
            const bool debt = std::any_of(holdings.begin(), holdings.end(), [](const auto& h) { return h.debt != 0; });
            if (debt == telling) chosen.push_back(i);
        }
    }
    for (const auto index : chosen) want(Read::Kind::Calibration, index);
    calibrating_ = true;
    if (chosen.empty()) finish_calibration();
}

Result<void> Discovery::take_calibration(const Read& read, const CallResult& result) {
    if (result.success) {
        TRY(const auto theirs, summary_from(result.data));
        std::erase_if(candidates_, [&](const Profile& candidate) {
            MarketState& market = store_.market;
            const Profile before = market.profile;
            market.profile = candidate;
            const View view(market, market.block.timestamp);
            const auto ours = account_summary(view, store_.account(read.a).state);
            market.profile = before;
            return !ours || *ours != theirs;
        });
    }
    return {};
}

void Discovery::finish_calibration() {
    calibrating_ = false;
    calibrated_ = true;
    if (candidates_.empty()) {
        unsupported_ = "no known rule of Aave V3 accounting reproduces getUserAccountData of pool " +
                       to_string(store_.deployment().pool) + " (revision " + to_string(probes_.revision) + ")";
        return;
    }
    if (candidates_.front() == store_.market.profile) return;
    store_.market.profile = candidates_.front();
    for (auto& reserve : store_.market.reserves) reserve.edit();
}

}  // namespace plimsoll::lending::aave_v3
