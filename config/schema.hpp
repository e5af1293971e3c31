// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/settings.hpp"
#include "config/units.hpp"

/// Every setting, declared once. Reading, printing and the reference in the manual all come from these tables; defaults
/// are those of the structs in settings.hpp.
namespace plimsoll::config {

enum class Kind : std::uint8_t {
    Amount,  // a string with a unit, see Rule::unit
    Count,   // a bare integer
    Bool,
    Name,     // refers to a section or is a name of its own: letters, digits, - and _
    Text,     // one line, taken as it is
    Texts,    // a list of them, none twice
    Path,     // of a file or folder; relative to the folder of the configuration
    Choice,   // one of Rule::choices
    Choices,  // a list of them, none twice
    Listen,   // "127.0.0.1:1876", "[::1]:1876"
    Nodes,    // ws://, wss://, http://, https://, each by itself or in a table with its roles and budget
    Url,      // http://, https://: of a service
    Address,  // EIP-55
    Addresses,
    Hash,    // 32 bytes: 0x and 64 hex digits
    Prices,  // { "0x..." = "1500 USD" }: assets and a price of each
    Secret,  // { file = ... }, { credential = ... } or { fd = N }
};

/// A value between the file and a struct: exact, unit gone (see Unit for scales).
using Value = std::variant<std::monostate, bool, U256, std::string, Address, SecretRef, std::vector<std::string>,
                           std::vector<Address>, std::vector<std::pair<Address, U256>>, std::vector<RpcNode>>;

enum class Need : std::uint8_t { Required, Default, Optional };

struct Rule {
    std::string_view key;
    Kind kind = Kind::Name;
    Unit unit = Unit::Factor;  // of Amount
    Need need = Need::Default;
    U256 least{};                // of Amount and Count
    U256 most = U256::max();     // of Amount and Count; of lists: how many
    std::string_view choices{};  // "text|json"
    std::string_view example{};  // as in the file, quotes included
    std::string_view text{};     // for the manual: one or two sentences
    bool restart = false;        // a reload does not take it over
};

template <class Owner>
struct Setting {
    Rule rule;
    void (*set)(Owner&, const Value&);
    Value (*get)(const Owner&);
};

template <class Owner>
std::span<const Setting<Owner>> settings_of();

template <>
std::span<const Setting<Settings>> settings_of<Settings>();
template <>
std::span<const Setting<Daemon>> settings_of<Daemon>();
template <>
std::span<const Setting<Heartbeat>> settings_of<Heartbeat>();
template <>
std::span<const Setting<Console>> settings_of<Console>();
template <>
std::span<const Setting<Chain>> settings_of<Chain>();
template <>
std::span<const Setting<RpcNode>> settings_of<RpcNode>();
template <>
std::span<const Setting<Market>> settings_of<Market>();
template <>
std::span<const Setting<Lender>> settings_of<Lender>();
template <>
std::span<const Setting<Pool>> settings_of<Pool>();
template <>
std::span<const Setting<Router>> settings_of<Router>();
template <>
std::span<const Setting<Feed>> settings_of<Feed>();
template <>
std::span<const Setting<Aggregator>> settings_of<Aggregator>();
template <>
std::span<const Setting<Relay>> settings_of<Relay>();
template <>
std::span<const Setting<AlertChannel>> settings_of<AlertChannel>();
template <>
std::span<const Setting<Wallet>> settings_of<Wallet>();
template <>
std::span<const Setting<Signer>> settings_of<Signer>();
template <>
std::span<const Setting<Position>> settings_of<Position>();
template <>
std::span<const Setting<Limits>> settings_of<Limits>();

/// How many of each section a file may hold.
inline constexpr std::size_t kChainsMost = 32;
inline constexpr std::size_t kMarketsMost = 256;
inline constexpr std::size_t kLendersMost = 64;
inline constexpr std::size_t kPoolsMost = 256;
inline constexpr std::size_t kRoutersMost = 64;
inline constexpr std::size_t kFeedsMost = 256;
inline constexpr std::size_t kAggregatorsMost = 16;
inline constexpr std::size_t kRelaysMost = 16;
inline constexpr std::size_t kAlertsMost = 16;
inline constexpr std::size_t kWalletsMost = 10'000;
inline constexpr std::size_t kPositionsMost = 10'000;
inline constexpr std::size_t kFileBytesMost = 1U << 20U;

std::vector<std::string> choices_of(const Rule& rule);

}  // namespace plimsoll::config
