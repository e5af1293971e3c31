// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "chain/lending/market.hpp"

/// The guard (strategies/contracts/src/IGuard.sol) seen from here: what it is told, and how that is encoded.
namespace plimsoll::guard {

/// IGuard.Protocol, as in lending::GuardMarket.
inline constexpr std::uint8_t kAaveV3 = 0;
inline constexpr std::uint8_t kMorphoBlue = 1;

enum class Access : std::uint8_t { Allowance, Self, Module };
enum class Lender : std::uint8_t { None, AaveV3, MorphoBlue, UniswapV3, MorphoRepay };
enum class Action : std::uint8_t {
    Withdraw,
    Repay,
    Swap,
    Supply,
    Pull,
    Borrow,
    RepayWithATokens,
    SetEMode,
    UseAsCollateral,
};

/// IGuard.Policy, with the meaning and the units given there.
struct Policy {
    Address guardian;
    Access access{};
    std::uint64_t expiry{};
    std::uint32_t cooldown{};
    std::uint16_t max_loss_bps{};
    bool may_close{};
    Wad trigger;
    Wad floor;
    Wad ceiling;
    U256 value_per_day;
    std::vector<Address> collaterals;
    std::vector<Address> debts;
    std::vector<Address> venues;

    bool operator==(const Policy&) const = default;
};

struct Loan {
    Lender lender{};
    Address source;
    Address asset;
    TokenAmount amount;

    bool operator==(const Loan&) const = default;
};

struct Step {
    Action action{};
    Address asset;
    TokenAmount amount;  // kU256Max: all, where IGuard says so
    Address asset_out;   // Swap
    TokenAmount min_out;
    Address target;
    Bytes data;

    bool operator==(const Step&) const = default;
};

struct Plan {
    Address account;
    lending::GuardMarket market;
    Timestamp deadline{};  // inclusive
    Wad floor;             // least health factor after
    Loan loan;
    std::vector<Step> steps;

    bool operator==(const Plan&) const = default;
};

/// What the account's policy still permits at one block: policyOf and spentOf.
struct Standing {
    Policy policy;
    U256 spent_current;
    U256 spent_previous;
    Timestamp window_start{};
    Timestamp last_plan{};

    bool operator==(const Standing&) const = default;
};

lending::ContractCall execute(const Address& guard, const Plan& plan);
/// The plan in such call data. Errc::Decode when it is of another function or form, Errc::Range for too many steps.
Result<Plan> read_execute(ByteView data);
lending::ContractCall set_policy(const Address& guard, const lending::GuardMarket& market, const Policy& policy);
/// For an account that signed policy_digest: r, s and v (27 or 28), 65 bytes; anyone may send it.
lending::ContractCall set_policy_by_signature(const Address& guard, const Address& account,
                                              const lending::GuardMarket& market, const Policy& policy,
                                              const U256& nonce, Timestamp deadline, ByteView signature);
/// What the account signs (EIP-712; Signatures.digest of the contract). `guard` is where the code runs: the account
/// itself with Access::Self.
Hash32 policy_digest(ChainId chain, const Address& guard, const Address& account, const lending::GuardMarket& market,
                     const Policy& policy, const U256& nonce, Timestamp deadline);
lending::ContractCall revoke(const Address& guard, const lending::GuardMarket& market);
lending::ContractCall revoke_all(const Address& guard);
Call policy_of(const Address& guard, const Address& account, const lending::GuardMarket& market);
Call spent_of(const Address& guard, const Address& account, const lending::GuardMarket& market);
/// The next nonce of set_policy_by_signature; answered with one word.
Call nonce_of(const Address& guard, const Address& account);
/// Where the guard's swaps come from; answered with one address.
Call swapper(const Address& guard);
/// Whether the account lets the guard act in the market, where the market itself keeps that: Morpho's isAuthorized,
/// answered with one word. nullopt where allowances of tokens say it.
std::optional<Call> authorised(const lending::GuardMarket& market, const Address& account, const Address& guard);
/// Answers to policy_of and spent_of; Errc::Decode or Errc::Reverted when the contract there is no guard.
Result<Standing> standing(const CallResult& policy, const CallResult& spent);

}  // namespace plimsoll::guard
