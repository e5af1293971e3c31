// SPDX-License-Identifier: Apache-2.0
// What to offer for inclusion. All fees are wei per gas.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "chain/types/quantity.hpp"

namespace plimsoll::tx {

/// Both fee fields of an EIP-1559 transaction.
struct Bid {
    Wei max_fee;
    Wei max_priority_fee;

    bool operator==(const Bid&) const = default;
};

/// EIP-1559's parameters. Ethereum's are the default; rollups have their own.
struct BaseFeeRule {
    std::uint64_t elasticity = 2;
    std::uint64_t max_change_denominator = 8;
};

/// The base fee of the block after one with this base fee, gas use and limit: EIP-1559, exactly.
/// MathError::DivisionByZero when the limit is below the elasticity.
Math<Wei> next_base_fee(Wei base_fee, Gas gas_used, Gas gas_limit, const BaseFeeRule& rule = {});

/// The highest base fee that `blocks` full blocks in a row can lead to. Stays at the top of the range.
Wei highest_base_fee(Wei next_base_fee, std::uint32_t blocks, const BaseFeeRule& rule = {});

/// The lowest that so many empty blocks in a row can lead to.
Wei lowest_base_fee(Wei next_base_fee, std::uint32_t blocks, const BaseFeeRule& rule = {});

enum class Urgency : std::uint8_t {
    Normal,  // the middle of what was paid, and it stays valid for 4 full blocks
    Urgent,  // the most that was paid, and it stays valid for 8 full blocks
};

/// What the last blocks tell: the base fee of the next block, and per block the priority fee that was paid at the
/// percentile asked of eth_feeHistory, in any order.
struct FeeHistory {
    Wei next_base_fee;
    std::span<const Wei> priority_fees;
};

/// The priority fee that is worth paying when a transaction has missed `missed` blocks in a row and `loss` wei are lost
/// with the position: such a share of it, for `gas`, as the blocks that were missed say that others pay more. Zero
/// while none was missed, a quarter of the loss from the fifth on.
Wei stake_priority(const Wei& loss, Gas gas, BlockNumber missed);

/// Never above `ceiling`, which may leave it below the base fee: such a bid waits. The priority fee is at least
/// `least`, at least 0.001 gwei (empty blocks show zero; relays drop what pays none) and never above the maximum fee.
Bid bid(const FeeHistory& history, Urgency urgency, Wei ceiling, Wei least = Wei{});

/// The least that geth's pool takes in place of `old`, and so do the others: both fields strictly above, and at or
/// above old * 110 / 100 in integers (core/txpool/legacypool/list.go, list.Add).
Bid least_replacement(const Bid& old);

/// What to send in place of `old`: each field `fresh`, or an eighth and 1 wei above the old one if that is more, within
/// `ceiling`. When the ceiling lies between the least that pools take and that, the ceiling is bid. Nothing when it
/// lies below: then the same bytes go out again, which no ceiling forbids.
std::optional<Bid> replacement(const Bid& old, const Bid& fresh, Wei ceiling);

}  // namespace plimsoll::tx
