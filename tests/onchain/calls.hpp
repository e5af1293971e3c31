// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "chain/codec/abi_words.hpp"
#include "tests/onchain/node.hpp"

/// Transactions of users and of governance, with their description.
namespace plimsoll::onchain {

/// Interest rate modes of Pool.borrow and Pool.repay.
enum class RateMode : std::uint8_t { None = 0, Stable = 1, Variable = 2 };

/// Pool, as its users call it.
struct PoolCalls {
    Address pool;

    Tx supply(const Address& from, const Address& asset, const U256& amount, const Address& behalf) const;
    Tx withdraw(const Address& from, const Address& asset, const U256& amount, const Address& to) const;
    Tx borrow(const Address& from, const Address& asset, const U256& amount, RateMode mode,
              const Address& behalf) const;
    Tx repay(const Address& from, const Address& asset, const U256& amount, RateMode mode, const Address& behalf) const;
    Tx repay_with_a_tokens(const Address& from, const Address& asset, const U256& amount, RateMode mode) const;
    Tx use_as_collateral(const Address& from, const Address& asset, bool on) const;
    Tx set_emode(const Address& from, std::uint64_t category) const;
    Tx liquidate(const Address& from, const Address& collateral, const Address& debt, const Address& user,
                 const U256& amount, bool receive_a_token) const;
    Tx swap_rate_mode(const Address& from, const Address& asset, RateMode mode) const;
    Tx mint_to_treasury(const Address& from, std::span<const Address> assets) const;
    /// Borrows without collateral for one call; with a rate mode the debt stays, on the caller.
    Tx flash_loan(const Address& from, const Address& receiver, const Address& asset, const U256& amount,
                  RateMode mode) const;
    /// A bridge's right: aTokens before their asset is there, and the asset later, with a fee for all suppliers.
    Tx mint_unbacked(const Address& from, const Address& asset, const U256& amount, const Address& behalf) const;
    Tx back_unbacked(const Address& from, const Address& asset, const U256& amount, const U256& fee) const;
};

/// PoolConfigurator, AaveOracle, PoolAddressesProvider and ACLManager, as governance calls them.
struct AdminCalls {
    Address admin;
    Address configurator;
    Address oracle;
    Address provider;
    Address acl;

    Tx collateral(const Address& asset, std::uint64_t ltv, std::uint64_t threshold, std::uint64_t bonus) const;
    Tx emode_category(std::uint64_t id, std::uint64_t ltv, std::uint64_t threshold, std::uint64_t bonus,
                      const Address& price_source) const;
    Tx asset_emode(const Address& asset, std::uint64_t category) const;
    /// setReserveFreeze, setReservePause, setReserveBorrowing, setReserveStableRateBorrowing, setBorrowableInIsolation.
    Tx flag(std::string_view function, const Address& asset, bool on) const;
    /// setLiquidationProtocolFee, setDebtCeiling, setReserveFactor, setUnbackedMintCap.
    Tx number(std::string_view function, const Address& asset, const U256& value) const;
    Tx price_source(const Address& asset, const Address& source) const;
    Tx price_oracle(const Address& new_oracle) const;
    Tx add_bridge(const Address& who) const;
    /// PriceAggregator.submit; two's complement for what no market would say.
    Tx price(const Address& aggregator, const I256& answer) const;
    Tx ratio(const Address& adapter, const U256& ratio) const;
    Tx ratio_cap(const Address& adapter, const U256& snapshot, Timestamp since, const U256& growth_bps) const;
};

/// ERC-20 and what test and debt tokens add to it.
Tx mint(const Address& from, const Address& token, const Address& to, const U256& amount);
Tx approve(const Address& from, const Address& token, const Address& spender, const U256& amount);
Tx transfer(const Address& from, const Address& token, const Address& to, const U256& amount);
Tx approve_delegation(const Address& from, const Address& debt_token, const Address& to, const U256& amount);

Selector selector_of(std::string_view signature);

/// Whole amounts in a token's smallest unit; 1.5 USDC is units(15, 5).
U256 units(std::uint64_t amount, unsigned decimals);

}  // namespace plimsoll::onchain
