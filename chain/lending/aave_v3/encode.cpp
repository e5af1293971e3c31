// SPDX-License-Identifier: Apache-2.0
// What each read calls.
#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/discovery.hpp"
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::lending::aave_v3 {

Call Discovery::encode(const Read& read) const {
    const Deployment& d = store_.deployment();
    switch (read.kind) {
        case Read::Kind::Pool:
            return {d.provider, call_data(call::kGetPool)};
        case Read::Kind::Configurator:
            return {d.provider, call_data(call::kGetPoolConfigurator)};
        case Read::Kind::Oracle:
            return {d.provider, call_data(call::kGetPriceOracle)};
        case Read::Kind::DataProvider:
            return {d.provider, call_data(call::kGetPoolDataProvider)};
        case Read::Kind::Sentinel:
            return {d.provider, call_data(call::kGetSentinel)};
        case Read::Kind::Revision:
        case Read::Kind::Probe:
        case Read::Kind::ReservesList:
        case Read::Kind::ReserveData:
        case Read::Kind::Configuration:
        case Read::Kind::EModeData:
        case Read::Kind::EModeConfig:
        case Read::Kind::EModeCollaterals:
        case Read::Kind::EModeBorrowables:
        case Read::Kind::EModeLtvzero:
        case Read::Kind::EModeIsolated:
            return encode_pool(read);
        case Read::Kind::BaseUnit:
        case Read::Kind::Symbol:
        case Read::Kind::Source:
        case Read::Kind::AllPrices:
        case Read::Kind::OnePrice:
        case Read::Kind::EModePrice:
        case Read::Kind::Aggregator:
        case Read::Kind::SourceAnswer:
        case Read::Kind::AggregatorAnswer:
            return encode_oracle(read);
        case Read::Kind::AccountConfig:
        case Read::Kind::AccountEMode:
        case Read::Kind::Supply:
        case Read::Kind::Debt:
        case Read::Kind::StablePrincipal:
        case Read::Kind::StableRate:
        case Read::Kind::StableUpdated:
        case Read::Kind::Calibration:
            return encode_account(read);
    }
    return {};
}

Call Discovery::encode_pool(const Read& read) const {
    const Address& pool = store_.deployment().pool;
    const auto of_category = [&](const Selector& which) { return Call{pool, call_data(which, {U256{read.a}})}; };
    if (read.kind == Read::Kind::Revision) return {pool, call_data(call::kPoolRevision)};
    if (read.kind == Read::Kind::ReservesList) return {pool, call_data(call::kGetReservesList)};
    if (read.kind == Read::Kind::ReserveData) return {pool, call_data(call::kGetReserveData, {to_word(list_[read.a])})};
    if (read.kind == Read::Kind::Configuration)
        return {pool, call_data(call::kGetConfiguration, {to_word(store_.market.reserves[read.a].asset)})};
    if (read.kind == Read::Kind::EModeData) return of_category(call::kGetEModeCategoryData);
    if (read.kind == Read::Kind::EModeConfig) return of_category(call::kGetEModeCollateralConfig);
    if (read.kind == Read::Kind::EModeCollaterals) return of_category(call::kGetEModeCollateralBitmap);
    if (read.kind == Read::Kind::EModeBorrowables) return of_category(call::kGetEModeBorrowableBitmap);
    if (read.kind == Read::Kind::EModeLtvzero) return of_category(call::kGetEModeLtvzeroBitmap);
    if (read.kind == Read::Kind::EModeIsolated) return of_category(call::kGetEModeIsolated);
    // Probes: any argument will do, only whether the function is there counts.
    constexpr std::array<Selector, kProbeCount> kProbes = {
        call::kGetVirtualUnderlyingBalance, call::kGetEModeCollateralBitmap, call::kGetReserveDeficit,
        call::kRateStrategyConstant,        call::kGetEModeLtvzeroBitmap,    call::kGetEModeIsolated};
    return {pool, call_data(kProbes[read.a], {U256{}})};
}

Call Discovery::encode_oracle(const Read& read) const {
    const Address& oracle = store_.deployment().oracle;
    if (read.kind == Read::Kind::BaseUnit) return {oracle, call_data(call::kBaseCurrencyUnit)};
    if (read.kind == Read::Kind::AllPrices) {
        std::vector<Address> assets;
        for (const auto& reserve : store_.market.reserves) {
            if (!reserve.asset.is_zero()) assets.push_back(reserve.asset);
        }
        return {oracle, abi::Encoder(call::kGetAssetsPrices, 2).addresses(assets).finish()};
    }
    if (read.kind == Read::Kind::EModePrice) {
        const auto& category = store_.market.emode(static_cast<std::uint8_t>(read.a));
        return {oracle, call_data(call::kGetAssetPrice, {to_word(category.price_source)})};
    }
    const auto id = static_cast<ReserveId>(read.a);
    const Reserve& reserve = store_.market.reserves[id];
    if (read.kind == Read::Kind::Symbol) return {reserve.asset, call_data(call::kSymbol)};
    if (read.kind == Read::Kind::Source) return {oracle, call_data(call::kGetSourceOfAsset, {to_word(reserve.asset)})};
    if (read.kind == Read::Kind::OnePrice) return {oracle, call_data(call::kGetAssetPrice, {to_word(reserve.asset)})};
    const auto found = resolving_.find(id);
    const Resolving resolving = found == resolving_.end() ? Resolving{} : found->second;
    const Address source = resolving.source.value_or(reserve.state.source.source);
    if (read.kind == Read::Kind::Aggregator) return {source, call_data(call::kAggregator)};
    if (read.kind == Read::Kind::SourceAnswer) return {source, call_data(call::kLatestAnswer)};
    return {resolving.behind.value_or(Address{}), call_data(call::kLatestAnswer)};
}

Call Discovery::encode_account(const Read& read) const {
    const Address& pool = store_.deployment().pool;
    const U256 account = to_word(store_.accounts()[read.a]);
    if (read.kind == Read::Kind::AccountConfig) return {pool, call_data(call::kGetUserConfiguration, {account})};
    if (read.kind == Read::Kind::AccountEMode) return {pool, call_data(call::kGetUserEMode, {account})};
    if (read.kind == Read::Kind::Calibration) return {pool, call_data(call::kGetUserAccountData, {account})};
    const Reserve& reserve = store_.market.reserves[read.b];
    if (read.kind == Read::Kind::Supply) return {reserve.a_token, call_data(call::kScaledBalanceOf, {account})};
    if (read.kind == Read::Kind::Debt) return {reserve.debt_token, call_data(call::kScaledBalanceOf, {account})};
    if (read.kind == Read::Kind::StablePrincipal)
        return {reserve.stable_token, call_data(call::kPrincipalBalanceOf, {account})};
    if (read.kind == Read::Kind::StableRate)
        return {reserve.stable_token, call_data(call::kGetUserStableRate, {account})};
    return {reserve.stable_token, call_data(call::kGetUserLastUpdated, {account})};
}

}  // namespace plimsoll::lending::aave_v3
