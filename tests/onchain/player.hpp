// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/onchain/random_run.hpp"
#include "tests/onchain/watch.hpp"

namespace plimsoll::onchain {

/// Invents what users, prices and governance do, from what the accounts hold. Many moves make sense, some revert.
class Player {
  public:
    Player(World& world, Watch& watch, Dice& dice);

    /// Transactions of the next block, in order. `now` is the time of the newest block.
    std::vector<Move> block(Timestamp now);
    /// Time of the next block.
    Timestamp next_time(Timestamp now);

    /// What it knows of prices and governance, to be taken back with the chain.
    struct Knowledge {
        std::map<Address, U256> prices;                     // by asset, as last submitted
        std::map<Address, std::optional<Address>> behind;   // aggregator now behind an asset's source
        std::set<Address> broken;                           // aggregators that answer nonsense
        std::vector<std::pair<std::string, Address>> held;  // freezes and pauses to be lifted
    };
    Knowledge save() const { return known_; }
    void restore(Knowledge known) { known_ = std::move(known); }

  private:
    using Maker = void (Player::*)(std::vector<Move>&);
    struct Weighted {
        unsigned weight;
        Maker make;
    };
    void make_one(std::span<const Weighted> choices, std::vector<Move>& out);

    // Users.
    void supply(std::vector<Move>& out);
    void withdraw(std::vector<Move>& out);
    void borrow(std::vector<Move>& out);
    void borrow_stable(std::vector<Move>& out);
    void borrow_for_another(std::vector<Move>& out);
    void repay(std::vector<Move>& out);
    void repay_for_another(std::vector<Move>& out);
    void repay_with_a_tokens(std::vector<Move>& out);
    void transfer_a_token(std::vector<Move>& out);
    void switch_collateral(std::vector<Move>& out);
    void set_emode(std::vector<Move>& out);
    void liquidate(std::vector<Move>& out);
    void swap_rate_mode(std::vector<Move>& out);
    void flash_loan(std::vector<Move>& out);
    void treasury(std::vector<Move>& out);
    void bridge(std::vector<Move>& out);
    // Prices.
    void move_price(std::vector<Move>& out);
    void break_price(std::vector<Move>& out);
    void move_ratio(std::vector<Move>& out);
    void cap_ratio(std::vector<Move>& out);
    void change_source(std::vector<Move>& out);
    // Governance.
    void configure_collateral(std::vector<Move>& out);
    void configure_emode(std::vector<Move>& out);
    void move_asset_emode(std::vector<Move>& out);
    void freeze_or_pause(std::vector<Move>& out);
    void protocol_fee(std::vector<Move>& out);
    void debt_ceiling(std::vector<Move>& out);
    void allow_borrowing(std::vector<Move>& out);
    void restart(std::vector<Move>& out);

    lending::Position position_of(const Address& account) const;
    const DevReserve& reserve_of(const Address& asset) const;
    /// An amount of the asset worth so much in the base currency.
    U256 worth(const DevReserve& reserve, const U256& base) const;
    U256 random_worth(const DevReserve& reserve);
    U256 part_of(const U256& whole);
    void set_price(const Address& aggregator, const U256& price, std::vector<Move>& out);

    World& world_;
    Watch& watch_;
    Dice& dice_;
    Timestamp now_{};
    std::map<Address, U256> first_prices_;
    Knowledge known_;
};

}  // namespace plimsoll::onchain
