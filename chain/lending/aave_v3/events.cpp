// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/events.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

Result<void> shape(const Log& log, std::size_t topics, std::size_t words) {
    if (log.topics.size() == topics && log.data.size() >= 32 * words) return {};
    return fail(Errc::Decode, "log " + std::to_string(log.log_index) + " of " + to_string(log.address) + " has " +
                                  std::to_string(log.topics.size()) + " topics and " + std::to_string(log.data.size()) +
                                  " bytes");
}

bool is_one_of(const Hash32& topic, std::initializer_list<Hash32> topics) {
    return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

}  // namespace

Result<void> Events::apply(const Log& log) {
    const Role* found = store_.role_of(log.address);
    if (found == nullptr || log.topics.empty()) return {};
    const Role role = *found;
    if (log.topics[0] == event::kUpgraded) {
        if (role.kind == Role::Kind::Aggregator) return {};
        restart_ = true;
        store_.notices.say("new code behind " + to_string(log.address), true);
        return {};
    }
    switch (role.kind) {
        case Role::Kind::Provider:
            return from_provider(log);
        case Role::Kind::Pool:
            return from_pool(log);
        case Role::Kind::Configurator:
            return from_configurator(log);
        case Role::Kind::Oracle:
            return from_oracle(log);
        case Role::Kind::AToken:
            return from_token(log, role.reserve, false);
        case Role::Kind::DebtToken:
            return from_token(log, role.reserve, true);
        case Role::Kind::StableToken:
            return from_stable_token(log, role.reserve);
        case Role::Kind::Aggregator:
            return from_aggregator(log);
    }
    return {};
}

Result<void> Events::from_provider(const Log& log) {
    using namespace event;
    const std::pair<Hash32, const char*> kinds[] = {{kPoolUpdated, "pool"},
                                                    {kConfiguratorUpdated, "configurator"},
                                                    {kOracleUpdated, "price oracle"},
                                                    {kSentinelUpdated, "price oracle sentinel"}};
    for (const auto& [topic, what] : kinds) {
        if (log.topics[0] != topic) continue;
        restart_ = true;
        TRY_VOID(shape(log, 3, 0));
        TRY(const auto before, abi::address_of_topic(log.topics[1]));
        TRY(const auto after, abi::address_of_topic(log.topics[2]));
        store_.notices.say(std::string(what) + " " + to_string(before) + " to " + to_string(after), true);
    }
    return {};
}

Result<void> Events::from_pool(const Log& log) {
    if (log.topics[0] == event::kReserveDataUpdated) return reserve_updated(log);
    if (log.topics[0] == event::kCollateralEnabled) return collateral_switched(log, true);
    if (log.topics[0] == event::kCollateralDisabled) return collateral_switched(log, false);
    if (log.topics[0] != event::kUserEModeSet) return {};
    TRY_VOID(shape(log, 2, 1));
    TRY(const auto user, abi::address_of_topic(log.topics[1]));
    TRY(const auto category, Words(log.data).u64(0));
    if (category > 255) return fail(Errc::Decode, "eMode category " + std::to_string(category));
    const auto index = store_.index_of(user);
    if (!index) return {};
    store_.edit_account(*index).state.emode = static_cast<std::uint8_t>(category);
    store_.mark(*index);
    // Perhaps one that was never read; reading an empty one again costs little.
    if (store_.market.emode(static_cast<std::uint8_t>(category)) == EModeCategory{})
        discovery_.schedule_category(static_cast<std::uint32_t>(category));
    return {};
}

Result<void> Events::reserve_updated(const Log& log) {
    TRY_VOID(shape(log, 2, 5));
    TRY(const auto asset, abi::address_of_topic(log.topics[1]));
    const auto id = store_.market.id_of(asset);
    if (!id) {
        // Listed in this block, and used before its tokens' events could be asked for: all are read again.
        discovery_.schedule_accounts();
        return {};
    }
    const Words words(log.data);
    ReserveState& state = store_.edit_reserve(*id);
    TRY(state.liquidity_rate, words.number(0));
    TRY(state.borrow_rate, words.number(2));
    TRY(state.liquidity_index, words.number(3));
    TRY(state.borrow_index, words.number(4));
    state.last_update = store_.market.block.timestamp;
    return {};
}

Result<void> Events::collateral_switched(const Log& log, bool on) {
    TRY_VOID(shape(log, 3, 0));
    TRY(const auto asset, abi::address_of_topic(log.topics[1]));
    TRY(const auto user, abi::address_of_topic(log.topics[2]));
    const auto index = store_.index_of(user);
    const auto id = store_.market.id_of(asset);
    if (!index || !id) return {};
    const AccountEntry& entry = store_.account(*index);
    const auto* known = entry.state.find(*id);
    if (on && entry.partial && (known == nullptr || !known->collateral)) reread(*index, *id, false);
    store_.edit_holding(*index, *id).collateral = on;
    store_.mark(*index);
    return {};
}

