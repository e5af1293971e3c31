// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "chain/tx/transaction.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// What the key of one wallet may be asked to sign, by the configuration alone. No node is asked, and whoever asks is
/// not believed, the engine included: of what lies, or is broken, or has been taken over, a signature that could take
/// something from the account cannot be had.
///
/// The account's own key repays its debts in its own markets and allows their contracts to take tokens for it; a
/// guardian's key sends plans to the guard, for this account, through the configured venues. Nothing carries coin, and
/// no fee is above the highest that a position of the wallet allows.
///
/// Of an Aave market that is not among the known ones the configuration names no pool: the first one that is asked for
/// is kept, and no other signed for until a restart.
class SigningPolicy {
  public:
    SigningPolicy() = default;
    /// `signer`: whose key signs for `wallet`.
    SigningPolicy(const config::Settings& settings, const config::Wallet& wallet, const Address& signer);

    /// Errc::Refused, or Errc::Decode for call data of another form, naming what is not allowed.
    Result<void> check(const tx::Transaction& transaction);
    /// Other positions and limits; pools that were found stay.
    void renew(SigningPolicy fresh);

  private:
    struct Market {
        std::string name;
        std::uint8_t protocol{};  // IGuard.Protocol
        Address entry;            // Aave: the PoolAddressesProvider; Morpho Blue: the singleton
        Hash32 id;                // of a market of Morpho Blue
        Address pool;             // that is called; zero while it is not known
    };
    /// On one chain.
    struct Rules {
        ChainId chain_id{};
        Wei fee_max;  // per gas
        Gas gas_max{};
        std::optional<Address> seat;  // where the guard's code runs for the account
        std::vector<Market> markets;
        std::vector<Address> venues;   // of swaps
        std::vector<Address> lenders;  // besides the markets' own pools
    };

    Result<void> check_call(Rules& rules, const Address& to, ByteView data) const;
    Result<void> check_approval(Rules& rules, ByteView data) const;
    Result<void> check_plan(Rules& rules, ByteView data) const;
    Result<void> check_repayment(Rules& rules, const Address& to, ByteView data) const;
    static bool is_pool(Rules& rules, const Address& address);

    Address account_;
    bool own_key_{};
    std::vector<Rules> chains_;
};

}  // namespace plimsoll::bot
