// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "bot/cli/exit_code.hpp"
#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

/// What the command line asked for, and the functions that do it. Data goes to standard output, talk to standard error.
namespace plimsoll::bot::cli {

enum class ColorMode : std::uint8_t { Auto, Always, Never };

struct Globals {
    std::string config;  // path; empty: ./plimsoll.toml if there is one, else /etc/plimsoll/plimsoll.toml
    ColorMode color = ColorMode::Auto;
    int verbose = 0;     // -v debug, -vv trace: over the file's log_level
    bool quiet = false;  // errors only

    bool operator==(const Globals&) const = default;
};

struct RunCommand {
    bool dry_run = false;  // wins over the file
    bool once = false;     // one full pass, then end
};
struct CheckCommand {
    bool online = false;
    bool json = false;
};
struct ConfigShowCommand {
    bool json = false;
    bool plain = false;  // without origins
};
struct ConfigSchemaCommand {};
struct PositionsCommand {
    bool json = false;
    std::optional<BlockNumber> block;
    std::optional<Address> address;  // any account; without it the configured ones
    std::string rpc;                 // a node without a configuration; then address and market are there
    std::string market;              // name of a known or configured market, or with rpc a PoolAddressesProvider
};
struct PlanCommand {
    std::string name;
    bool json = false;
};
struct WhyCommand {
    std::string name;
    bool json = false;
};
struct HistoryCommand {
    std::string name;  // of a position; empty: all
    bool json = false;
    std::uint32_t limit = 50;
};
struct ReplayCommand {
    std::string recording;
    bool verify = false;
};

/// Where a passphrase or a key comes from; without either the terminal is asked.
struct SecretSource {
    std::string file;
    std::optional<int> fd;
};
struct KeysNewCommand {
    std::string out;
    SecretSource passphrase;
};
struct KeysImportCommand {
    std::string out;
    SecretSource passphrase;
    SecretSource key;
};
struct KeysAddressCommand {
    std::string keystore;
    bool verify = false;  // decrypt and compare, instead of believing the file
    SecretSource passphrase;
};

/// Who sends what sets the guard up, or that nobody does.
struct GuardSending {
    std::string keystore;     // of the account whose transactions these are
    SecretSource passphrase;  // of that keystore
    bool print = false;       // --unsigned: print the transactions instead
    bool safe = false;        // --safe: print them as a batch for a Safe
    bool yes = false;         // do not ask
    bool json = false;
};
struct GuardAddressCommand {
    bool json = false;
};
struct GuardDeployCommand {
    std::string chain;
    std::string wallet;  // whose signer pays, without a keystore
    GuardSending sending;
};
struct GuardPolicyCommand {
    std::string name;                 // of a position
    bool by_signature = false;        // the account signs, the guardian sends
    std::optional<Address> guardian;  // instead of the signer's address
    std::uint32_t days = 90;
    std::optional<Wad> floor;
    std::optional<Wad> ceiling;
    std::optional<std::uint32_t> loss_bps;
    std::optional<U256> value_per_day;
    bool value_in_units = false;
    GuardSending sending;
};
struct GuardRevokeCommand {
    std::string name;
    bool all = false;          // every policy of the account
    bool with_access = false;  // allowances, authorisation and module too
    GuardSending sending;
};
struct GuardStatusCommand {
    std::string name;  // empty: all positions with a guard
    bool json = false;
};
struct VersionCommand {
    bool json = false;
};

using Command = std::variant<RunCommand, CheckCommand, ConfigShowCommand, ConfigSchemaCommand, PositionsCommand,
                             PlanCommand, WhyCommand, HistoryCommand, ReplayCommand, KeysNewCommand, KeysImportCommand,
                             KeysAddressCommand, GuardAddressCommand, GuardDeployCommand, GuardPolicyCommand,
                             GuardRevokeCommand, GuardStatusCommand, VersionCommand>;

ExitCode run(const Globals&, const RunCommand&);
ExitCode check(const Globals&, const CheckCommand&);
ExitCode config_show(const Globals&, const ConfigShowCommand&);
ExitCode config_schema(const Globals&, const ConfigSchemaCommand&);
ExitCode positions(const Globals&, const PositionsCommand&);
ExitCode plan(const Globals&, const PlanCommand&);
ExitCode why(const Globals&, const WhyCommand&);
ExitCode history(const Globals&, const HistoryCommand&);
ExitCode replay(const Globals&, const ReplayCommand&);
ExitCode keys_new(const Globals&, const KeysNewCommand&);
ExitCode keys_import(const Globals&, const KeysImportCommand&);
ExitCode keys_address(const Globals&, const KeysAddressCommand&);
ExitCode guard_address(const Globals&, const GuardAddressCommand&);
ExitCode guard_deploy(const Globals&, const GuardDeployCommand&);
ExitCode guard_policy(const Globals&, const GuardPolicyCommand&);
ExitCode guard_revoke(const Globals&, const GuardRevokeCommand&);
ExitCode guard_status(const Globals&, const GuardStatusCommand&);
ExitCode version(const Globals&, const VersionCommand&);

/// Calls the function of the command.
ExitCode dispatch(const Globals& globals, const Command& command);

}  // namespace plimsoll::bot::cli
