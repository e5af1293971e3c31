// SPDX-License-Identifier: Apache-2.0
#include "config/known_pools.hpp"

namespace plimsoll::config {

namespace {

struct KnownPool {
    ChainId chain_id{};
    Address provider;
    Address pool;
};

constexpr KnownPool kPools[] = {
    {1, Address::literal("0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e"),
     Address::literal("0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2")},  // aave-v3-core
    {1, Address::literal("0xcfBf336fe147D643B9Cb705648500e101504B16d"),
     Address::literal("0x4e033931ad43597d96D6bcc25c280717730B58B1")},  // aave-v3-lido
    {1, Address::literal("0xeBa440B438Ad808101d1c451C1C5322c90BEFCdA"),
     Address::literal("0x0AA97c284e98396202b6A04024F5E2c65026F3c0")},  // aave-v3-etherfi
    {1, Address::literal("0x5D39E06b825C1F2B80bf2756a73e28eFAA128ba0"),
     Address::literal("0xAe05Cd22df81871bc7cC2a04BeCfb516bFe332C8")},  // aave-v3-horizon
    {42161, Address::literal("0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb"),
     Address::literal("0x794a61358D6845594F94dc1DB02A252b5b4814aD")},  // aave-v3-arbitrum
    {43114, Address::literal("0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb"),
     Address::literal("0x794a61358D6845594F94dc1DB02A252b5b4814aD")},  // aave-v3-avalanche
    {8453, Address::literal("0xe20fCBdBfFC4Dd138cE8b2E6FBb6CB49777ad64D"),
     Address::literal("0xA238Dd80C259a72e81d7e4664a9801593F98d1c5")},  // aave-v3-base
    {56, Address::literal("0xff75B6da14FfbbfD355Daf7a2731456b3562Ba6D"),
     Address::literal("0x6807dc923806fE8Fd134338EABCA509979a7e0cB")},  // aave-v3-bnb
    {42220, Address::literal("0x9F7Cf9417D5251C59fE94fB9147feEe1aAd9Cea5"),
     Address::literal("0x3E59A31363E2ad014dcbc521c4a0d5757d9f3402")},  // aave-v3-celo
    {100, Address::literal("0x36616cf17557639614c1cdDb356b1B83fc0B2132"),
     Address::literal("0xb50201558B00496A145fE76f7424749556E326D8")},  // aave-v3-gnosis
    {57073, Address::literal("0x4172E6aAEC070ACB31aaCE343A58c93E4C70f44D"),
     Address::literal("0x2816cf15F6d2A220E789aA011D5EE4eB6c47FEbA")},  // aave-v3-ink
    {59144, Address::literal("0x89502c3731F69DDC95B65753708A07F8Cd0373F4"),
     Address::literal("0xc47b8C00b0f69a36fa203Ffeac0334874574a8Ac")},  // aave-v3-linea
    {4326, Address::literal("0x46Dcd5F4600319b02649Fd76B55aA6c1035CA478"),
     Address::literal("0x7e324AbC5De01d112AfC03a584966ff199741C28")},  // aave-v3-megaeth
    {1088, Address::literal("0xB9FABd7500B2C6781c35Dd48d54f81fc2299D7AF"),
     Address::literal("0x90df02551bB792286e8D4f13E0e357b4Bf1D6a57")},  // aave-v3-metis
    {143, Address::literal("0x34793Fb9935F7bB5E5aE920fb963F39063E7A615"),
     Address::literal("0x69a5F9AD4f96ebf0a0C792dD42a01cC5C0102fef")},  // aave-v3-monad
    {10, Address::literal("0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb"),
     Address::literal("0x794a61358D6845594F94dc1DB02A252b5b4814aD")},  // aave-v3-optimism
    {9745, Address::literal("0x061D8e131F26512348ee5FA42e2DF1bA9d6505E9"),
     Address::literal("0x925a2A7214Ed92428B5b1B090F80b25700095e12")},  // aave-v3-plasma
    {137, Address::literal("0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb"),
     Address::literal("0x794a61358D6845594F94dc1DB02A252b5b4814aD")},  // aave-v3-polygon
    {534352, Address::literal("0x69850D0B276776781C063771b161bd8894BCdD04"),
     Address::literal("0x11fCfe756c05AD438e312a7fd934381537D3cFfe")},  // aave-v3-scroll
    {1868, Address::literal("0x82405D1a189bd6cE4667809C35B37fBE136A4c5B"),
     Address::literal("0xDd3d7A7d03D9fD9ef45f3E587287922eF65CA38B")},  // aave-v3-soneium
    {146, Address::literal("0x5C2e738F6E27bCE0F7558051Bf90605dD6176900"),
     Address::literal("0x5362dBb1e601abF3a4c14c22ffEdA64042E5eAA3")},  // aave-v3-sonic
    {196, Address::literal("0xdFf435BCcf782f11187D3a4454d96702eD78e092"),
     Address::literal("0xE3F3Caefdd7180F884c01E57f65Df979Af84f116")},  // aave-v3-x-layer
    {324, Address::literal("0x2A3948BB219D6B2Fa83D64100006391a96bE6cb7"),
     Address::literal("0x78e30497a3c7527d953c6B1E3541b021A98Ac43c")},  // aave-v3-zksync
    {11155111, Address::literal("0x012bAC54348C0E635dCAc9D5FB99f06F24136C9A"),
     Address::literal("0x6Ae43d3271ff6888e7Fc43Fd7321a503ff738951")},  // aave-v3-sepolia
    {84532, Address::literal("0xE4C23309117Aa30342BFaae6c95c6478e0A4Ad00"),
     Address::literal("0x8bAB6d1b75f19e9eD9fCe8b9BD338844fF79aE27")},  // aave-v3-base-sepolia
};

}  // namespace

const Address* known_pool(ChainId chain_id, const Address& provider) {
    for (const auto& entry : kPools) {
        if (entry.chain_id == chain_id && entry.provider == provider) return &entry.pool;
    }
    return nullptr;
}

}  // namespace plimsoll::config
