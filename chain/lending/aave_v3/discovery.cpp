// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/discovery.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/words.hpp"
#include "chain/lending/read_round.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

constexpr std::uint32_t kCategoryChunk = 16;
/// Above this many balances only supplies that are collateral are read at first.
constexpr std::size_t kEagerSupplies = 100'000;
constexpr BlockNumber kRecheckBlocks = 50;

std::string revert_text(const CallResult& result) {
    return result.success ? "answers " + std::to_string(result.data.size()) + " bytes" : "reverts";
}

}  // namespace

void Discovery::start() {
    store_.clear();
    in_flight_.clear();
    list_.clear();
    probes_ = {};
    resolving_.clear();
    candidates_.clear();
    probed_categories_ = 0;
    one_by_one_ = false;
    pool_asked_ = false;
    reserves_ready_ = false;
    calibrated_ = false;
    calibrating_ = false;
    unsupported_.clear();
    want(Read::Kind::Pool);
    want(Read::Kind::Configurator);
    want(Read::Kind::Oracle);
    want(Read::Kind::DataProvider);
    want(Read::Kind::Sentinel);
}

void Discovery::add_account(std::uint32_t index) {
    if (!reserves_ready_) return;
    want_account(index);
    calibrated_ = false;
}

void Discovery::want_account(std::uint32_t index) {
    want(Read::Kind::AccountConfig, index);
    want(Read::Kind::AccountEMode, index);
}

void Discovery::want_category(std::uint32_t category) {
    if (category == 0 || category > kLastCategory) return;
    const auto form = store_.market.profile.emode;
    if (form == Profile::EMode::Category) return want(Read::Kind::EModeData, category);
    want(Read::Kind::EModeConfig, category);
    want(Read::Kind::EModeCollaterals, category);
    want(Read::Kind::EModeBorrowables, category);
    if (form >= Profile::EMode::Decoupled) want(Read::Kind::EModeLtvzero, category);
    if (form == Profile::EMode::Isolated) want(Read::Kind::EModeIsolated, category);
}

void Discovery::want_categories_up_to(std::uint32_t category) {
    category = std::min(category, kLastCategory);
    for (; probed_categories_ < category; ++probed_categories_) want_category(probed_categories_ + 1);
}

std::vector<Call> Discovery::calls() {
    if (hopeless()) return {};
    std::vector<Call> out;
    in_flight_ = next_round(store_.pending);
    out.reserve(in_flight_.size());
    for (const auto& read : in_flight_) out.push_back(encode(read));
    return out;
}

Result<void> Discovery::answer(std::span<const CallResult> results) {
    TRY(const auto asked, end_round(in_flight_, store_.pending, results.size()));
    for (std::size_t i = 0; i < asked.size(); ++i) {
        TRY_VOID(take(asked[i], results[i]));
        if (hopeless()) {
            store_.pending.clear();
            return {};
        }
    }
    advance();
    return {};
}

Result<void> Discovery::take(const Read& read, const CallResult& result) {
    switch (stage_of(read.kind)) {
        case 0:
        case 1:
            return take_deployment(read, result);
        case 2:
            return take_reserve_data(read.a, result);
        case 3:
            if (read.kind <= Read::Kind::Configuration) return take_reserve(read, result);
            if (read.kind <= Read::Kind::EModeIsolated) return take_emode(read, result);
            return take_account(read, result);
        case 4:
            if (read.kind <= Read::Kind::EModePrice) return take_price(read, result);
            if (read.kind == Read::Kind::Aggregator) return take_source(read, result);
            return take_account(read, result);
        case 5:
            return take_source(read, result);
        default:
            return take_calibration(read, result);
    }
}

Result<void> Discovery::take_deployment(const Read& read, const CallResult& result) {
    if (read.kind == Read::Kind::Probe) {
        take_probe(read.a, result.success && result.data.size() >= 32);
        return {};
    }
    Deployment& d = store_.deployment();
    if (!result.success || result.data.size() < 32) {
        if (read.kind == Read::Kind::DataProvider || read.kind == Read::Kind::Sentinel) return {};  // not needed
        unsupported_ = "no Aave V3 deployment behind " + to_string(d.provider) + ": the " +
                       (stage_of(read.kind) == 0 ? "provider " : "pool or oracle ") + revert_text(result);
        return {};
    }
    const Words words(result.data);
    if (read.kind == Read::Kind::ReservesList) return take_list(result);
    if (read.kind == Read::Kind::Revision || read.kind == Read::Kind::BaseUnit) {
        U256& number = read.kind == Read::Kind::Revision ? probes_.revision : store_.market.base_unit;
        TRY(number, words.number(0));
        return {};
    }
    TRY(const auto address, words.address(0));
    if (read.kind == Read::Kind::Pool) d.pool = address;
    if (read.kind == Read::Kind::Configurator) d.configurator = address;
    if (read.kind == Read::Kind::Oracle) d.oracle = address;
    if (read.kind == Read::Kind::DataProvider) d.data_provider = address;
    if (read.kind == Read::Kind::Sentinel) d.sentinel = address;
    return {};
}

