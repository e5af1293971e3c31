// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "chain/types/quantity.hpp"

namespace plimsoll::engine {

/// Which of many accounts must be evaluated now, so that none below its threshold is overlooked and the rest cost
/// nothing.
///
/// Proof. Let h be an account's health factor in real numbers: collateral weighted by thresholds, over debt. The market
/// says after each block, by a factor f <= 1, how far any account's h can have fallen through prices and interest
/// (lending::Drift): h_new >= f * h_old for every account that it does not name as changed otherwise. Let G be the
/// product of all f so far, rounded down, and G_e its value when the account was last evaluated as H_e. Then now
///     h >= H_e * G / G_e.
/// The computed health factor differs from h by rounding: floors of values to one unit of the base currency, and in
/// protocols that average the threshold to basis points, one part in the threshold. Both together stay under 1/256 for
/// debts and collaterals of at least kScreened units of the base currency at thresholds of at least 5 %, here and at
/// the evaluation, and the interest of one block to come stays far under it too. So while
///     H_e * G * 253/256 > T * G_e
/// the computed health factor is above the threshold T, and looking at the account can change nothing. The condition is
/// solved for G once: the account is due when G <= due = ceil(T * G_e * 256 / (253 * H_e)). A heap by `due` makes a
/// block's cost proportional to the accounts that are due, not to those that are watched.
class Screen {
  public:
    /// Debts or collaterals below this many units of base currency (0.01 USD on Aave) round too coarsely: always due.
    static constexpr std::uint64_t kScreened = 1'000'000;

    explicit Screen(std::size_t accounts = 0) { resize(accounts); }
    void resize(std::size_t accounts);
    std::size_t size() const { return accounts_.size(); }

    /// A block passed. Without a factor nothing is known, and every account is due.
    void drift(const std::optional<Wad>& factor);
    /// The account's own numbers changed.
    void changed(std::size_t account);
    /// The account was evaluated just now; it matters when it falls to `threshold`. Zero `threshold`: always due.
    void evaluated(std::size_t account, const Wad& health, const BaseValue& collateral, const BaseValue& debt,
                   const Wad& threshold);
    /// Accounts to evaluate now, ascending. Each must be reported by evaluated(), or stays due.
    std::vector<std::size_t> due();
    /// The next `count` accounts in turn: evaluating them keeps the references fresh and the bounds tight.
    std::vector<std::size_t> slice(std::size_t count);

  private:
    static constexpr unsigned kScaleBits = 120;
    struct Account {
        U256 due{U256::max()};         // due when product_ <= this
        std::uint32_t generation = 0;  // of the newest heap entry
    };
    struct Entry {
        U256 due;
        std::uint32_t account{};
        std::uint32_t generation{};
        bool operator<(const Entry& other) const { return due < other.due; }
    };
    void set_due(std::size_t account, const U256& due);
    void all_due();

    U256 product_ = shift_left(U256{1}, kScaleBits);
    std::vector<Account> accounts_;
    std::priority_queue<Entry> heap_;
    std::size_t next_ = 0;
};

}  // namespace plimsoll::engine
