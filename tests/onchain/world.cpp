// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/world.hpp"

#include <fmt/format.h>

namespace plimsoll::onchain {

namespace {

constexpr std::size_t kFirstUser = 5;  // of the node's accounts: those before have a part in the deployment
constexpr std::size_t kTxPerBlock = 200;
constexpr std::uint64_t kMillions = 1'000;

Address spare_address(std::uint8_t number) {
    Address out;
    out.bytes.fill(0x5a);
    out.bytes[19] = number;
    return out;
}

void mine_all(Node& node, const std::vector<Tx>& transactions) {
    const std::span<const Tx> all(transactions);
    for (std::size_t at = 0; at < all.size(); at += kTxPerBlock)
        node.must(all.subspan(at, std::min(kTxPerBlock, all.size() - at)), node.latest().ref.timestamp + 1);
}

}  // namespace

World::World(const Devnet& devnet)
    : info(devnet.info()),
      node(info.ws_url),
      pool{info.pool},
      admin{info.admin(), info.configurator, info.oracle, info.provider, info.acl},
      flash_receiver(spare_address(1)),
      bridge(spare_address(2)),
      spare_aggregator(spare_address(3)),
      spare_proxy(spare_address(4)),
      behind_spare_proxy(spare_address(5)) {
    for (std::size_t i = 0; i < kUsers; ++i) users.push_back(info.accounts.at(kFirstUser + i));
    const std::string ether = R"(","0xd3c21bcecceda1000000"])";
    for (const auto& rich : {flash_receiver, bridge})
        node.request("anvil_setBalance", "[\"" + to_hex(rich.view()) + ether);

    std::vector<Tx> setup{admin.add_bridge(bridge)};
    for (const auto& reserve : info.reserves) {
        const U256 plenty = units(kMillions * 1'000'000, reserve.decimals);
        auto holders = users;
        holders.insert(holders.end(), {flash_receiver, bridge});
        for (std::size_t i = 0; i < holders.size(); ++i) {
            setup.push_back(mint(info.admin(), reserve.asset, holders[i], plenty));
            setup.push_back(approve(holders[i], reserve.asset, info.pool, kU256Max));
            if (i < users.size())
                setup.push_back(
                    approve_delegation(users[i], reserve.debt_token, users[(i + 1) % users.size()], kU256Max));
        }
        setup.push_back(admin.number("setUnbackedMintCap", reserve.asset, U256{1'000'000'000}));
    }
    const auto& aggregator = *info.reserve("WETH").aggregator;
    copy_code(aggregator, spare_aggregator);
    copy_code(aggregator, behind_spare_proxy);
    copy_code(info.reserve("WETH").source, spare_proxy);
    for (const auto& spare : {spare_aggregator, behind_spare_proxy})
        setup.push_back(admin.price(spare, I256{U256{100'000'000}}));
    for (const auto* function : {"proposeAggregator(address)", "confirmAggregator(address)"}) {
        auto data = abi::Encoder(selector_of(function)).address(behind_spare_proxy).finish();
        setup.push_back({info.admin(), spare_proxy, std::move(data), function});
    }
    mine_all(node, setup);
    // Answers true to whatever it is asked: executeOperation of a flash loan.
    node.request("anvil_setCode", fmt::format(R"(["{}","0x600160005260206000f3"])", to_hex(flash_receiver.view())));
}

std::vector<Address> World::all_accounts() const {
    auto out = users;
    out.insert(out.end(), {info.accounts[1], info.accounts[2], info.treasury});
    return out;
}

void World::copy_code(const Address& from, const Address& to) {
    const Bytes code = node.run(node.eth().code(from, {}));
    node.request("anvil_setCode", fmt::format(R"(["{}","{}"])", to_hex(to.view()), to_hex(code)));
}

U256 World::price_of(const Address& asset) {
    return node.number(info.oracle, abi::Encoder(selector("getAssetPrice(address)")).address(asset).finish());
}

World& shared_world() {
    static const Devnet devnet;
    static World world(devnet);
    return world;
}

}  // namespace plimsoll::onchain