void Discovery::take_probe(std::uint32_t which, bool present) {
    bool* const flags[kProbeCount] = {&probes_.virtual_balance,   &probes_.emode_bitmaps,  &probes_.deficit,
                                      &probes_.strategy_constant, &probes_.ltvzero_bitmap, &probes_.isolated_flag};
    *flags[which] = present;
}

/// The whole list at first; later, after a reserve was added or dropped, what is new in it.
Result<void> Discovery::take_list(const CallResult& result) {
    TRY(list_, abi::Reader(result.data).addresses());
    if (list_.size() > kMaxReserves) return fail(Errc::Range, std::to_string(list_.size()) + " reserves");
    auto& reserves = store_.market.reserves;
    for (std::uint32_t place = 0; place < list_.size(); ++place) {
        if (!store_.market.id_of(list_[place])) want(Read::Kind::ReserveData, place);
    }
    for (auto& reserve : reserves) {
        if (std::find(list_.begin(), list_.end(), reserve.asset) != list_.end()) continue;
        reserve.asset = {};
        store_.forget_history();
        store_.rebuild_roles();
    }
    return {};
}

/// What later stages build on: called when nothing of a stage is left.
void Discovery::advance() {
    if (!store_.pending.empty()) {
        const int stage = stage_of(store_.pending.begin()->kind);
        if (stage <= 2 || reserves_ready_) return;
    }
    if (!reserves_ready_ && store_.market.reserves.empty()) {
        const Deployment& d = store_.deployment();
        if (pool_asked_ || d.pool.is_zero() || d.oracle.is_zero()) {
            unsupported_ = "no Aave V3 deployment behind " + to_string(d.provider) +
                           ": it names no pool, no oracle, or a pool without reserves";
            return;
        }
        pool_asked_ = true;
        want(Read::Kind::Revision);
        for (std::uint32_t i = 0; i < kProbeCount; ++i) want(Read::Kind::Probe, i);
        want(Read::Kind::BaseUnit);
        want(Read::Kind::ReservesList);
        return;
    }
    if (!reserves_ready_) return begin_stage_three();
    if (!store_.pending.empty() || calibrated_) return;
    if (calibrating_)
        finish_calibration();
    else
        begin_calibration();
}

void Discovery::begin_stage_three() {
    reserves_ready_ = true;
    rechecked_at_ = store_.market.block.number;
    store_.market.profile = profile_of(version_of(probes_));
    want_categories_up_to(kCategoryChunk);
    for (const auto& reserve : store_.market.reserves) {
        if (store_.market.profile.emode == Profile::EMode::Category) want_category(reserve.state.config.emode_category);
    }
    const std::size_t balances = store_.accounts().size() * store_.market.reserves.size();
    eager_supplies_ = balances <= kEagerSupplies;
    for (std::uint32_t i = 0; i < store_.accounts().size(); ++i) want_account(i);
    store_.rebuild_roles();
}

bool Discovery::rewound() {
    in_flight_.clear();
    resolving_.clear();
    return store_.pending.empty() || stage_of(store_.pending.begin()->kind) > 2;
}

bool Discovery::wants_prices_alone() const {
    return reserves_ready_ && calibrated_ &&
           std::all_of(store_.pending.begin(), store_.pending.end(), [](const Read& read) {
               return read.kind == Read::Kind::AllPrices || read.kind == Read::Kind::OnePrice ||
                      read.kind == Read::Kind::EModePrice;
           });
}

void Discovery::schedule_prices() {
    if (one_by_one_) {
        for (std::uint32_t id = 0; id < store_.market.reserves.size(); ++id) {
            if (!store_.market.reserves[id].asset.is_zero()) want(Read::Kind::OnePrice, id);
        }
    } else {
        want(Read::Kind::AllPrices);
    }
}

void Discovery::schedule_accounts() {
    for (std::uint32_t i = 0; i < store_.accounts().size(); ++i) want_account(i);
}

void Discovery::schedule_head_reads() {
    bool prices = false;
    for (std::uint32_t category = 0; category < store_.market.emodes.size(); ++category) {
        if (!store_.market.emodes[category].price_source.is_zero()) want(Read::Kind::EModePrice, category);
    }
    for (const auto& reserve : store_.market.reserves)
        prices = prices || (!reserve.asset.is_zero() && reserve.state.source.must_read());
    if (store_.market.block.number >= rechecked_at_ + kRecheckBlocks) {
        // A proxy can be given another aggregator without an event; a source that was no feed may have become one.
        rechecked_at_ = store_.market.block.number;
        one_by_one_ = false;
        return schedule_sources();
    }
    if (prices) schedule_prices();
}

void Discovery::schedule_sources() {
    for (std::uint32_t id = 0; id < store_.market.reserves.size(); ++id) {
        const Reserve& reserve = store_.market.reserves[id];
        if (!reserve.asset.is_zero() && !reserve.state.source.source.is_zero()) want(Read::Kind::Aggregator, id);
    }
    schedule_prices();
}

}  // namespace plimsoll::lending::aave_v3
