// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/words.hpp"

#include <doctest/doctest.h>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;

TEST_CASE("selectors and topics are those of the deployed contracts") {
    const std::pair<Selector, std::string_view> selectors[] = {{call::kGetReserveData, "0x35ea6a75"},
                                                               {call::kGetUserConfiguration, "0x4417a583"},
                                                               {call::kGetUserEMode, "0xeddf1b79"},
                                                               {call::kGetUserAccountData, "0xbf92857c"},
                                                               {call::kGetReservesList, "0xd1946dbc"},
                                                               {call::kPoolRevision, "0x0148170e"},
                                                               {call::kGetVirtualUnderlyingBalance, "0x6fb07f96"},
                                                               {call::kGetReserveDeficit, "0xc952485d"},
                                                               {call::kGetEModeCategoryData, "0x6c6f6ae1"},
                                                               {call::kGetEModeCollateralConfig, "0xb286f467"},
                                                               {call::kGetEModeCollateralBitmap, "0xb0771dba"},
                                                               {call::kGetEModeLtvzeroBitmap, "0xfd89dee5"},
                                                               {call::kGetEModeIsolated, "0x05f68acb"},
                                                               {call::kGetAssetsPrices, "0x9d23d9f2"},
                                                               {call::kGetAssetPrice, "0xb3596f07"},
                                                               {call::kGetSourceOfAsset, "0x92bf2be0"},
                                                               {call::kBaseCurrencyUnit, "0x8c89b64f"},
                                                               {call::kLatestAnswer, "0x50d25bcd"},
                                                               {call::kAggregator, "0x245a7bfc"},
                                                               {call::kScaledBalanceOf, "0x1da24f3e"},
                                                               {call::kPrincipalBalanceOf, "0xc634dfaa"},
                                                               {call::kGetUserStableRate, "0xe78c9b3b"},
                                                               {call::kGetUserLastUpdated, "0x79ce6b8c"},
                                                               {call::kRepay, "0x573ade81"}};
    for (const auto& [selector, text] : selectors) CHECK_EQ(to_string(selector), text);
    const std::pair<Hash32, std::string_view> topics[] = {
        {event::kReserveDataUpdated, "0x804c9b842b2748a22bb64b345453a3de7ca54a6ca45ce00d415894979e22897a"},
        {event::kMint, "0x458f5fa412d0f69b08dd84872b0215675cc67bc1d5b6fd93300a1c3878b86196"},
        {event::kBurn, "0x4cf25bc1d991c17529c25213d3cc0cda295eeaad5f13f361969b12ea48015f90"},
        {event::kBalanceTransfer, "0x4beccb90f994c31aced7a23b5611020728a23d8ec5cddd1a3e9d97b96fda8666"},
        {event::kStableMint, "0xc16f4e4ca34d790de4c656c72fd015c667d688f20be64eea360618545c4c530f"},
        {event::kStableBurn, "0x44bd20a79e993bdcc7cbedf54a3b4d19fb78490124b6b90d04fe3242eea579e8"},
        {event::kCollateralEnabled, "0x00058a56ea94653cdf4f152d227ace22d4c00ad99e2a43f58cb7d9e3feb295f2"},
        {event::kCollateralDisabled, "0x44c58d81365b66dd4b1a7f36c25aa97b8c71c361ee4937adc1a00000227db5dd"},
        {event::kUserEModeSet, "0xd728da875fc88944cbf17638bcbe4af0eedaef63becd1d1c57cc097eb4608d84"},
        {event::kCollateralConfiguration, "0x637febbda9275aea2e85c0ff690444c8d87eb2e8339bbede9715abcc89cb0995"},
        {event::kAssetCategory, "0x5bb69795b6a2ea222d73a5f8939c23471a1f85a99c7ca43c207f1b71f10c6264"},
        {event::kCategoryAdded, "0x0acf8b4a3cace10779798a89a206a0ae73a71b63acdd3be2801d39c2ef7ab3cb"},
        {event::kAssetCollateralInEMode, "0x79409190108b26fcb0e4570f8e240f627bf18fd01a55f751010224d5bd486098"},
        {event::kAssetBorrowableInEMode, "0x60087ca045be9d8d1301445e67d6248eddba97629c80284fa4910c0e52f103ab"},
        {event::kAssetLtvzeroInEMode, "0xc0a450fbad635333e47f3322ec028a8e0b3909f79c721312a356a0fab5fa8b94"},
        {event::kCategoryIsolation, "0xea07f8a4f488dcc1dc8c27b9c526ac8ba2d04b8024e206616f306c51d9b16826"},
        {event::kReserveInitialized, "0x3a0ca721fc364424566385a1aa271ed508cc2c0949c2272575fb3013a163a45f"},
        {event::kReserveDropped, "0xeeec4c06f7adad215cbdb4d2960896c83c26aedce02dde76d36fa28588d62da4"},
        {event::kReserveFrozen, "0x0c4443d258a350d27dc50c378b2ebf165e6469725f786d21b30cab16823f5587"},
        {event::kReservePaused, "0xe188d542a5f11925d3a3af33703cdd30a43cb3e8066a3cf68b1b57f61a5a94b5"},
        {event::kReserveActive, "0xc36c7d11ba01a5869d52aa4a3781939dab851cbc9ee6e7fdcedc7d58898a3f1e"},
        {event::kReserveBorrowing, "0x2443ba28e8d1d88d531a3d90b981816a4f3b3c7f1fd4085c6029e81d1b7a570d"},
        {event::kProtocolFee, "0xb5b0a963825337808b6e3154de8e98027595a5cad4219bb3a9bc55b192f4b391"},
        {event::kDebtCeiling, "0x6824a6c7fbc10d2979b1f1ccf2dd4ed0436541679a661dedb5c10bd4be830682"},
        {event::kATokenUpgraded, "0xa76f65411ec66a7fb6bc467432eb14767900449ae4469fa295e4441fe5e1cb73"},
        {event::kDebtTokenUpgraded, "0x9439658a562a5c46b1173589df89cf001483d685bad28aedaff4a88656292d81"},
        {event::kAssetSourceUpdated, "0x22c5b7b2d8561d39f7f210b6b326a1aa69f15311163082308ac4877db6339dc1"},
        {event::kFallbackOracleUpdated, "0xce7a780d33665b1ea097af5f155e3821b809ecbaa839d3b33aa83ba28168cefb"},
        {event::kPoolUpdated, "0x90affc163f1a2dfedcd36aa02ed992eeeba8100a4014f0b4cdc20ea265a66627"},
        {event::kConfiguratorUpdated, "0x8932892569eba59c8382a089d9b732d1f49272878775235761a2a6b0309cd465"},
        {event::kOracleUpdated, "0x56b5f80d8cac1479698aa7d01605fd6111e90b15fc4d2b377417f46034876cbd"},
        {event::kUpgraded, "0xbc7cd75a20ee27fd9adebab32041f755214dbc6bffa90cc0225b39da2e5c2d3b"},
        {event::kAnswerUpdated, "0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f"}};
    for (const auto& [topic, text] : topics) CHECK_EQ(to_string(topic), text);
}

