// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/store.hpp"

#include <algorithm>

#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::lending::aave_v3 {

Holding& Store::edit_holding(std::uint32_t index, ReserveId reserve) {
    AccountState& state = edit_account(index).state;
    if (state.find(reserve) == nullptr) index_holder(index, reserve);
    return state.at(reserve);
}

void Store::index_holder(std::uint32_t account, ReserveId reserve) {
    if (holders_.size() <= reserve) holders_.resize(static_cast<std::size_t>(reserve) + 1);
    auto& list = holders_[reserve];
    // After a rewind an account may still be listed.
    if (!list.empty() && list.back() < account)
        list.push_back(account);
    else if (std::find(list.begin(), list.end(), account) == list.end())
        list.push_back(account);
}

ReserveState& Store::edit_reserve(ReserveId id) {
    Reserve& reserve = market.reserves[id];
    if (Kept* kept = watched_.newest(); kept != nullptr) {
        auto& saved = kept->reserves;
        const auto same = [&](const auto& entry) { return entry.first == id; };
        if (std::none_of(saved.begin(), saved.end(), same)) saved.emplace_back(id, reserve.state);
    }
    return reserve.edit();
}

EModeCategory& Store::edit_emode(std::uint8_t category) {
    if (Kept* kept = watched_.newest(); kept != nullptr && !kept->emodes) kept->emodes = market.emodes;
    return market.edit_emode(category);
}

void Store::mark_holders(ReserveId reserve) {
    if (reserve >= holders_.size()) return;
    for (const auto account : holders_[reserve]) mark(account);
}

void Store::mark_category(std::uint8_t category) {
    for (std::uint32_t i = 0; i < accounts().size(); ++i) {
        if (account(i).state.emode == category) mark(i);
    }
}

void Store::mark_stable_debtors() {
    for (std::uint32_t i = 0; i < accounts().size(); ++i) {
        if (!account(i).state.stable.empty()) mark(i);
    }
}

std::vector<Address> Store::take_changed() {
    for (std::size_t i = 0; i < kMaxReserves; ++i) {
        if (has_bit(moved_, static_cast<ReserveId>(i))) mark_holders(static_cast<ReserveId>(i));
    }
    return take_marked();
}

std::vector<Address> Store::take_marked() {
    moved_ = 0;
    return watched_.take_marked();
}

void Store::rebuild_roles() {
    roles_.clear();
    filter_ = {};
    const auto add = [&](const Address& address, Role role) {
        if (!address.is_zero() && roles_.emplace(address, role).second) filter_.addresses.push_back(address);
    };
    add(deployment_.provider, {Role::Kind::Provider, 0});
    add(deployment_.pool, {Role::Kind::Pool, 0});
    add(deployment_.configurator, {Role::Kind::Configurator, 0});
    add(deployment_.oracle, {Role::Kind::Oracle, 0});
    for (std::size_t i = 0; i < market.reserves.size(); ++i) {
        const Reserve& reserve = market.reserves[i];
        const auto id = static_cast<ReserveId>(i);
        if (reserve.asset.is_zero()) continue;
        add(reserve.a_token, {Role::Kind::AToken, id});
        add(reserve.debt_token, {Role::Kind::DebtToken, id});
        if (market.profile.emode == Profile::EMode::Category) add(reserve.stable_token, {Role::Kind::StableToken, id});
        if (reserve.state.source.follows_events()) add(reserve.state.source.aggregator, {Role::Kind::Aggregator, id});
    }
    using namespace event;
    filter_.topics0 = {kReserveDataUpdated,
                       kCollateralEnabled,
                       kCollateralDisabled,
                       kUserEModeSet,
                       kMint,
                       kBurn,
                       kBalanceTransfer,
                       kCollateralConfiguration,
                       kPendingLtv,
                       kAssetCategory,
                       kReserveFrozen,
                       kReservePaused,
                       kReserveActive,
                       kReserveBorrowing,
                       kProtocolFee,
                       kDebtCeiling,
                       kBorrowCap,
                       kSupplyCap,
                       kGracePeriod,
                       kCategoryAdded,
                       kAssetCollateralInEMode,
                       kAssetBorrowableInEMode,
                       kAssetLtvzeroInEMode,
                       kCategoryIsolation,
                       kReserveInitialized,
                       kReserveDropped,
                       kATokenUpgraded,
                       kDebtTokenUpgraded,
                       kStableTokenUpgraded,
                       kAssetSourceUpdated,
                       kFallbackOracleUpdated,
                       kPoolUpdated,
                       kConfiguratorUpdated,
                       kOracleUpdated,
                       kSentinelUpdated,
                       kUpgraded,
                       kAnswerUpdated};
    if (market.profile.emode == Profile::EMode::Category) {
        filter_.topics0.push_back(kStableMint);
        filter_.topics0.push_back(kStableBurn);
    }
}

const Role* Store::role_of(const Address& emitter) const {
    const auto found = roles_.find(emitter);
    return found == roles_.end() ? nullptr : &found->second;
}

void Store::begin_block(const BlockRef& block) {
    watched_.begin_block(market.block, {pending, {}, {}});
    market.block = block;
}

void Store::put_back(Frame& frame) {
    Kept& kept = frame.kept;
    for (const auto& saved : frame.accounts) {
        if (saved.loaded) continue;
        kept.pending.insert({Read::Kind::AccountConfig, saved.index, 0});
        kept.pending.insert({Read::Kind::AccountEMode, saved.index, 0});
    }
    for (auto& [id, state] : kept.reserves) {
        const ReserveState& now = market.reserves[id].state;
        if (state.price != now.price || state.priced != now.priced) mark_moved(id);
        if (state.config != now.config) mark_holders(id);
        market.reserves[id].edit() = state;
    }
    if (kept.emodes) {
        market.emodes = std::move(*kept.emodes);
        ++market.emode_version;
        for (std::uint32_t i = 0; i < accounts().size(); ++i) {
            if (account(i).state.emode != 0) mark(i);
        }
    }
    // An account watched since then was read at a block that is gone: it is read again.
    for (const auto& read : pending) {
        if (read.kind == Read::Kind::AccountConfig || read.kind == Read::Kind::AccountEMode) kept.pending.insert(read);
    }
    pending = std::move(kept.pending);
}

bool Store::rewind(const BlockRef& ancestor) {
    if (market.block.hash == ancestor.hash) return true;
    if (!watched_.rewind(market.block, ancestor, [&](Frame& frame) { put_back(frame); })) return false;
    notices.forget();
    rebuild_roles();
    return true;
}

void Store::clear() {
    const Address provider = deployment_.provider;
    deployment_ = {};
    deployment_.provider = provider;
    market = {};
    notices = {};
    pending.clear();
    watched_.clear();
    holders_.clear();
    moved_ = 0;
    rebuild_roles();
}

}  // namespace plimsoll::lending::aave_v3
