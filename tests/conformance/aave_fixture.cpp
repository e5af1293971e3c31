// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/aave_fixture.hpp"

#include <cstdlib>

#include "tests/support/gz.hpp"

namespace plimsoll::test {

Json read_json_gz(const std::string& path) {
    return Json::parse(read_gz(path));
}

U256 number(const Json& value) {
    if (value.is_number_unsigned()) return U256{value.get<std::uint64_t>()};
    const auto out = U256::from_decimal(value.get<std::string>());
    if (!out) std::abort();
    return *out;
}

u128 narrow(const Json& value) {
    const U256 out = number(value);
    if (!out.fits_u128()) std::abort();
    return out.low_u128();
}

namespace {

std::uint16_t bps(const Json& value) {
    return static_cast<std::uint16_t>(number(value).low_u64());
}

aave::ReserveConfig decoded(const Json& from) {
    aave::ReserveConfig out;
    out.ltv = bps(from["ltv"]);
    out.threshold = bps(from["lt"]);
    out.bonus = bps(from["bonus"]);
    out.protocol_fee = bps(from["liqProtocolFee"]);
    out.decimals = static_cast<std::uint8_t>(bps(from["decimals"]));
    out.emode_category = static_cast<std::uint8_t>(bps(from["eModeCategory"]));
    out.active = true;
    return out;
}

}  // namespace

lending::AccountSummary summary(const Json& expected) {
    lending::AccountSummary out;
    out.collateral.value = number(expected["collateral"]);
    out.debt.value = number(expected["debt"]);
    out.available_borrow.value = number(expected["available"]);
    out.liquidation_threshold = number(expected["lt"]);
    out.ltv = number(expected["ltv"]);
    out.health_factor.value = number(expected["hf"]);
    return out;
}

aave::AccountState account(const Json& user) {
    aave::AccountState out;
    out.emode = static_cast<std::uint8_t>(number(user["eMode"]).low_u64());
    const U256 config = number(user["config"]);
    for (std::size_t i = 0; i < aave::kMaxReserves; ++i) {
        if (config.bit(static_cast<unsigned>(2 * i + 1))) out.at(static_cast<aave::ReserveId>(i)).collateral = true;
    }
    const auto id_of = [](const std::string& key) { return static_cast<aave::ReserveId>(std::stoul(key)); };
    for (const auto& [key, value] : user["scaledSupply"].items()) out.at(id_of(key)).supply = narrow(value);
    for (const auto& [key, value] : user["scaledDebt"].items()) out.at(id_of(key)).debt = narrow(value);
    const Json stable = user.value("stable", Json::object());
    for (const auto& [key, value] : stable.items()) {
        aave::StableDebt debt;
        debt.reserve = id_of(key);
        debt.principal = number(value["principal"]);
        debt.rate = number(value["rate"]);
        debt.last_update = number(value["timestamp"]).low_u64();
        out.at(debt.reserve);
        out.stable.push_back(debt);
    }
    out.tidy();
    return out;
}

aave::Reserve reserve(const Json& from) {
    aave::Reserve out;
    out.asset.bytes[19] = static_cast<std::uint8_t>(number(from["id"]).low_u64() + 1);
    out.symbol = from.value("symbol", "token");
    aave::ReserveState& state = out.edit();
    state.config =
        from.contains("configData") ? aave::ReserveConfig::decode(number(from["configData"])) : decoded(from["config"]);
    out.unit = aave::Unit::of(state.config.decimals).value();
    state.liquidity_index = number(from["liquidityIndex"]);
    state.liquidity_rate = number(from["liquidityRate"]);
    state.borrow_index = number(from["variableBorrowIndex"]);
    state.borrow_rate = number(from["variableBorrowRate"]);
    state.last_update = number(from["lastUpdate"]).low_u64();
    state.price.value = number(from["price"]);
    state.priced = true;
    return out;
}

aave::EModeCategory emode(const Json& from) {
    aave::EModeCategory out;
    out.ltv = bps(from["ltv"]);
    out.threshold = bps(from["lt"]);
    out.bonus = bps(from["bonus"]);
    if (from.contains("priceSourcePrice")) out.price.value = number(from["priceSourcePrice"]);
    if (from.contains("collateralBitmap")) out.collateral_bitmap = narrow(from["collateralBitmap"]);
    if (from.contains("ltvzeroBitmap")) out.ltvzero_bitmap = narrow(from["ltvzeroBitmap"]);
    out.isolated = from.value("isolated", false);
    return out;
}

aave::MarketState market(const Json& reserves, const Json& emodes, const aave::Profile& profile, Timestamp at) {
    aave::MarketState out;
    out.profile = profile;
    out.block.timestamp = at;
    for (const auto& from : reserves) {
        const std::size_t id = number(from["id"]).low_u64();
        if (out.reserves.size() <= id) out.reserves.resize(id + 1);
        out.reserves[id] = reserve(from);
    }
    for (const auto& [key, value] : emodes.items())
        out.edit_emode(static_cast<std::uint8_t>(std::stoul(key))) = emode(value);
    return out;
}

}  // namespace plimsoll::test
