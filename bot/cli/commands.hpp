// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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
    bool adopt = false;
    bool once = false;  // one full pass, then end
};
struct CheckCommand {
    bool file_only = false;  // opens no key, secret or folder
    bool online = false;
    bool explain = false;  // what will happen, and whether the rules fit; online too
    bool json = false;
};
struct InitCommand {
    std::vector<std::string> rpc;           // nodes, of one chain or of several
    std::string rpc_secret_file;            // stands in for {secret} in them
    std::vector<std::string> address;       // wallets
    std::vector<std::string> market;        // besides the known ones: a PoolAddressesProvider, an id of Morpho Blue
    std::string morpho;                     // where Morpho Blue is, if not at its usual address
    std::optional<BlockNumber> from_block;  // of Morpho's history
    std::string out;                        // the file; else --config; else ./plimsoll.toml
    std::string data_dir;
    std::string trigger;  // for every position
    std::string target;
    std::string keystore;
    std::string passphrase_file;
    std::string console_token_file;  // of the page: made if it is not there
    bool no_input = false;           // ask nothing though there is a terminal
    bool json = false;
};
struct ConfigShowCommand {
    bool json = false;
    bool plain = false;  // without origins
};
struct ConfigSchemaCommand {};
struct PositionsCommand {
    bool json = false;
    bool watch = false;               // again and again, until q or a signal
    std::uint32_t every_seconds = 2;  // between looks for a new block
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
struct AlertTestCommand {
    std::string name;  // of a channel; empty: all
    bool json = false;
};
struct AlertListCommand {
    bool json = false;
};
struct AlertAckCommand {
    std::vector<std::string> which;  // ids or keys
    bool all = false;
};
struct PauseCommand {
    std::string wallet;
    std::optional<std::uint32_t> seconds;  // none: until it is resumed
};
struct ResumeCommand {
    std::string wallet;
};
struct DryRunCommand {
    std::string wallet;
    bool off = false;  // back to what the configuration says
};
struct VersionCommand {
    bool json = false;
};
struct ManualCommand {};
struct CompletionCommand {
    std::string shell;  // bash, zsh, fish
};

using Command =
    std::variant<RunCommand, CheckCommand, InitCommand, ConfigShowCommand, ConfigSchemaCommand, PositionsCommand,
                 PlanCommand, WhyCommand, HistoryCommand, ReplayCommand, KeysNewCommand, KeysImportCommand,
                 KeysAddressCommand, GuardAddressCommand, GuardDeployCommand, GuardPolicyCommand, GuardRevokeCommand,
                 GuardStatusCommand, AlertTestCommand, AlertListCommand, AlertAckCommand, PauseCommand, ResumeCommand,
                 DryRunCommand, VersionCommand, ManualCommand, CompletionCommand>;

ExitCode run(const Globals&, const RunCommand&);
ExitCode check(const Globals&, const CheckCommand&);
ExitCode init(const Globals&, const InitCommand&);
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
ExitCode alert_test(const Globals&, const AlertTestCommand&);
ExitCode alert_list(const Globals&, const AlertListCommand&);
ExitCode alert_ack(const Globals&, const AlertAckCommand&);
ExitCode pause(const Globals&, const PauseCommand&);
ExitCode resume(const Globals&, const ResumeCommand&);
ExitCode dry_run(const Globals&, const DryRunCommand&);
ExitCode version(const Globals&, const VersionCommand&);
ExitCode manual(const Globals&, const ManualCommand&);
ExitCode completion(const Globals&, const CompletionCommand&);

/// Calls the function of the command.
ExitCode dispatch(const Globals& globals, const Command& command);

}  // namespace plimsoll::bot::cli
