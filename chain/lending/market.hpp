// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chain/followed.hpp"
#include "chain/lending/position.hpp"
#include "chain/types/block.hpp"
#include "chain/types/contract_call.hpp"

namespace plimsoll::lending {

using plimsoll::ContractCall;

/// IGuard.Market.
struct GuardMarket {
    std::uint8_t protocol{};  // IGuard.Protocol
    Address entry;
    Hash32 id;

    bool operator==(const GuardMarket&) const = default;
};

/// Verdict of one audit: our numbers against the contract's at the same block.
struct Audit {
    bool agrees{};
    AccountSummary ours;
    AccountSummary theirs;
};

/// What happened to all watched accounts since the last question.
struct Drift {
    std::vector<Address> changed;  // whose own numbers changed: balances, flags, thresholds and other configuration
    /// Every other account's health factor at the state's block, in real numbers, is at least its earlier one times
    /// this (1e18 scaled, at most 1e18): prices and interest are in it. Without it nothing is known of any account.
    std::optional<Wad> factor;
};

/// What the market's oracle asks for the price of an asset, and what the asset counts now.
struct PriceUse {
    Address asset;
    std::string symbol;
    Address source;
    Price price;
};

struct SupposedPrice {
    Address asset;
    Price price;

    bool operator==(const SupposedPrice&) const = default;
};

/// The protocol's owners changed what positions stand on, all of one block.
struct ParameterChange {
    static constexpr std::size_t kEffects = 32;
    struct Effect {
        Address account;
        Wad before;  // health factor at this block as it was counted before, and as it is counted now
        Wad after;
    };
    std::vector<std::string> what;  // "WETH liquidation threshold 82.50 % to 78.00 %"
    bool cuts{};                    // something that positions live on became less
    std::vector<Effect> effects;    // accounts whose health factor differs, the lowest first
    std::size_t more{};             // accounts beyond kEffects
};

/// Exact local copy of one market (one deployment of a protocol on one chain) and of the watched accounts in it.
///
/// Followed as chain/followed.hpp says. In a steady state reads() holds at most the prices that have no feed events, to
/// be made in one multicall; reset() keeps the accounts. Protocols differ behind this interface; nothing above it knows
/// which one it talks to.
class Market : public Followed {
  public:
    /// Why this market must not be acted on (unknown deployment, no profile reproduces the contract); empty when it
    /// may.
    virtual std::string unsupported() const = 0;

    // ---- watched accounts

    virtual void watch(const Address& account) = 0;
    virtual const std::vector<Address>& accounts() const = 0;
    /// Accounts whose numbers may have changed since the last call, by events, prices or configuration (not by
    /// interest).
    virtual std::vector<Address> take_changed() = 0;
    /// The same question with a bound for all who are not named, so that they need not be looked at one by one. One of
    /// the two is used, not both.
    virtual Drift take_drift() { return {take_changed(), std::nullopt}; }

    /// One whole unit of the base currency in which values are counted: 1e8 on Aave's USD markets, one whole loan token
    /// on Morpho Blue. Zero until it has been read.
    virtual U256 base_unit() const = 0;

    // ---- exact questions; `at` is a time at or after the state's block

    virtual Result<AccountSummary> summary(const Address& account, Timestamp at) const = 0;
    virtual Result<Position> position(const Address& account, Timestamp at) const = 0;
    virtual Result<AccountSummary> after(const Address& account, std::span<const Change> changes,
                                         Timestamp at) const = 0;
    virtual Result<std::vector<LiquidationPrice>> liquidation_prices(const Address& account, Timestamp at) const = 0;
    /// Seconds after `at` until interest alone makes the account liquidatable; nullopt if not within ten years.
    virtual Result<std::optional<std::uint64_t>> time_to_liquidation(const Address& account, Timestamp at) const = 0;
    /// What a liquidation would cost; nullopt without debt or collateral. Sized as if it were liquidatable now.
    virtual Result<std::optional<LiquidationCost>> liquidation_cost(const Address& account, Timestamp at) const = 0;

    /// Every asset of the market on the terms in force for this account, held or not, ascending reserve id.
    virtual Result<std::vector<AssetPosition>> offered(const Address& account, Timestamp at) const = 0;
    /// Changes that move no value and may raise the health factor, each a sequence to be tried with after(): an
    /// efficiency mode entered or left, unused collateral switched on.
    virtual std::vector<std::vector<Change>> free_moves(const Address& account) const {
        static_cast<void>(account);
        return {};
    }
    /// Reads from which conditions() says what limits changes at that block. Wanted only when a plan is made.
    virtual std::vector<Call> condition_calls() const = 0;
    virtual Result<Conditions> conditions(const BlockRef& at, std::span<const CallResult> results) const = 0;
    /// Whether the protocol would carry out these changes in this order. Errc::Refused names the first that it would
    /// not, and its rule ("paused", "frozen", "zero-ltv-first", "supply-cap", "borrow-cap", "liquidity", "isolation",
    /// "siloed", "health", "minimum-debt", ...) before a colon.
    virtual Result<void> allowed(const Address& account, std::span<const Change> changes, const Conditions& conditions,
                                 Timestamp at) const = 0;

    /// Asks until which second nobody is liquidated against this asset, neither as collateral nor as debt: one word,
    /// long past or zero where there is no such time. None where the market has no such rule.
    virtual std::optional<Call> grace_call(const Address& asset) const {
        static_cast<void>(asset);
        return std::nullopt;
    }

    // ---- prices and rules that others set

    /// Of the assets that watched accounts have a part in.
    virtual std::vector<PriceUse> price_uses() const { return {}; }
    /// Until the next call all exact questions are answered as if these assets had these prices; none: as they are.
    /// Audits must be asked without. See lending::Supposing.
    virtual void suppose(std::span<const SupposedPrice> prices) const { static_cast<void>(prices); }
    /// Something may have changed behind the price sources without an event: they are looked at again at this block.
    virtual void recheck_sources() {}
    /// What was changed since the last call; asked when the market is in sync. The first call after a start only begins
    /// to listen.
    virtual std::vector<ParameterChange> take_parameter_changes() { return {}; }

    // ---- calls

    /// This market as the guard names it (strategies/contracts/src/IGuard.sol).
    virtual GuardMarket guard_market() const = 0;
    /// What stands for the supply of an asset and must be allowed to the guard (Aave: its aToken); zero where the
    /// protocol has an authorisation of its own.
    virtual Address receipt_token(const Address& asset) const {
        static_cast<void>(asset);
        return {};
    }
    /// The call by which the account itself makes one change. Repay and RepayWithSupply of kU256Max repay all.
    virtual Result<ContractCall> call(const Address& account, const Change& change) const = 0;
    virtual Call audit_call(const Address& account) const = 0;
    virtual Result<Audit> audit(const Address& account, const BlockRef& at, const CallResult& result) const = 0;
    /// The contract's own side of an answer to audit_call, of whatever state: after transactions, or at a later time.
    virtual Result<AccountSummary> theirs(const Address& account, Timestamp at, const CallResult& result) const = 0;
    /// Who must be allowed to take the token for repay(), e.g. the Aave Pool.
    virtual Address spender() const = 0;
    /// Repays debt of `account` from its own wallet.
    virtual Result<ContractCall> repay(const Address& account, const Address& asset, TokenAmount amount) const = 0;
    /// Contracts that a plan of this market may call: pool and reserve tokens.
    virtual std::vector<Address> contracts() const = 0;
};

}  // namespace plimsoll::lending
