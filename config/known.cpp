// SPDX-License-Identifier: Apache-2.0
#include "config/known.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::config {

namespace {

constexpr std::string_view kAaveV3 = "aave-v3";

constexpr KnownMarket kMarkets[] = {
    {"aave-v3-core", 1, kAaveV3, Address::literal("0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e")},
    {"aave-v3-lido", 1, kAaveV3, Address::literal("0xcfBf336fe147D643B9Cb705648500e101504B16d")},
    {"aave-v3-etherfi", 1, kAaveV3, Address::literal("0xeBa440B438Ad808101d1c451C1C5322c90BEFCdA")},
    {"aave-v3-horizon", 1, kAaveV3, Address::literal("0x5D39E06b825C1F2B80bf2756a73e28eFAA128ba0")},
    {"aave-v3-arbitrum", 42161, kAaveV3, Address::literal("0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb")},
    {"aave-v3-avalanche", 43114, kAaveV3, Address::literal("0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb")},
    {"aave-v3-base", 8453, kAaveV3, Address::literal("0xe20fCBdBfFC4Dd138cE8b2E6FBb6CB49777ad64D")},
    {"aave-v3-bnb", 56, kAaveV3, Address::literal("0xff75B6da14FfbbfD355Daf7a2731456b3562Ba6D")},
    {"aave-v3-celo", 42220, kAaveV3, Address::literal("0x9F7Cf9417D5251C59fE94fB9147feEe1aAd9Cea5")},
    {"aave-v3-gnosis", 100, kAaveV3, Address::literal("0x36616cf17557639614c1cdDb356b1B83fc0B2132")},
    {"aave-v3-ink", 57073, kAaveV3, Address::literal("0x4172E6aAEC070ACB31aaCE343A58c93E4C70f44D")},
    {"aave-v3-linea", 59144, kAaveV3, Address::literal("0x89502c3731F69DDC95B65753708A07F8Cd0373F4")},
    {"aave-v3-mantle", 5000, kAaveV3, Address::literal("0xba50Cd2A20f6DA35D788639E581bca8d0B5d4D5f")},
    {"aave-v3-megaeth", 4326, kAaveV3, Address::literal("0x46Dcd5F4600319b02649Fd76B55aA6c1035CA478")},
    {"aave-v3-metis", 1088, kAaveV3, Address::literal("0xB9FABd7500B2C6781c35Dd48d54f81fc2299D7AF")},
    {"aave-v3-monad", 143, kAaveV3, Address::literal("0x34793Fb9935F7bB5E5aE920fb963F39063E7A615")},
    {"aave-v3-optimism", 10, kAaveV3, Address::literal("0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb")},
    {"aave-v3-plasma", 9745, kAaveV3, Address::literal("0x061D8e131F26512348ee5FA42e2DF1bA9d6505E9")},
    {"aave-v3-polygon", 137, kAaveV3, Address::literal("0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb")},
    {"aave-v3-scroll", 534352, kAaveV3, Address::literal("0x69850D0B276776781C063771b161bd8894BCdD04")},
    {"aave-v3-soneium", 1868, kAaveV3, Address::literal("0x82405D1a189bd6cE4667809C35B37fBE136A4c5B")},
    {"aave-v3-sonic", 146, kAaveV3, Address::literal("0x5C2e738F6E27bCE0F7558051Bf90605dD6176900")},
    {"aave-v3-x-layer", 196, kAaveV3, Address::literal("0xdFf435BCcf782f11187D3a4454d96702eD78e092")},
    {"aave-v3-zksync", 324, kAaveV3, Address::literal("0x2A3948BB219D6B2Fa83D64100006391a96bE6cb7")},
    {"aave-v3-sepolia", 11155111, kAaveV3, Address::literal("0x012bAC54348C0E635dCAc9D5FB99f06F24136C9A")},
    {"aave-v3-base-sepolia", 84532, kAaveV3, Address::literal("0xE4C23309117Aa30342BFaae6c95c6478e0A4Ad00")},
};

constexpr KnownCoin kCoins[] = {
    {1, Address::literal("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2")},
    {42161, Address::literal("0x82aF49447D8a07e3bd95BD0d56f35241523fBab1")},
    {43114, Address::literal("0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7")},
    {8453, Address::literal("0x4200000000000000000000000000000000000006")},
    {56, Address::literal("0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c")},
    {42220, Address::literal("0x471EcE3750Da237f93B8E339c536989b8978a438")},
    {100, Address::literal("0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d")},
    {57073, Address::literal("0x4200000000000000000000000000000000000006")},
    {59144, Address::literal("0xe5D7C2a44FfDDf6b295A15c148167daaAf5Cf34f")},
    {5000, Address::literal("0x78c1b0C915c4FAA5FffA6CAbf0219DA63d7f4cb8")},
    {4326, Address::literal("0x4200000000000000000000000000000000000006")},
    {1088, Address::literal("0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000")},
    {10, Address::literal("0x4200000000000000000000000000000000000006")},
    {9745, Address::literal("0x6100E367285b01F48D07953803A2d8dCA5D19873")},
    {137, Address::literal("0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270")},
    {534352, Address::literal("0x5300000000000000000000000000000000000004")},
    {1868, Address::literal("0x4200000000000000000000000000000000000006")},
    {146, Address::literal("0x039e2fB66102314Ce7b64Ce5Ce3E5183bc94aD38")},
    {196, Address::literal("0xe538905cf8410324e03A5A23C1c177a474D59b2b")},
    {324, Address::literal("0x5AEa5775959fBC2557Cc8789bC1bf90A239D9a91")},
    {11155111, Address::literal("0xC558DBdd856501FCd9aaF1E62eae57A9F0629a3c")},
    {84532, Address::literal("0x4200000000000000000000000000000000000006")},
};

constexpr std::pair<ChainId, Address> kGovernance[] = {
    {1, Address::literal("0xdAbad81aF85554E9ae636395611C58F7eC1aAEc5")},
    {10, Address::literal("0x0E1a3Af1f9cC76A62eD31eDedca291E63632e7c4")},
    {56, Address::literal("0xE5EF2Dd06755A97e975f7E282f828224F2C3e627")},
    {100, Address::literal("0x9A1F491B86D09fC1484b5fab10041B189B60756b")},
    {137, Address::literal("0x401B5D0294E23637c18fcc38b1Bca814CDa2637C")},
    {143, Address::literal("0x442CA936e5E6Db875357d0A16481145c96dd9a82")},
    {146, Address::literal("0x0846C28Dd54DEA4Fd7Fb31bcc5EB81673D68c695")},
    {196, Address::literal("0x80e11cB895a23C901a990239E5534054C66476B5")},
    {324, Address::literal("0x2E79349c3F5e4751E87b966812C9E65E805996F1")},
    {1088, Address::literal("0x2233F8A66A728FBa6E1dC95570B25360D07D5524")},
    {1868, Address::literal("0x44D73D7C4b2f98F426Bf8B5e87628d9eE38ef0Cf")},
    {4326, Address::literal("0x80e11cB895a23C901a990239E5534054C66476B5")},
    {5000, Address::literal("0xF089f77173A3009A98c45f49D547BF714A7B1e01")},
    {8453, Address::literal("0x2DC219E716793fb4b21548C0f009Ba3Af753ab01")},
    {9745, Address::literal("0xe76EB348E65eF163d85ce282125FF5a7F5712A1d")},
    {42161, Address::literal("0x89644CA1bB8064760312AE4F03ea41b05dA3637C")},
    {42220, Address::literal("0xE48E10834C04E394A04BF22a565D063D40b9FA42")},
    {43114, Address::literal("0x1140CB7CAfAcC745771C2Ea31e7B5C653c5d0B80")},
    {57073, Address::literal("0x1dE9CB9420Dd1f2cCeFFf9393E126b800D413b7A")},
    {59144, Address::literal("0x3BcE23a1363728091bc57A58a226CF2940C2e074")},
    {534352, Address::literal("0x6b6B41c0f8C223715f712BE83ceC3c37bbfDC3fE")},
};

}  // namespace

