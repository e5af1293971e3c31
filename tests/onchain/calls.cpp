// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/calls.hpp"

#include <array>
#include <fmt/format.h>

namespace plimsoll::onchain {

namespace {

std::string name_of(const Address& address) {
    return to_checksum(address).substr(0, 8);
}

std::string text_of(const U256& amount) {
    return amount == kU256Max ? "max" : to_string(amount);
}

U256 number_of(RateMode mode) {
    return U256{static_cast<std::uint64_t>(mode)};
}

std::string description(const Address& from, std::string_view function, std::string_view rest) {
    return fmt::format("{} {} {}", name_of(from), function, rest);
}

}  // namespace

U256 units(std::uint64_t amount, unsigned decimals) {
    return *checked_mul(U256{amount}, *pow10(decimals));
}

Selector selector_of(std::string_view signature) {
    const ByteView bytes(reinterpret_cast<const std::uint8_t*>(signature.data()), signature.size());
    const Hash32 hash = keccak256(bytes);
    return Selector{{hash.bytes[0], hash.bytes[1], hash.bytes[2], hash.bytes[3]}};
}

Tx PoolCalls::supply(const Address& from, const Address& asset, const U256& amount, const Address& behalf) const {
    auto data = abi::Encoder(selector("supply(address,uint256,address,uint16)"))
                    .address(asset)
                    .uint(amount)
                    .address(behalf)
                    .uint({})
                    .finish();
    return {from, pool, std::move(data),
            description(from, "supply", fmt::format("{} {} for {}", text_of(amount), name_of(asset), name_of(behalf)))};
}

Tx PoolCalls::withdraw(const Address& from, const Address& asset, const U256& amount, const Address& to) const {
    auto data =
        abi::Encoder(selector("withdraw(address,uint256,address)")).address(asset).uint(amount).address(to).finish();
    return {from, pool, std::move(data),
            description(from, "withdraw", fmt::format("{} {} to {}", text_of(amount), name_of(asset), name_of(to)))};
}

Tx PoolCalls::borrow(const Address& from, const Address& asset, const U256& amount, RateMode mode,
                     const Address& behalf) const {
    auto data = abi::Encoder(selector("borrow(address,uint256,uint256,uint16,address)"))
                    .address(asset)
                    .uint(amount)
                    .uint(number_of(mode))
                    .uint({})
                    .address(behalf)
                    .finish();
    return {from, pool, std::move(data),
            description(from, mode == RateMode::Stable ? "borrow stable" : "borrow",
                        fmt::format("{} {} for {}", text_of(amount), name_of(asset), name_of(behalf)))};
}

Tx PoolCalls::repay(const Address& from, const Address& asset, const U256& amount, RateMode mode,
                    const Address& behalf) const {
    auto data = abi::Encoder(selector("repay(address,uint256,uint256,address)"))
                    .address(asset)
                    .uint(amount)
                    .uint(number_of(mode))
                    .address(behalf)
                    .finish();
    return {from, pool, std::move(data),
            description(from, mode == RateMode::Stable ? "repay stable" : "repay",
                        fmt::format("{} {} for {}", text_of(amount), name_of(asset), name_of(behalf)))};
}

Tx PoolCalls::repay_with_a_tokens(const Address& from, const Address& asset, const U256& amount, RateMode mode) const {
    auto data = abi::Encoder(selector("repayWithATokens(address,uint256,uint256)"))
                    .address(asset)
                    .uint(amount)
                    .uint(number_of(mode))
                    .finish();
    return {from, pool, std::move(data),
            description(from, "repayWithATokens", fmt::format("{} {}", text_of(amount), name_of(asset)))};
}

Tx PoolCalls::use_as_collateral(const Address& from, const Address& asset, bool on) const {
    auto data =
        abi::Encoder(selector("setUserUseReserveAsCollateral(address,bool)")).address(asset).boolean(on).finish();
    return {from, pool, std::move(data),
            description(from, "collateral", fmt::format("{} {}", name_of(asset), on ? "on" : "off"))};
}

Tx PoolCalls::set_emode(const Address& from, std::uint64_t category) const {
    auto data = abi::Encoder(selector("setUserEMode(uint8)")).uint(U256{category}).finish();
    return {from, pool, std::move(data), description(from, "eMode", std::to_string(category))};
}

Tx PoolCalls::liquidate(const Address& from, const Address& collateral, const Address& debt, const Address& user,
                        const U256& amount, bool receive_a_token) const {
    auto data = abi::Encoder(selector("liquidationCall(address,address,address,uint256,bool)"))
                    .address(collateral)
                    .address(debt)
                    .address(user)
                    .uint(amount)
                    .boolean(receive_a_token)
                    .finish();
    return {from, pool, std::move(data),
            description(from, "liquidate",
                        fmt::format("{} {} debt {} collateral {}{}", name_of(user), text_of(amount), name_of(debt),
                                    name_of(collateral), receive_a_token ? " as aToken" : ""))};
}

Tx PoolCalls::swap_rate_mode(const Address& from, const Address& asset, RateMode mode) const {
    auto data =
        abi::Encoder(selector("swapBorrowRateMode(address,uint256)")).address(asset).uint(number_of(mode)).finish();
    return {from, pool, std::move(data), description(from, "swap rate mode", name_of(asset))};
}

Tx PoolCalls::mint_to_treasury(const Address& from, std::span<const Address> assets) const {
    auto data = abi::Encoder(selector("mintToTreasury(address[])")).addresses(assets).finish();
    return {from, pool, std::move(data), description(from, "mint to treasury", "")};
}

Tx PoolCalls::flash_loan(const Address& from, const Address& receiver, const Address& asset, const U256& amount,
                         RateMode mode) const {
    const std::array assets = {asset};
    const std::array amounts = {amount};
    const std::array modes = {number_of(mode)};
    auto data = abi::Encoder(selector("flashLoan(address,address[],uint256[],uint256[],address,bytes,uint16)"), 16)
                    .address(receiver)
                    .addresses(assets)
                    .uints(amounts)
                    .uints(modes)
                    .address(from)
                    .bytes({})
                    .uint({})
                    .finish();
    return {from, pool, std::move(data),
            description(from, "flash loan",
                        fmt::format("{} {} mode {}", text_of(amount), name_of(asset), static_cast<int>(mode)))};
}

Tx PoolCalls::mint_unbacked(const Address& from, const Address& asset, const U256& amount,
                            const Address& behalf) const {
    auto data = abi::Encoder(selector("mintUnbacked(address,uint256,address,uint16)"))
                    .address(asset)
                    .uint(amount)
                    .address(behalf)
                    .uint({})
                    .finish();
    return {from, pool, std::move(data),
            description(from, "mint unbacked",
                        fmt::format("{} {} for {}", text_of(amount), name_of(asset), name_of(behalf)))};
}

Tx PoolCalls::back_unbacked(const Address& from, const Address& asset, const U256& amount, const U256& fee) const {
    auto data =
        abi::Encoder(selector("backUnbacked(address,uint256,uint256)")).address(asset).uint(amount).uint(fee).finish();
    return {
        from, pool, std::move(data),
        description(from, "back unbacked", fmt::format("{} {} fee {}", text_of(amount), name_of(asset), text_of(fee)))};
}

Tx AdminCalls::collateral(const Address& asset, std::uint64_t ltv, std::uint64_t threshold, std::uint64_t bonus) const {
    auto data = abi::Encoder(selector("configureReserveAsCollateral(address,uint256,uint256,uint256)"))
                    .address(asset)
                    .uint(ltv)
                    .uint(threshold)
                    .uint(bonus)
                    .finish();
    return {admin, configurator, std::move(data),
            fmt::format("configure {}: ltv {} threshold {} bonus {}", name_of(asset), ltv, threshold, bonus)};
}

Tx AdminCalls::emode_category(std::uint64_t id, std::uint64_t ltv, std::uint64_t threshold, std::uint64_t bonus,
                              const Address& price_source) const {
    auto data = abi::Encoder(selector("setEModeCategory(uint8,uint16,uint16,uint16,address,string)"), 10)
                    .uint(id)
                    .uint(ltv)
                    .uint(threshold)
                    .uint(bonus)
                    .address(price_source)
                    .text("category")
                    .finish();
    return {admin, configurator, std::move(data),
            fmt::format("eMode category {}: ltv {} threshold {} bonus {} price of {}", id, ltv, threshold, bonus,
                        name_of(price_source))};
}

Tx AdminCalls::asset_emode(const Address& asset, std::uint64_t category) const {
    auto data = abi::Encoder(selector("setAssetEModeCategory(address,uint8)")).address(asset).uint(category).finish();
    return {admin, configurator, std::move(data), fmt::format("eMode of {}: {}", name_of(asset), category)};
}

Tx AdminCalls::flag(std::string_view function, const Address& asset, bool on) const {
    auto data = abi::Encoder(selector_of(fmt::format("{}(address,bool)", function))).address(asset).boolean(on);
    return {admin, configurator, data.finish(), fmt::format("{} {} {}", function, name_of(asset), on)};
}

Tx AdminCalls::number(std::string_view function, const Address& asset, const U256& value) const {
    auto data = abi::Encoder(selector_of(fmt::format("{}(address,uint256)", function))).address(asset).uint(value);
    return {admin, configurator, data.finish(), fmt::format("{} {} {}", function, name_of(asset), to_string(value))};
}

Tx AdminCalls::price_source(const Address& asset, const Address& source) const {
    const std::array assets = {asset};
    const std::array sources = {source};
    auto data =
        abi::Encoder(selector("setAssetSources(address[],address[])"), 8).addresses(assets).addresses(sources).finish();
    return {admin, oracle, std::move(data), fmt::format("source of {}: {}", name_of(asset), name_of(source))};
}

Tx AdminCalls::price_oracle(const Address& new_oracle) const {
    auto data = abi::Encoder(selector("setPriceOracle(address)")).address(new_oracle).finish();
    return {admin, provider, std::move(data), fmt::format("oracle {}", name_of(new_oracle))};
}

Tx AdminCalls::add_bridge(const Address& who) const {
    return {admin, acl, abi::Encoder(selector("addBridge(address)")).address(who).finish(), "addBridge"};
}

Tx AdminCalls::price(const Address& aggregator, const I256& answer) const {
    auto data = abi::Encoder(selector("submit(int256)")).sint(answer).finish();
    return {admin, aggregator, std::move(data), fmt::format("price {} at {}", to_string(answer), name_of(aggregator))};
}

Tx AdminCalls::ratio(const Address& adapter, const U256& ratio) const {
    auto data = abi::Encoder(selector("setRatio(uint256)")).uint(ratio).finish();
    return {admin, adapter, std::move(data), fmt::format("ratio {}", to_string(ratio))};
}

Tx AdminCalls::ratio_cap(const Address& adapter, const U256& snapshot, Timestamp since, const U256& growth_bps) const {
    auto data = abi::Encoder(selector("setCapParameters(uint256,uint256,uint256)"))
                    .uint(snapshot)
                    .uint(since)
                    .uint(growth_bps)
                    .finish();
    return {admin, adapter, std::move(data),
            fmt::format("ratio cap {} {}", to_string(snapshot), to_string(growth_bps))};
}

Tx mint(const Address& from, const Address& token, const Address& to, const U256& amount) {
    auto data = abi::Encoder(selector("mint(address,uint256)")).address(to).uint(amount).finish();
    return {from, token, std::move(data), fmt::format("mint {} {}", to_string(amount), name_of(token)), 200'000};
}

Tx approve(const Address& from, const Address& token, const Address& spender, const U256& amount) {
    auto data = abi::Encoder(selector("approve(address,uint256)")).address(spender).uint(amount).finish();
    return {from, token, std::move(data), description(from, "approve", name_of(token)), 200'000};
}

Tx transfer(const Address& from, const Address& token, const Address& to, const U256& amount) {
    auto data = abi::Encoder(selector("transfer(address,uint256)")).address(to).uint(amount).finish();
    return {from, token, std::move(data),
            description(from, "transfer", fmt::format("{} {} to {}", to_string(amount), name_of(token), name_of(to)))};
}

Tx approve_delegation(const Address& from, const Address& debt_token, const Address& to, const U256& amount) {
    auto data = abi::Encoder(selector("approveDelegation(address,uint256)")).address(to).uint(amount).finish();
    return {from, debt_token, std::move(data), description(from, "approve delegation", name_of(debt_token)), 200'000};
}

}  // namespace plimsoll::onchain