bool Events::unread(std::uint32_t account, ReserveId id, bool debt) const {
    const AccountEntry& entry = store_.account(account);
    if (!entry.loaded) return true;
    const Read read{debt ? Read::Kind::Debt : Read::Kind::Supply, account, id};
    if (!store_.pending.empty() && store_.pending.contains(read)) return true;
    if (store_.market.profile.rebuild == Profile::Rebuild::Reread) return true;
    if (debt || !entry.partial) return false;
    const auto* known = entry.state.find(id);
    return known == nullptr || !known->collateral;
}

void Events::reread(std::uint32_t account, ReserveId id, bool debt) {
    store_.mark(account);
    if (store_.account(account).loaded)
        store_.pending.insert({debt ? Read::Kind::Debt : Read::Kind::Supply, account, id});
}

Result<void> Events::from_token(const Log& log, ReserveId id, bool debt) {
    if (log.topics[0] == event::kMint) return minted_or_burnt(log, id, debt, true);
    if (log.topics[0] == event::kBurn) return minted_or_burnt(log, id, debt, false);
    if (log.topics[0] == event::kBalanceTransfer && !debt) return transferred(log, id);
    return {};
}

Result<void> Events::minted_or_burnt(const Log& log, ReserveId id, bool debt, bool mint) {
    TRY_VOID(shape(log, 3, 3));
    TRY(const auto owner, abi::address_of_topic(log.topics[mint ? 2 : 1]));
    const auto index = store_.index_of(owner);
    if (!index) return {};
    if (unread(*index, id, debt)) {
        reread(*index, id, debt);
        return {};
    }
    const Words words(log.data);
    TRY(const auto value, words.number(0));
    TRY(const auto interest, words.number(1));
    TRY(const auto at, words.number(2));
    const auto* known = store_.account(*index).state.find(id);
    const u128 before = known == nullptr ? 0 : debt ? known->debt : known->supply;
    const auto after = rebuilt(store_.market.profile.rebuild, debt, mint, before, value, interest, at);
    if (!after) {
        reread(*index, id, debt);  // the amounts contradict what we hold: the chain is right
        return {};
    }
    Holding& holding = store_.edit_holding(*index, id);
    (debt ? holding.debt : holding.supply) = *after;
    store_.mark(*index);
    return {};
}

Result<void> Events::transferred(const Log& log, ReserveId id) {
    TRY_VOID(shape(log, 3, 2));
    TRY(const auto from, abi::address_of_topic(log.topics[1]));
    TRY(const auto to, abi::address_of_topic(log.topics[2]));
    TRY(const auto scaled, Words(log.data).number(0));
    TRY_VOID(move_supply(from, id, scaled, false));
    return move_supply(to, id, scaled, true);
}

Result<void> Events::move_supply(const Address& owner, ReserveId id, const U256& scaled, bool in) {
    const auto index = store_.index_of(owner);
    if (!index) return {};
    if (unread(*index, id, false)) {
        reread(*index, id, false);
        return {};
    }
    const auto* known = store_.account(*index).state.find(id);
    const U256 before = U256::from_u128(known == nullptr ? 0 : known->supply);
    const auto after = in ? checked_add(before, scaled) : checked_sub(before, scaled);
    if (!after || !after->fits_u128()) {
        reread(*index, id, false);
        return {};
    }
    store_.edit_holding(*index, id).supply = after->low_u128();
    store_.mark(*index);
    return {};
}

Result<void> Events::from_stable_token(const Log& log, ReserveId id) {
    const bool mint = log.topics[0] == event::kStableMint;
    if (!mint && log.topics[0] != event::kStableBurn) return {};
    TRY_VOID(shape(log, mint ? 3 : 2, 5));
    TRY(const auto owner, abi::address_of_topic(log.topics[mint ? 2 : 1]));
    const auto index = store_.index_of(owner);
    if (!index || !store_.account(*index).loaded) return {};
    for (const auto kind : {Read::Kind::StablePrincipal, Read::Kind::StableRate, Read::Kind::StableUpdated})
        store_.pending.insert({kind, *index, id});
    store_.mark(*index);
    return {};
}