std::span<const KnownMarket> known_markets() {
    return kMarkets;
}

const KnownMarket* known_market(std::string_view name) {
    for (const auto& market : kMarkets) {
        if (market.name == name) return &market;
    }
    return nullptr;
}

std::span<const KnownCoin> known_coins() {
    return kCoins;
}

const KnownCoin* known_coin(ChainId chain_id) {
    for (const auto& coin : kCoins) {
        if (coin.chain_id == chain_id) return &coin;
    }
    return nullptr;
}

const Address* known_governance(ChainId chain_id) {
    for (const auto& [chain, address] : kGovernance) {
        if (chain == chain_id) return &address;
    }
    return nullptr;
}

std::string_view known_rollup(ChainId chain_id) {
    const auto among = [&](std::span<const ChainId> chains) {
        return std::find(chains.begin(), chains.end(), chain_id) != chains.end();
    };
    // OP Mainnet, Base, Unichain, World Chain, Soneium, Mode, Ink, Zora, and the test chains of the first two.
    constexpr ChainId kOpStack[] = {10, 8453, 130, 480, 1868, 34443, 57073, 7777777, 11155420, 84532};
    // One, Nova, and Sepolia's.
    constexpr ChainId kArbitrum[] = {42161, 42170, 421614};
    if (among(kOpStack)) return "op-stack";
    return among(kArbitrum) ? "arbitrum" : "none";
}

}  // namespace plimsoll::config
