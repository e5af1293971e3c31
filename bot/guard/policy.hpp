// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "strategies/guard.hpp"

/// The policy that a configuration asks for, and policies in words.
namespace plimsoll::bot {

/// What the owner says besides the configuration.
struct PolicyTerms {
    std::uint32_t days = 90;
    std::optional<Wad> floor;               // least health factor after a plan
    std::optional<Wad> ceiling;             // highest
    std::optional<std::uint32_t> loss_bps;  // of the value moved
    std::optional<U256> value_per_day;      // in the market's base currency, as IGuard.Policy has it
    bool value_in_units{};                  // ... of 1e8 to one whole unit of it, as USD is written
};

/// What the chain says.
struct PolicyFacts {
    Address guardian;
    lending::Position position;
    Timestamp now{};
};

/// The lists of a policy hold at most this many (PolicyBook.MOST_ENTRIES).
inline constexpr std::size_t kPolicyEntriesMost = 16;
/// The most that a policy may let a plan lose (PolicyBook.MOST_LOSS).
inline constexpr std::uint32_t kLossBpsMost = 1'000;
/// What a flash loan's premium may take besides max_slippage: Aave's is 5, sometimes 9.
inline constexpr std::uint32_t kPremiumBps = 10;

/// Trigger, cool-down and closing as configured; floor 1 (below it nothing is rescued) and ceiling a twentieth above
/// the target unless said; loss max_slippage and kPremiumBps; assets those of the position and those named in its
/// orders and swaps; venues all routers, lenders and aggregators' targets of the chain. Errc::NotFound when the day's
/// value is neither configured nor said, Errc::Refused when there is nothing to protect or a list is too long; messages
/// end in the mend after "; ".
Result<guard::Policy> make_policy(const config::Settings& settings, const config::Wallet& wallet,
                                  const config::Position& position, const PolicyFacts& facts, const PolicyTerms& terms);

/// Names of assets and venues for people.
class Names {
  public:
    void add(const Address& address, std::string name) { names_.emplace(address, std::move(name)); }
    /// "WETH 0xC02a...", or the address alone.
    std::string of(const Address& address) const;
    std::string of(const std::vector<Address>& addresses) const;

  private:
    std::map<Address, std::string> names_;
};
Names names_of(const config::Settings& settings, const std::vector<lending::AssetPosition>& offered);

/// One statement each, as {"acts below", "health factor 1.25"}. `unit` is one unit of the market's base currency.
std::vector<std::pair<std::string, std::string>> policy_in_words(const guard::Policy& policy, const Names& names,
                                                                 const U256& unit, Timestamp now);

/// Where the policy on chain is not the one wanted: "trigger: 1.2 on chain, 1.25 configured". An expiry that is further
/// away than a day is no difference.
std::vector<std::string> policy_differences(const guard::Policy& on_chain, const guard::Policy& wanted,
                                            const Names& names, Timestamp now);

/// "in 89 days", "in 5 hours", "3 days ago".
std::string distance_in_words(Timestamp at, Timestamp now);
/// "2027-02-19 15:04 UTC".
std::string date_in_words(Timestamp at);

}  // namespace plimsoll::bot