TEST_CASE("words end where the bytes end") {
    const Bytes data = call_data(call::kRepay, {U256{7}, kU256Max});
    REQUIRE_EQ(data.size(), 68);
    const Words words(ByteView(data).subspan(4));
    CHECK_EQ(words.number(0).value(), U256{7});
    CHECK_EQ(words.number(2).error().message, "word 2 of an answer of 64 bytes");
    CHECK_EQ(words.u64(1).error().message, "word 1 exceeds 64 bits");
    CHECK_EQ(words.narrow(1).error().message, "word 1 exceeds 128 bits");
    CHECK_EQ(words.boolean(0).error().code, Errc::Decode);
    CHECK_EQ(words.address(1).error().code, Errc::Decode);
}

TEST_CASE("symbols of old and new tokens, and of hostile ones") {
    CHECK_EQ(symbol_of(abi::Encoder().text("WETH").finish()).value(), "WETH");
    Bytes old(32);
    old[0] = 'M';
    old[1] = 'K';
    old[2] = 'R';
    CHECK_EQ(symbol_of(old).value(), "MKR");
    CHECK_EQ(symbol_of(abi::Encoder().text("a\nb\x1b[2J").finish()).value(), "a?b?[2J");
    CHECK_EQ(symbol_of(abi::Encoder().text(std::string(100, 'x')).finish()).value().size(), 32);
    CHECK_FALSE(symbol_of(Bytes(31)).has_value());
    CHECK_FALSE(symbol_of(Bytes(64, 0xff)).has_value());
}
