// SPDX-License-Identifier: Apache-2.0
#include "config/known_feeds.hpp"

namespace plimsoll::config {

namespace {

constexpr std::uint32_t kHourly = 3'600;
constexpr std::uint32_t kDaily = 86'400;
constexpr std::uint32_t kHalfPercent = 50;  // bps

constexpr Address kEthUsd = Address::literal("0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419");
constexpr Address kBtcUsd = Address::literal("0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c");
constexpr Address kLinkUsd = Address::literal("0x2c1d072e956AFFC0D435Cb7AC38EF18d24d9127c");
constexpr Address kAaveUsd = Address::literal("0x547a514d5e3769680Ce22B2361c10Ea13619e8a9");
constexpr Address kUsdcUsd = Address::literal("0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6");
constexpr Address kUsdtUsd = Address::literal("0x3E7d1eAB13ad0104d2750B8863b489D65364e32D");

constexpr KnownFeed kFeeds[] = {
    {1, kEthUsd, kHourly, {}, kHalfPercent},
    {1, kBtcUsd, kHourly, {}},
    {1, kLinkUsd, kHourly, {}},
    {1, kAaveUsd, kHourly, {}},
    {1, kUsdcUsd, kDaily, {}},
    {1, kUsdtUsd, kDaily, {}},
    {1, Address::literal("0xAed0c38402a5d19df6E4c03F4E2DceD6e29c1ee9"), kHourly, {}},  // DAI / USD
    {1, Address::literal("0xCfE54B5cD566aB89272946F602D76Ea879CAb4a8"), kHourly, {}},  // stETH / USD
    {1, Address::literal("0xF017fcB346A1885194689bA23Eff2fE6fA5C483b"), kDaily, {}},   // cbETH / ETH
    {1, Address::literal("0x536218f9E9Eb48863970252233c8F271f554C2d0"), kDaily, {}},   // rETH / ETH
    // Smart Value Recapture: what Aave reads, or its adapters
    {1, Address::literal("0x5424384B256154046E9667dDFaaa5e550145215e"), kHourly, kEthUsd, kHalfPercent},
    {1, Address::literal("0xb41E773f507F7a7EA890b1afB7d2b660c30C8B0A"), kHourly, kBtcUsd},
    {1, Address::literal("0xC7e9b623ed51F033b32AE7f1282b1AD62C28C183"), kHourly, kLinkUsd},
    {1, Address::literal("0xF02C1e2A3B77c1cacC72f72B44f7d0a4c62e4a85"), kHourly, kAaveUsd},
    {1, Address::literal("0xEa674bBC33AE708Bc9EB4ba348b04E4eB55b496b"), kDaily, kUsdcUsd},
    {1, Address::literal("0x62c2ab773B7324ad9e030D777989B3b5d5c54c0A"), kDaily, kUsdtUsd},
};

constexpr KnownSequencer kSequencers[] = {
    {10, Address::literal("0x371EAD81c9102C9BF4874A9075FFFf170F2Ee389")},
    {8453, Address::literal("0xBCF85224fc0756B9Fa45aA7892530B47e10b6433")},
    {42161, Address::literal("0xFdB631F5EE196F0ed6FAa767959853A9F217697D")},
};

}  // namespace

std::span<const KnownFeed> known_feeds() {
    return kFeeds;
}

const KnownSequencer* known_sequencer(ChainId chain_id) {
    for (const auto& entry : kSequencers) {
        if (entry.chain_id == chain_id) return &entry;
    }
    return nullptr;
}

}  // namespace plimsoll::config
