// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/store.hpp"

#include <algorithm>

#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::lending::aave_v3 {

bool Store::watch(const Address& account) {
    const auto index = static_cast<std::uint32_t>(addresses_.size());
    if (!index_.emplace(account, index).second) return false;
    addresses_.push_back(account);
    entries_.emplace_back();
    return true;
}

std::optional<std::uint32_t> Store::index_of(const Address& account) const {
    const auto found = index_.find(account);
    if (found == index_.end()) return std::nullopt;
    return found->second;
}

AccountEntry& Store::edit_account(std::uint32_t index) {
    AccountEntry& entry = entries_[index];
    if (!frames_.empty() && entry.saved_in != frame_number_) {
        entry.saved_in = frame_number_;
        frames_.back().accounts.push_back({index, entry.state, entry.loaded});
        ++saved_accounts_;
    }
    return entry;
}

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
    if (!frames_.empty()) {
        auto& saved = frames_.back().reserves;
        const auto same = [&](const auto& entry) { return entry.first == id; };
        if (std::none_of(saved.begin(), saved.end(), same)) saved.emplace_back(id, reserve.state);
    }
    return reserve.edit();
}

EModeCategory& Store::edit_emode(std::uint8_t category) {
    if (!frames_.empty() && !frames_.back().emodes) frames_.back().emodes = market.emodes;
    return market.edit_emode(category);
}

void Store::mark(std::uint32_t account) {
    AccountEntry& entry = entries_[account];
    if (entry.changed) return;
    entry.changed = true;
    changed_.push_back(account);
}

void Store::mark_holders(ReserveId reserve) {
    if (reserve >= holders_.size()) return;
    for (const auto account : holders_[reserve]) mark(account);
}

void Store::mark_category(std::uint8_t category) {
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].state.emode == category) mark(i);
    }
}

void Store::mark_stable_debtors() {
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        if (!entries_[i].state.stable.empty()) mark(i);
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
    std::vector<Address> out;
    out.reserve(changed_.size());
    for (const auto index : changed_) {
        entries_[index].changed = false;
        out.push_back(addresses_[index]);
    }
    changed_.clear();
    return out;
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
    Frame frame;
    frame.before = market.block;
    frame.pending = pending;
    frames_.push_back(std::move(frame));
    ++frame_number_;
    while (frames_.size() > 1 && (frames_.size() > kFrames || saved_accounts_ > kSavedAccounts)) {
        saved_accounts_ -= frames_.front().accounts.size();
        frames_.pop_front();
    }
    market.block = block;
}

void Store::take_back(Frame& frame) {
    // Newest first: an account edited, rewound to and edited again was saved twice, and the first copy is the true one.
    for (auto saved = frame.accounts.rbegin(); saved != frame.accounts.rend(); ++saved) {
        entries_[saved->index].state = std::move(saved->state);
        entries_[saved->index].loaded = saved->loaded;
        if (!saved->loaded) {
            frame.pending.insert({Read::Kind::AccountConfig, saved->index, 0});
            frame.pending.insert({Read::Kind::AccountEMode, saved->index, 0});
        }
        mark(saved->index);
    }
    for (auto& [id, state] : frame.reserves) {
        const ReserveState& now = market.reserves[id].state;
        if (state.price != now.price || state.priced != now.priced) mark_moved(id);
        if (state.config != now.config) mark_holders(id);
        market.reserves[id].edit() = state;
    }
    if (frame.emodes) {
        market.emodes = std::move(*frame.emodes);
        ++market.emode_version;
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].state.emode != 0) mark(i);
        }
    }
    // An account watched since then was read at a block that is gone: it is read again.
    for (const auto& read : pending) {
        if (read.kind == Read::Kind::AccountConfig || read.kind == Read::Kind::AccountEMode) frame.pending.insert(read);
    }
    pending = std::move(frame.pending);
    market.block = frame.before;
    saved_accounts_ -= frame.accounts.size();
}

bool Store::rewind(const BlockRef& ancestor) {
    if (market.block.hash == ancestor.hash) return true;
    const bool known = std::any_of(frames_.begin(), frames_.end(),
                                   [&](const Frame& frame) { return frame.before.hash == ancestor.hash; });
    if (!known) return false;
    while (market.block.hash != ancestor.hash) {
        take_back(frames_.back());
        frames_.pop_back();
    }
    ++frame_number_;  // stamps of the frames that are gone must not match
    rebuild_roles();
    return true;
}

void Store::clear() {
    const Address provider = deployment_.provider;
    deployment_ = {};
    deployment_.provider = provider;
    market = {};
    pending.clear();
    for (auto& entry : entries_) entry = {};
    holders_.clear();
    changed_.clear();
    moved_ = 0;
    frames_.clear();
    saved_accounts_ = 0;
    rebuild_roles();
}

}  // namespace plimsoll::lending::aave_v3
