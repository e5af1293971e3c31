// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/codec/keccak.hpp"
#include "chain/types/address.hpp"

/// Functions and events of Morpho Blue, its AdaptiveCurveIrm and its MorphoChainlinkOracleV2 that accounting needs,
/// from the contracts' signatures (morpho-blue 1.0.0, morpho-blue-irm, morpho-blue-oracles, Chainlink's aggregator
/// interface).
namespace plimsoll::lending::morpho_blue {

/// Multicall3, at the same address on every chain: several answers of one block in one call.
inline constexpr Address kMulticall3 = Address::literal("0xca11bde05977b3631167028862be2a173976ca11");

namespace call {
// Morpho
inline constexpr Selector kIdToMarketParams = selector("idToMarketParams(bytes32)");
inline constexpr Selector kMarket = selector("market(bytes32)");
inline constexpr Selector kPosition = selector("position(bytes32,address)");
inline constexpr Selector kFeeRecipient = selector("feeRecipient()");
inline constexpr Selector kAccrueInterest = selector("accrueInterest((address,address,address,address,uint256))");
inline constexpr Selector kSupply =
    selector("supply((address,address,address,address,uint256),uint256,uint256,address,bytes)");
inline constexpr Selector kWithdraw =
    selector("withdraw((address,address,address,address,uint256),uint256,uint256,address,address)");
inline constexpr Selector kBorrow =
    selector("borrow((address,address,address,address,uint256),uint256,uint256,address,address)");
inline constexpr Selector kRepay =
    selector("repay((address,address,address,address,uint256),uint256,uint256,address,bytes)");
inline constexpr Selector kSupplyCollateral =
    selector("supplyCollateral((address,address,address,address,uint256),uint256,address,bytes)");
inline constexpr Selector kWithdrawCollateral =
    selector("withdrawCollateral((address,address,address,address,uint256),uint256,address,address)");
// the rate model
inline constexpr Selector kRateAtTarget = selector("rateAtTarget(bytes32)");
inline constexpr Selector kBorrowRateView = selector(
    "borrowRateView((address,address,address,address,uint256),(uint128,uint128,uint128,uint128,uint128,uint128))");
// the oracle
inline constexpr Selector kPrice = selector("price()");
inline constexpr Selector kScaleFactor = selector("SCALE_FACTOR()");
inline constexpr Selector kBaseVault = selector("BASE_VAULT()");
inline constexpr Selector kQuoteVault = selector("QUOTE_VAULT()");
inline constexpr Selector kFeeds[4] = {selector("BASE_FEED_1()"), selector("BASE_FEED_2()"), selector("QUOTE_FEED_1()"),
                                       selector("QUOTE_FEED_2()")};
inline constexpr Selector kAggregator = selector("aggregator()");
inline constexpr Selector kLatestRoundData = selector("latestRoundData()");
// tokens
inline constexpr Selector kSymbol = selector("symbol()");
inline constexpr Selector kDecimals = selector("decimals()");
inline constexpr Selector kBalanceOf = selector("balanceOf(address)");
// Multicall3
inline constexpr Selector kAggregate3 = selector("aggregate3((address,bool,bytes)[])");
inline constexpr Selector kGetBlockNumber = selector("getBlockNumber()");
static_assert(kPosition == Selector::literal("0x93c52062"));
static_assert(kMarket == Selector::literal("0x5c60e39a"));
static_assert(kRepay == Selector::literal("0x20b76e81"));
static_assert(kWithdrawCollateral == Selector::literal("0x8720316d"));
static_assert(kPrice == Selector::literal("0xa035b1fe"));
static_assert(kScaleFactor == Selector::literal("0xce4b5bbe"));
}  // namespace call

namespace event {
// Morpho; topic 1 is the market's id in all but the last
inline constexpr Hash32 kAccrueInterest = topic("AccrueInterest(bytes32,uint256,uint256,uint256)");
inline constexpr Hash32 kSupply = topic("Supply(bytes32,address,address,uint256,uint256)");
inline constexpr Hash32 kWithdraw = topic("Withdraw(bytes32,address,address,address,uint256,uint256)");
inline constexpr Hash32 kBorrow = topic("Borrow(bytes32,address,address,address,uint256,uint256)");
inline constexpr Hash32 kRepay = topic("Repay(bytes32,address,address,uint256,uint256)");
inline constexpr Hash32 kSupplyCollateral = topic("SupplyCollateral(bytes32,address,address,uint256)");
inline constexpr Hash32 kWithdrawCollateral = topic("WithdrawCollateral(bytes32,address,address,address,uint256)");
inline constexpr Hash32 kLiquidate =
    topic("Liquidate(bytes32,address,address,uint256,uint256,uint256,uint256,uint256)");
inline constexpr Hash32 kSetFee = topic("SetFee(bytes32,uint256)");
inline constexpr Hash32 kSetFeeRecipient = topic("SetFeeRecipient(address)");
// the rate model
inline constexpr Hash32 kBorrowRateUpdate = topic("BorrowRateUpdate(bytes32,uint256,uint256)");
// Chainlink aggregator
inline constexpr Hash32 kAnswerUpdated = topic("AnswerUpdated(int256,uint256,uint256)");
static_assert(kAccrueInterest == Hash32::literal("0x9d9bd501d0657d7dfe415f779a620a62b78bc508ddc0891fbbd8b7ac0f8fce87"));
static_assert(kLiquidate == Hash32::literal("0xa4946ede45d0c6f06a0f5ce92c9ad3b4751452d2fe0e25010783bcab57a67e41"));
static_assert(kBorrow == Hash32::literal("0x570954540bed6b1304a87dfe815a5eda4a648f7097a16240dcd85c9b5fd42a43"));
static_assert(kBorrowRateUpdate ==
              Hash32::literal("0x7120161a7b3d31251e01294ab351ef15a41b91659a36032e4641bb89b121e321"));
}  // namespace event

}  // namespace plimsoll::lending::morpho_blue
