// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/codec/keccak.hpp"

/// Functions and events of Aave V3 that accounting needs, from the contracts' signatures (aave-v3-core 1.19.3,
/// aave-v3-origin 3.1 to 3.7, Chainlink's aggregator interface).
namespace plimsoll::lending::aave_v3 {

namespace call {
inline constexpr Selector kGetPool = selector("getPool()");
inline constexpr Selector kGetPoolConfigurator = selector("getPoolConfigurator()");
inline constexpr Selector kGetPriceOracle = selector("getPriceOracle()");
inline constexpr Selector kGetPoolDataProvider = selector("getPoolDataProvider()");
inline constexpr Selector kGetSentinel = selector("getPriceOracleSentinel()");
inline constexpr Selector kIsBorrowAllowed = selector("isBorrowAllowed()");
inline constexpr Selector kFlashPremium = selector("FLASHLOAN_PREMIUM_TOTAL()");
inline constexpr Selector kScaledTotalSupply = selector("scaledTotalSupply()");
inline constexpr Selector kGetSupplyData = selector("getSupplyData()");
inline constexpr Selector kBalanceOf = selector("balanceOf(address)");
inline constexpr Selector kPoolRevision = selector("POOL_REVISION()");
inline constexpr Selector kGetReservesList = selector("getReservesList()");
inline constexpr Selector kGetReserveData = selector("getReserveData(address)");
inline constexpr Selector kGetConfiguration = selector("getConfiguration(address)");
inline constexpr Selector kGetUserConfiguration = selector("getUserConfiguration(address)");
inline constexpr Selector kGetUserEMode = selector("getUserEMode(address)");
inline constexpr Selector kGetUserAccountData = selector("getUserAccountData(address)");
inline constexpr Selector kGetVirtualUnderlyingBalance = selector("getVirtualUnderlyingBalance(address)");
inline constexpr Selector kGetReserveDeficit = selector("getReserveDeficit(address)");
inline constexpr Selector kGetLiquidationGracePeriod = selector("getLiquidationGracePeriod(address)");
inline constexpr Selector kRateStrategyConstant = selector("RESERVE_INTEREST_RATE_STRATEGY()");
inline constexpr Selector kGetEModeCategoryData = selector("getEModeCategoryData(uint8)");
inline constexpr Selector kGetEModeCollateralConfig = selector("getEModeCategoryCollateralConfig(uint8)");
inline constexpr Selector kGetEModeCollateralBitmap = selector("getEModeCategoryCollateralBitmap(uint8)");
inline constexpr Selector kGetEModeBorrowableBitmap = selector("getEModeCategoryBorrowableBitmap(uint8)");
inline constexpr Selector kGetEModeLtvzeroBitmap = selector("getEModeCategoryLtvzeroBitmap(uint8)");
inline constexpr Selector kGetEModeIsolated = selector("getIsEModeCategoryIsolated(uint8)");
inline constexpr Selector kBaseCurrencyUnit = selector("BASE_CURRENCY_UNIT()");
inline constexpr Selector kGetAssetsPrices = selector("getAssetsPrices(address[])");
inline constexpr Selector kGetAssetPrice = selector("getAssetPrice(address)");
inline constexpr Selector kGetSourceOfAsset = selector("getSourceOfAsset(address)");
inline constexpr Selector kLatestAnswer = selector("latestAnswer()");
inline constexpr Selector kAggregator = selector("aggregator()");
inline constexpr Selector kSymbol = selector("symbol()");
inline constexpr Selector kScaledBalanceOf = selector("scaledBalanceOf(address)");
inline constexpr Selector kPrincipalBalanceOf = selector("principalBalanceOf(address)");
inline constexpr Selector kGetUserStableRate = selector("getUserStableRate(address)");
inline constexpr Selector kGetUserLastUpdated = selector("getUserLastUpdated(address)");
inline constexpr Selector kSupply = selector("supply(address,uint256,address,uint16)");
inline constexpr Selector kWithdraw = selector("withdraw(address,uint256,address)");
inline constexpr Selector kBorrow = selector("borrow(address,uint256,uint256,uint16,address)");
inline constexpr Selector kRepayWithATokens = selector("repayWithATokens(address,uint256,uint256)");
inline constexpr Selector kSetUserEMode = selector("setUserEMode(uint8)");
inline constexpr Selector kUseAsCollateral = selector("setUserUseReserveAsCollateral(address,bool)");
inline constexpr Selector kRepay = selector("repay(address,uint256,uint256,address)");
static_assert(kSupply == Selector::literal("0x617ba037"));
static_assert(kWithdraw == Selector::literal("0x69328dec"));
static_assert(kBorrow == Selector::literal("0xa415bcad"));
static_assert(kRepayWithATokens == Selector::literal("0x2dad97d4"));
static_assert(kSetUserEMode == Selector::literal("0x28530a47"));
static_assert(kUseAsCollateral == Selector::literal("0x5a3b74b9"));
static_assert(kRepay == Selector::literal("0x573ade81"));
static_assert(kGetUserAccountData == Selector::literal("0xbf92857c"));
}  // namespace call

namespace event {
// Pool
inline constexpr Hash32 kReserveDataUpdated =
    topic("ReserveDataUpdated(address,uint256,uint256,uint256,uint256,uint256)");
inline constexpr Hash32 kCollateralEnabled = topic("ReserveUsedAsCollateralEnabled(address,address)");
inline constexpr Hash32 kCollateralDisabled = topic("ReserveUsedAsCollateralDisabled(address,address)");
inline constexpr Hash32 kUserEModeSet = topic("UserEModeSet(address,uint8)");
// aToken, variable debt token
inline constexpr Hash32 kMint = topic("Mint(address,address,uint256,uint256,uint256)");
inline constexpr Hash32 kBurn = topic("Burn(address,address,uint256,uint256,uint256)");
inline constexpr Hash32 kBalanceTransfer = topic("BalanceTransfer(address,address,uint256,uint256)");
// stable debt token
inline constexpr Hash32 kStableMint = topic("Mint(address,address,uint256,uint256,uint256,uint256,uint256,uint256)");
inline constexpr Hash32 kStableBurn = topic("Burn(address,uint256,uint256,uint256,uint256,uint256)");
// PoolConfigurator: the asset's configuration word is read again
inline constexpr Hash32 kCollateralConfiguration =
    topic("CollateralConfigurationChanged(address,uint256,uint256,uint256)");
inline constexpr Hash32 kPendingLtv = topic("PendingLtvChanged(address,uint256)");
inline constexpr Hash32 kAssetCategory = topic("EModeAssetCategoryChanged(address,uint8,uint8)");
inline constexpr Hash32 kReserveFrozen = topic("ReserveFrozen(address,bool)");
inline constexpr Hash32 kReservePaused = topic("ReservePaused(address,bool)");
inline constexpr Hash32 kReserveActive = topic("ReserveActive(address,bool)");
inline constexpr Hash32 kReserveBorrowing = topic("ReserveBorrowing(address,bool)");
inline constexpr Hash32 kProtocolFee = topic("LiquidationProtocolFeeChanged(address,uint256,uint256)");
inline constexpr Hash32 kDebtCeiling = topic("DebtCeilingChanged(address,uint256,uint256)");
// PoolConfigurator: told, as they bring their own numbers
inline constexpr Hash32 kBorrowCap = topic("BorrowCapChanged(address,uint256,uint256)");
inline constexpr Hash32 kSupplyCap = topic("SupplyCapChanged(address,uint256,uint256)");
inline constexpr Hash32 kGracePeriod = topic("LiquidationGracePeriodChanged(address,uint40)");
static_assert(kSupplyCap == Hash32::literal("0x0263602682188540a2d633561c0b4453b7d8566285e99f9f6018b8ef2facef49"));
static_assert(kGracePeriod == Hash32::literal("0xdf4f96448786bcd6fecc9f1fa25f1fbbbee6a5c9e76d635a615ac57bb5983d10"));
// PoolConfigurator: the eMode category is read again
inline constexpr Hash32 kCategoryAdded = topic("EModeCategoryAdded(uint8,uint256,uint256,uint256,address,string)");
inline constexpr Hash32 kAssetCollateralInEMode = topic("AssetCollateralInEModeChanged(address,uint8,bool)");
inline constexpr Hash32 kAssetBorrowableInEMode = topic("AssetBorrowableInEModeChanged(address,uint8,bool)");
inline constexpr Hash32 kAssetLtvzeroInEMode = topic("AssetLtvzeroInEModeChanged(address,uint8,bool)");
inline constexpr Hash32 kCategoryIsolation = topic("EModeCategoryIsolationChanged(uint8,bool)");
// PoolConfigurator: the list of reserves, or the code behind a token, changes
inline constexpr Hash32 kReserveInitialized = topic("ReserveInitialized(address,address,address,address,address)");
inline constexpr Hash32 kReserveDropped = topic("ReserveDropped(address)");
inline constexpr Hash32 kATokenUpgraded = topic("ATokenUpgraded(address,address,address)");
inline constexpr Hash32 kDebtTokenUpgraded = topic("VariableDebtTokenUpgraded(address,address,address)");
inline constexpr Hash32 kStableTokenUpgraded = topic("StableDebtTokenUpgraded(address,address,address)");
// AaveOracle
inline constexpr Hash32 kAssetSourceUpdated = topic("AssetSourceUpdated(address,address)");
inline constexpr Hash32 kFallbackOracleUpdated = topic("FallbackOracleUpdated(address)");
// PoolAddressesProvider, proxies: the deployment is discovered anew
inline constexpr Hash32 kPoolUpdated = topic("PoolUpdated(address,address)");
inline constexpr Hash32 kConfiguratorUpdated = topic("PoolConfiguratorUpdated(address,address)");
inline constexpr Hash32 kOracleUpdated = topic("PriceOracleUpdated(address,address)");
inline constexpr Hash32 kSentinelUpdated = topic("PriceOracleSentinelUpdated(address,address)");
inline constexpr Hash32 kUpgraded = topic("Upgraded(address)");
// Chainlink aggregator
inline constexpr Hash32 kAnswerUpdated = topic("AnswerUpdated(int256,uint256,uint256)");
static_assert(kMint == Hash32::literal("0x458f5fa412d0f69b08dd84872b0215675cc67bc1d5b6fd93300a1c3878b86196"));
static_assert(kAnswerUpdated == Hash32::literal("0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f"));
}  // namespace event

}  // namespace plimsoll::lending::aave_v3
