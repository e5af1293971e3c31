// SPDX-License-Identifier: Apache-2.0
// What a rollup bills for putting a transaction's bytes on the chain below it.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "chain/tx/transaction.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::tx {

enum class Rollup : std::uint8_t {
    None,      // gas is all that is paid for, or nothing is known
    OpStack,   // the data fee comes on top of gas, and takes its money from the sender's balance
    Arbitrum,  // it is gas: eth_estimateGas includes it, and gas limits are as high as it makes them
};

/// "op-stack", "arbitrum"; anything else is None.
Rollup rollup_of(std::string_view name);

/// Sources: specs.optimism.io, "Fjord: Predeploys"; docs.arbitrum.io, "Precompiles".
inline constexpr Address kGasPriceOracle = Address::literal("0x420000000000000000000000000000000000000F");
inline constexpr Address kArbGasInfo = Address::literal("0x000000000000000000000000000000000000006c");

/// By a transaction's size, before it is written: the most that those of two sizes cost in this block, and a straight
/// line between and beyond. Nothing where nothing is billed.
struct DataFee {
    static constexpr std::size_t kSmall = 512;  // bytes of a transaction without its signature
    static constexpr std::size_t kLarge = 4'096;
    static constexpr std::size_t kEnvelope = 72;  // what there is besides the call's own data, about

    Wei small;
    Wei large;

    /// Of a transaction that calls with so many bytes of data. Rounded up, never below `small`'s.
    Wei of_call(std::size_t data) const;

    bool operator==(const DataFee&) const = default;
};

/// Two reads or one, of any block: GasPriceOracle.getL1FeeUpperBound(uint256) (Fjord and later), ArbGasInfo's
/// getPricesInWei(), whose second value is of one byte. None for Rollup::None.
std::vector<Call> data_fee_calls(Rollup rollup);
/// Of their answers, in the same order. Errc::Reverted or Errc::Decode where it is not the contract that it should be.
Result<DataFee> data_fee(Rollup rollup, std::span<const CallResult> answers);

/// GasPriceOracle.getL1Fee(bytes): what one transaction costs in this block, its signature included. Its fees and
/// nonce need not be known yet, they are counted as bytes that cannot be compressed.
Call data_fee_call(ChainId chain, const Address& to, const Bytes& data);
Result<Wei> data_fee_of(const CallResult& answer);

}  // namespace plimsoll::tx