Result<void> Events::from_configurator(const Log& log) {
    using namespace event;
    const Hash32& topic = log.topics[0];
    if (is_one_of(topic, {kATokenUpgraded, kDebtTokenUpgraded, kStableTokenUpgraded})) {
        restart_ = true;
        return {};
    }
    if (is_one_of(topic, {kReserveInitialized, kReserveDropped})) {
        store_.pending.insert({Read::Kind::ReservesList, 0, 0});
        return {};
    }
    if (log.topics.size() < 2) return shape(log, 2, 0);
    if (is_one_of(topic, {kCategoryAdded, kCategoryIsolation})) {
        const U256 category = abi::uint_of_topic(log.topics[1]);
        if (category > U256{255}) return fail(Errc::Decode, "eMode category " + to_string(category));
        discovery_.schedule_category(static_cast<std::uint32_t>(category.low_u64()));
        return {};
    }
    if (is_one_of(topic, {kAssetCollateralInEMode, kAssetBorrowableInEMode, kAssetLtvzeroInEMode})) {
        TRY(const auto category, Words(log.data).u64(0));
        if (category > 255) return fail(Errc::Decode, "eMode category " + std::to_string(category));
        discovery_.schedule_category(static_cast<std::uint32_t>(category));
        return {};
    }
    TRY(const auto asset, abi::address_of_topic(log.topics[1]));
    const auto id = store_.market.id_of(asset);
    if (!id) return {};
    if (is_one_of(topic, {kBorrowCap, kSupplyCap, kGracePeriod, kDebtCeiling})) TRY_VOID(limit_changed(log, *id));
    if (!is_one_of(topic, {kBorrowCap, kSupplyCap, kGracePeriod}))
        store_.pending.insert({Read::Kind::Configuration, *id, 0});
    return {};
}

/// Limits that no health factor depends on.
Result<void> Events::limit_changed(const Log& log, ReserveId id) {
    using namespace event;
    const std::string& symbol = store_.market.reserves[id].symbol;
    if (log.topics[0] == kGracePeriod) {
        TRY_VOID(shape(log, 2, 1));
        TRY(const auto until, Words(log.data).u64(0));
        store_.notices.say(symbol + " is not liquidated until second " + std::to_string(until) +
                               ": a grace period, on which no rescue waits",
                           false);
        return {};
    }
    TRY_VOID(shape(log, 2, 2));
    TRY(const auto before, Words(log.data).number(0));
    TRY(const auto after, Words(log.data).number(1));
    const std::string what = log.topics[0] == kBorrowCap   ? "borrow cap"
                             : log.topics[0] == kSupplyCap ? "supply cap"
                                                           : "debt ceiling";
    const bool lower = !after.is_zero() && (before.is_zero() || after < before);  // zero: none
    store_.notices.say(symbol + " " + what + " " + to_string(before) + " to " + to_string(after), lower);
    return {};
}

Result<void> Events::from_oracle(const Log& log) {
    if (log.topics[0] == event::kFallbackOracleUpdated) {
        discovery_.schedule_prices();
        return {};
    }
    if (log.topics[0] != event::kAssetSourceUpdated) return {};
    TRY_VOID(shape(log, 3, 0));
    TRY(const auto asset, abi::address_of_topic(log.topics[1]));
    const auto id = store_.market.id_of(asset);
    if (!id) return {};
    const ReserveState& state = store_.market.reserves[*id].state;
    store_.notices.source_was(*id, state.source.source, state.price);
    // Until the new source is resolved its price is read; the old one's events say nothing any more.
    store_.edit_reserve(*id).source = {};
    store_.rebuild_roles();
    store_.pending.insert({Read::Kind::Source, *id, 0});
    discovery_.schedule_prices();
    return {};
}

Result<void> Events::from_aggregator(const Log& log) {
    if (log.topics[0] != event::kAnswerUpdated) return {};
    TRY_VOID(shape(log, 3, 1));
    const I256 answer{abi::uint_of_topic(log.topics[1])};
    for (std::size_t i = 0; i < store_.market.reserves.size(); ++i) {
        const auto id = static_cast<ReserveId>(i);
        const ReserveState& state = store_.market.reserves[i].state;
        if (!state.source.follows_events() || state.source.aggregator != log.address) continue;
        oracle::PriceSource source = state.source;
        const auto price = source.answered(answer, state.price);
        if (!price) {
            discovery_.schedule_prices();
            continue;
        }
        if (*price == state.price && source == state.source) continue;
        const bool moved = *price != state.price;
        ReserveState& edit = store_.edit_reserve(id);
        edit.price = *price;
        edit.source = source;
        if (moved) store_.mark_moved(id);
    }
    return {};
}

}  // namespace plimsoll::lending::aave_v3
