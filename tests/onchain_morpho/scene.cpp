// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain_morpho/scene.hpp"

#include <fmt/format.h>

#include "chain/lending/registry.hpp"

namespace plimsoll::onchain::morpho {

namespace {

constexpr std::size_t kFirstUser = 5;

}  // namespace

Bytes MorphoCalls::with(const Selector& selector, std::initializer_list<U256> words, bool data) const {
    Bytes out(selector.bytes.begin(), selector.bytes.end());
    out.insert(out.end(), params.begin(), params.end());
    abi::Encoder rest;
    for (const auto& word : words) rest.uint(word);
    if (data) rest.uint(U256{32 * (5 + words.size() + 1)}).uint({});  // empty bytes
    const Bytes tail = rest.finish();
    out.insert(out.end(), tail.begin(), tail.end());
    return out;
}

namespace {
U256 word_of(const Address& address) {
    return abi::uint_of_topic(abi::topic_of_address(address));
}
#define PLIMSOLL_PARAMS "(address,address,address,address,uint256)"
}  // namespace

Tx MorphoCalls::accrue(const Address& from) const {
    return {from, contract, with(selector("accrueInterest(" PLIMSOLL_PARAMS ")"), {}, false), "accrue"};
}
Tx MorphoCalls::supply(const Address& from, const U256& assets, const Address& behalf) const {
    return {from, contract,
            with(selector("supply(" PLIMSOLL_PARAMS ",uint256,uint256,address,bytes)"), {assets, {}, word_of(behalf)},
                 true),
            fmt::format("supply {}", to_string(assets))};
}
Tx MorphoCalls::pledge(const Address& from, const U256& assets, const Address& behalf) const {
    return {
        from, contract,
        with(selector("supplyCollateral(" PLIMSOLL_PARAMS ",uint256,address,bytes)"), {assets, word_of(behalf)}, true),
        fmt::format("supplyCollateral {}", to_string(assets))};
}
Tx MorphoCalls::repay(const Address& from, const U256& assets, const U256& shares, const Address& behalf) const {
    return {from, contract,
            with(selector("repay(" PLIMSOLL_PARAMS ",uint256,uint256,address,bytes)"),
                 {assets, shares, word_of(behalf)}, true),
            fmt::format("repay {} assets, {} shares", to_string(assets), to_string(shares))};
}
Tx MorphoCalls::liquidate(const Address& from, const Address& borrower, const U256& seized, const U256& shares) const {
    return {
        from, contract,
        with(selector("liquidate(" PLIMSOLL_PARAMS ",address,uint256,uint256,bytes)"),
             {word_of(borrower), seized, shares}, true),
        fmt::format("liquidate {} seized {} shares {}", to_checksum(borrower), to_string(seized), to_string(shares))};
}
Tx MorphoCalls::set_fee(const Address& owner, const U256& fee) const {
    return {owner, contract, with(selector("setFee(" PLIMSOLL_PARAMS ",uint256)"), {fee}, false),
            fmt::format("fee {}", to_string(fee))};
}
Tx MorphoCalls::set_fee_recipient(const Address& owner, const Address& to) const {
    return {owner, contract, abi::Encoder(selector("setFeeRecipient(address)")).address(to).finish(), "fee recipient"};
}
#undef PLIMSOLL_PARAMS

World::World(const Devnet& devnet) : info(devnet.info()), node(info.ws_url) {
    for (std::size_t i = 0; i < kUsers; ++i) users.push_back(info.accounts.at(kFirstUser + i));
    std::vector<Tx> setup;
    for (const auto* symbol : {"WETH", "USDC", "wstETH"}) {
        const auto& token = info.reserve(symbol);
        for (const auto& user : users) {
            setup.push_back(mint(info.admin(), token.asset, user, units(1'000'000'000, token.decimals)));
            setup.push_back(approve(user, token.asset, info.morpho, kU256Max));
        }
    }
    node.must(setup, node.latest().ref.timestamp + 1);
}

const DevMorphoMarket& World::market(std::string_view name) const {
    for (const auto& entry : info.morpho_markets) {
        if (entry.name == name) return entry;
    }
    throw std::runtime_error("no market " + std::string(name));
}

MorphoCalls World::calls(const DevMorphoMarket& market) {
    return {info.morpho,
            node.call(info.morpho, abi::Encoder(selector("idToMarketParams(bytes32)")).bytes32(market.id).finish())};
}

std::vector<Address> World::all_accounts() const {
    auto out = users;
    out.insert(out.end(), {info.accounts[1], info.accounts[2], info.treasury});
    return out;
}

World& shared_world() {
    static const Devnet devnet;
    static World world(devnet);
    return world;
}

Watch::Watch(World& world, const DevMorphoMarket& of)
    : Follower(world.node, lending::make_market("morpho-blue", {world.info.morpho, of.id}).value()), of_(of) {}

}  // namespace plimsoll::onchain::morpho
