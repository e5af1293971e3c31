// SPDX-License-Identifier: Apache-2.0
// What a rollup bills besides gas: for putting a transaction's bytes on the chain below it, and for its operator.
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
    OpStack,   // the fees for data and for the operator come on top of gas, out of the sender's balance
    Arbitrum,  // it is gas: eth_estimateGas includes it, and gas limits are as high as it makes them
};

/// "op-stack", "arbitrum"; anything else is None.
Rollup rollup_of(std::string_view name);

/// Sources: specs.optimism.io, "Fjord: Predeploys"; docs.arbitrum.io, "Precompiles".
inline constexpr Address kGasPriceOracle = Address::literal("0x420000000000000000000000000000000000000F");
inline constexpr Address kArbGasInfo = Address::literal("0x000000000000000000000000000000000000006c");

/// What the operator of a chain of the OP stack takes since Isthmus, of a transaction and of its gas. What a sender
/// must have is that of the gas limit, what is kept that of the gas used. Zero where there is none. Sources:
/// specs.optimism.io, "Isthmus: Operator Fee", and "Jovian: Fee Formula Update", which takes of each gas what Isthmus
/// takes of a hundred million: the contract is asked, so that both are what it says.
struct OperatorFee {
    static constexpr Gas kMillion = 1'000'000;

    Wei constant;
    Wei per_million;  // of a million gas, the constant not counted

    /// As the contract rounds it: down.
    Wei of_gas(Gas gas) const;

    bool operator==(const OperatorFee&) const = default;
};

/// By a transaction's size, before it is written: the most that those of two sizes cost in this block, and a straight
/// line between and beyond. Nothing where nothing is billed.
struct DataFee {
    static constexpr std::size_t kSmall = 512;  // bytes of a transaction without its signature
    static constexpr std::size_t kLarge = 4'096;
    static constexpr std::size_t kEnvelope = 72;  // what there is besides the call's own data, about

    Wei small;
    Wei large;
    OperatorFee operation{};

    /// Of a transaction that calls with so many bytes of data. Rounded up, never below `small`'s.
    Wei of_call(std::size_t data) const;
    /// The same, and what the operator takes of so much gas.
    Wei of(std::size_t data, Gas gas) const;

    bool operator==(const DataFee&) const = default;
};

/// A few reads of any block: GasPriceOracle.getL1FeeUpperBound(uint256) (Fjord and later) and operator_fee_calls(), or
/// ArbGasInfo's getPricesInWei(), whose second value is of one byte. None for Rollup::None.
std::vector<Call> data_fee_calls(Rollup rollup);
/// Of their answers, in the same order. Errc::Reverted or Errc::Decode where it is not the contract that it should be.
Result<DataFee> data_fee(Rollup rollup, std::span<const CallResult> answers);

/// GasPriceOracle.getL1Fee(bytes): what one transaction costs in this block, its signature included. Its fees and
/// nonce need not be known yet, they are counted as bytes that cannot be compressed.
Call data_fee_call(ChainId chain, const Address& to, const Bytes& data);
Result<Wei> data_fee_of(const CallResult& answer);

/// GasPriceOracle.getOperatorFee(uint256) (Isthmus and later) of no gas and of a million.
std::vector<Call> operator_fee_calls();
/// Of their answers, in the same order. A contract that refuses is older than Isthmus: there is no such fee.
Result<OperatorFee> operator_fee(std::span<const CallResult> answers);

}  // namespace plimsoll::tx
