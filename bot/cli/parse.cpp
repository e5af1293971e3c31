// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>

#include "bot/cli/command_spec.hpp"
#include "bot/cli/help_text.hpp"
#include "bot/cli/options.hpp"
#include "bot/cli/policy_words.hpp"
#include "bot/version.hpp"
#include "config/diagnostic.hpp"

namespace plimsoll::bot::cli {

namespace {

/// The tree of commands. Options write into `command` members; the chosen subcommand says which one counts.
class Parser {
  public:
    Parser() : app_(std::string(help_of("").text), "plimsoll") {
        app_.footer(root_footer());
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.set_help_flag("-h,--help", "Print this and end");
        app_.set_version_flag("--version", fmt::format("plimsoll {} ({})", kVersion, kCommit), "Print it and end");
        app_.add_option("-c,--config", globals_.config, "Configuration file")->type_name("FILE");
        const std::map<std::string, ColorMode> modes = {
            {"auto", ColorMode::Auto}, {"always", ColorMode::Always}, {"never", ColorMode::Never}};
        app_.add_option("--color", globals_.color, "auto, always or never")
            ->transform(CLI::CheckedTransformer(modes).description(""))
            ->type_name("WHEN");
        app_.add_flag("-v,--verbose", globals_.verbose, "More talk; -vv for all of it");
        app_.add_flag("-q,--quiet", globals_.quiet, "Errors only");
        add_init();
        add_daemon();
        add_config();
        add_views();
        add_keys();
        add_guard();
        add_alert();
    }

    std::variant<Invocation, Exit> parse(std::vector<std::string> arguments) {
        try {
            std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes a vector
            app_.parse(reversed);
            return finish();
        } catch (const CLI::CallForHelp&) {
            return Exit{ExitCode::Done, app_.help()};  // of the innermost command
        } catch (const CLI::CallForVersion&) {
            return Exit{ExitCode::Done, app_.version() + "\n"};
        } catch (const CLI::ParseError& error) {
            return explain(error, arguments);
        }
    }

    std::vector<CommandSpec> specs() const {
        std::vector<CommandSpec> out{spec_of(app_, "")};
        for (std::size_t i = 0; i < commands_.size(); ++i) out.push_back(spec_of(*commands_[i].first, paths_[i]));
        return out;
    }

  private:
    CLI::App* command(CLI::App& parent, const std::string& path, Command value) {
        const auto blank = path.rfind(' ');
        CLI::App* sub = parent.add_subcommand(path.substr(blank == std::string::npos ? 0 : blank + 1),
                                              std::string(help_of(path).text));
        sub->footer(footer(path));
        sub->fallthrough();
        sub->set_help_flag("-h,--help", "Print this and end");
        commands_.emplace_back(sub, std::move(value));
        paths_.emplace_back(path);
        return sub;
    }

    void add_init() {
        auto* init = command(app_, "init", InitCommand());
        const auto text = [&](const char* name, std::string& to, const char* type, const char* help) {
            init->add_option(name, to, help)->type_name(type);
        };
        const auto list = [&](const char* name, std::vector<std::string>& to, const char* type, const char* help) {
            init->add_option(name, to, help)->type_name(type)->allow_extra_args(false);
        };
        list("--rpc", init_.rpc, "URL",
             "Node; for each chain one of ws:// or wss:// is found or named; may be repeated");
        text("--rpc-secret-file", init_.rpc_secret_file, "FILE", "File (mode 0600) of what {secret} in it stands for");
        list("--address", init_.address, "A", "Wallet; may be repeated");
        list("--market", init_.market, "M", "Besides the known: a PoolAddressesProvider, an id of Morpho Blue");
        text("--morpho", init_.morpho, "A", "Where Morpho Blue is, if not at its usual address");
        init->add_option("--from-block", init_.from_block, "Read Morpho's history from here on")->type_name("N");
        text("--out", init_.out, "FILE", "File to write; never overwritten");
        text("--data-dir", init_.data_dir, "FOLDER", "Folder of the journal");
        text("--trigger", init_.trigger, "F", "Instead of what is proposed, for every position");
        text("--target", init_.target, "F", "Likewise");
        text("--keystore", init_.keystore, "FILE", "Keystore of the signer, to be named in the file");
        text("--passphrase-file", init_.passphrase_file, "FILE", "Its passphrase's file, to be named too");
        text("--console-token-file", init_.console_token_file, "FILE",
             "Token of the console, with which it may act too; made if it is not there");
        init->add_flag("--no-input", init_.no_input, "Ask nothing, although there is a terminal");
        init->add_flag("--json", init_.json, "Print what was found and proposed as JSON");
    }

    void add_daemon() {
        auto* run = command(app_, "run", RunCommand());
        run->add_flag("--dry-run", run_.dry_run, "Send nothing, whatever the file says, and open no key");
        run->add_flag("--adopt", run_.adopt,
                      "The keys' past is right though the journal does not know it: act at once, in this journal");
        run->add_flag("--once", run_.once, "One full pass over every chain, then end");
        auto* check = command(app_, "check", CheckCommand());
        auto* alone =
            check->add_flag("--file-only", check_.file_only, "The configuration alone; open no key or secret");
        check->add_flag("--online", check_.online, "Ask the nodes too")->excludes(alone);
        check
            ->add_flag("--explain", check_.explain,
                       "Say what would happen at -5 %, -10 % and -20 %, and whether the rules fit; asks the nodes too")
            ->excludes(alone);
        check->add_flag("--json", check_.json, "Print JSON");
        auto* replay = command(app_, "replay", ReplayCommand());
        replay->add_option("RECORDING", replay_.recording, "File written by the daemon")->required();
        replay->add_flag("--verify", replay_.verify, "Compare with the recorded commands; exit code 9 on a difference");
        command(app_, "version", VersionCommand())->add_flag("--json", version_.json, "Print JSON");
    }

    void add_config() {
        auto* config = command(app_, "config", ConfigShowCommand());
        config->require_subcommand(1);
        auto* show = command(*config, "config show", ConfigShowCommand());
        show->add_flag("--json", config_show_.json, "Print JSON");
        show->add_flag("--plain", config_show_.plain, "Without the origin of each value");
        command(*config, "config schema", ConfigSchemaCommand());
        command(app_, "manual", ManualCommand());
        command(app_, "completion", CompletionCommand())
            ->add_option("SHELL", completion_.shell, "bash, zsh or fish")
            ->required()
            ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
    }

    void add_views() {
        auto* positions = command(app_, "positions", PositionsCommand());
        positions->add_flag("--json", positions_.json, "Print a JSON array");
        auto* watch = positions->add_flag("--watch", positions_.watch, "Again at every block, in place on a terminal");
        count_option(*positions, "--every", positions_.every_seconds, 3'600, "Seconds between looks for a new block")
            ->needs(watch);
        positions->add_option("--block", block_, "At this block instead of the newest")
            ->type_name("N")
            ->excludes(watch);
        positions->add_option("--address", address_, "Any account instead of the configured ones")->type_name("A");
        positions->add_option("--rpc", positions_.rpc, "A node, without a configuration; needs --address and --market")
            ->type_name("URL");
        positions
            ->add_option("--market", positions_.market,
                         "Known or configured market; with --rpc also a PoolAddressesProvider")
            ->type_name("M");
        auto* plan = command(app_, "plan", PlanCommand());
        plan->add_option("NAME", plan_.name, "Position")->required();
        plan->add_flag("--json", plan_.json, "Print JSON");
        auto* why = command(app_, "why", WhyCommand());
        why->add_option("NAME", why_.name, "Position")->required();
        why->add_flag("--json", why_.json, "Print JSON");
        auto* history = command(app_, "history", HistoryCommand());
        history->add_option("NAME", history_.name, "Position; all without it");
        history->add_flag("--json", history_.json, "Print JSON");
        count_option(*history, "--limit", history_.limit, 100'000, "At most this many, the newest");
    }

    void add_keys() {
        auto* keys = command(app_, "keys", KeysNewCommand());
        keys->require_subcommand(1);
        auto* fresh = command(*keys, "keys new", KeysNewCommand());
        fresh->add_option("--out", keys_new_.out, "Keystore to write; never overwritten")
            ->required()
            ->type_name("FILE");
        add_secret(*fresh, "passphrase", keys_new_.passphrase);
        auto* import = command(*keys, "keys import", KeysImportCommand());
        import->add_option("--out", keys_import_.out, "Keystore to write; never overwritten")
            ->required()
            ->type_name("FILE");
        add_secret(*import, "passphrase", keys_import_.passphrase);
        add_secret(*import, "key", keys_import_.key);
        auto* address = command(*keys, "keys address", KeysAddressCommand());
        address->add_option("KEYSTORE", keys_address_.keystore, "Keystore file")->required();
        address->add_flag("--verify", keys_address_.verify, "Decrypt it and compare, instead of believing the file");
        add_secret(*address, "passphrase", keys_address_.passphrase);
    }

    void add_guard() {
        auto* guard = command(app_, "guard", GuardStatusCommand());
        guard->require_subcommand(1);
        command(*guard, "guard address", GuardAddressCommand())->add_flag("--json", guard_address_.json, "Print JSON");
        auto* deploy = command(*guard, "guard deploy", GuardDeployCommand());
        deploy->add_option("CHAIN", guard_deploy_.chain, "Name of a configured chain")->required();
        deploy->add_option("--wallet", guard_deploy_.wallet, "Wallet whose signer pays, instead of --keystore")
            ->type_name("NAME");
        add_sending(*deploy, guard_deploy_.sending);
        auto* policy = command(*guard, "guard policy", GuardPolicyCommand());
        policy->add_option("NAME", guard_policy_.name, "Position")->required();
        policy->add_flag("--by-signature", guard_policy_.by_signature,
                         "The account only signs; the guardian sends and pays");
        policy->add_option("--guardian", policy_words_.guardian, "Instead of the signer's address")->type_name("A");
        count_option(*policy, "--days", guard_policy_.days, 3'650, "Until the policy ends");
        policy->add_option("--floor", policy_words_.floor, "Least health factor after a plan; 1 without it")
            ->type_name("F");
        policy->add_option("--ceiling", policy_words_.ceiling, "Highest; a twentieth above the target without it")
            ->type_name("F");
        policy->add_option("--max-loss", policy_words_.loss, "Of the value moved; max_slippage and 0.1% without it")
            ->type_name("P%");
        policy
            ->add_option("--value-per-day", policy_words_.value,
                         "\"100000 USD\", or a number of the market's smallest units")
            ->type_name("V");
        add_sending(*policy, guard_policy_.sending);
        auto* revoke = command(*guard, "guard revoke", GuardRevokeCommand());
        revoke->add_option("NAME", guard_revoke_.name, "Position")->required();
        revoke->add_flag("--all", guard_revoke_.all, "Every policy of its account");
        revoke->add_flag("--with-access", guard_revoke_.with_access, "Take back allowances and authorisations too");
        add_sending(*revoke, guard_revoke_.sending);
        auto* status = command(*guard, "guard status", GuardStatusCommand());
        status->add_option("NAME", guard_status_.name, "Position; all without it");
        status->add_flag("--json", guard_status_.json, "Print JSON");
    }

    void add_alert() {
        auto* alert = command(app_, "alert", AlertTestCommand());
        alert->require_subcommand(1);
        auto* test = command(*alert, "alert test", AlertTestCommand());
        test->add_option("NAME", alert_test_.name, "Channel; all without it");
        test->add_flag("--json", alert_test_.json, "Print JSON");
        command(*alert, "alert list", AlertListCommand())->add_flag("--json", alert_list_.json, "Print JSON");
        auto* ack = command(*alert, "alert ack", AlertAckCommand());
        auto* which = ack->add_option("ID", alert_ack_.which, "As `alert list` prints it, or a key");
        ack->add_flag("--all", alert_ack_.all, "Everything that is open")->excludes(which);
        auto* pause = command(app_, "pause", PauseCommand());
        pause->add_option("WALLET", pause_.wallet, "Name of a configured wallet")->required();
        pause->add_option("--for", pause_for_, "For so long, \"2h\"; until it is resumed without it")
            ->type_name("SPAN");
        command(app_, "resume", ResumeCommand())
            ->add_option("WALLET", resume_.wallet, "Name of a configured wallet")
            ->required();
        auto* dry_run = command(app_, "dry-run", DryRunCommand());
        dry_run->add_option("WALLET", dry_run_.wallet, "Name of a configured wallet")->required();
        dry_run->add_flag("--off", dry_run_.off, "Back to what the configuration says");
    }

    /// The innermost command that was named.
    const CLI::App& chosen() const {
        const CLI::App* at = &app_;
        while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
        return *at;
    }
    std::string path_of(const CLI::App& app) const {
        for (std::size_t i = 0; i < commands_.size(); ++i) {
            if (commands_[i].first == &app) return paths_[i];
        }
        return "";
    }

    Exit usage(const std::string& what, const std::string& hint) const {
        const std::string path = path_of(chosen());
        std::string text = fmt::format("error: {}\n", what);
        if (!hint.empty()) text += fmt::format("      | did you mean `{}`?\n", hint);
        text += fmt::format("help: plimsoll{}{} --help\n", path.empty() ? "" : " ", path);
        return Exit{ExitCode::Usage, std::move(text)};
    }

    /// A misspelt word leaves a command without its subcommand, or words that nobody takes.
    Exit explain(const CLI::ParseError& error, const std::vector<std::string>& arguments) const {
        const int kind = error.get_exit_code();
        const bool missing = kind == static_cast<int>(CLI::ExitCodes::RequiredError);
        const bool extra = kind == static_cast<int>(CLI::ExitCodes::ExtrasError);
        if (missing || extra) {
            const auto [word, close] = unknown_word(app_, chosen(), path_of(chosen()), arguments);
            if (!close.empty()) return usage(fmt::format("`{}` is not known here", word), close);
        }
        const bool command = missing && std::string_view(error.what()).find("subcommand") != std::string_view::npos;
        return usage(command ? "a command is missing" : error.what(), "");
    }

    std::variant<Invocation, Exit> finish() {
        if (auto wrong = fill_positions()) return *std::move(wrong);
        if (const auto wrong = fill(guard_policy_, policy_words_)) return usage(*wrong, "");
        if (const auto wrong = fill_span(pause_for_, pause_.seconds)) return usage("--for: " + *wrong, "");
        const CLI::App& app = chosen();
        for (auto& [sub, value] : commands_) {
            if (sub == &app)
                return Invocation{globals_, std::visit([&](const auto& kind) { return filled(kind); }, value)};
        }
        return usage("a command is missing", "");
    }

    std::optional<Exit> fill_positions() {
        if (!address_.empty()) {
            const auto address = parse_address(address_);
            if (!address) return usage("--address: " + address.error().message, "");
            positions_.address = *address;
        }
        if (!block_.empty()) {
            BlockNumber number = 0;
            const auto [end, error] = std::from_chars(block_.data(), block_.data() + block_.size(), number);
            if (error != std::errc() || end != block_.data() + block_.size())
                return usage("--block: a number is wanted, not " + block_, "");
            positions_.block = number;
        }
        if (!positions_.rpc.empty() && (address_.empty() || positions_.market.empty()))
            return usage("--rpc needs --address and --market", "");
        return std::nullopt;
    }

    Command filled(const RunCommand&) const { return run_; }
    Command filled(const CheckCommand&) const { return check_; }
    Command filled(const InitCommand&) const { return init_; }
    Command filled(const ConfigShowCommand&) const { return config_show_; }
    Command filled(const ConfigSchemaCommand& value) const { return value; }
    Command filled(const PositionsCommand&) const { return positions_; }
    Command filled(const PlanCommand&) const { return plan_; }
    Command filled(const WhyCommand&) const { return why_; }
    Command filled(const HistoryCommand&) const { return history_; }
    Command filled(const ReplayCommand&) const { return replay_; }
    Command filled(const KeysNewCommand&) const { return keys_new_; }
    Command filled(const KeysImportCommand&) const { return keys_import_; }
    Command filled(const KeysAddressCommand&) const { return keys_address_; }
    Command filled(const GuardAddressCommand&) const { return guard_address_; }
    Command filled(const GuardDeployCommand&) const { return guard_deploy_; }
    Command filled(const GuardPolicyCommand&) const { return guard_policy_; }
    Command filled(const GuardRevokeCommand&) const { return guard_revoke_; }
    Command filled(const GuardStatusCommand&) const { return guard_status_; }
    Command filled(const AlertTestCommand&) const { return alert_test_; }
    Command filled(const AlertListCommand&) const { return alert_list_; }
    Command filled(const AlertAckCommand&) const { return alert_ack_; }
    Command filled(const PauseCommand&) const { return pause_; }
    Command filled(const DryRunCommand&) const { return dry_run_; }
    Command filled(const ResumeCommand&) const { return resume_; }
    Command filled(const VersionCommand&) const { return version_; }
    Command filled(const ManualCommand& value) const { return value; }
    Command filled(const CompletionCommand&) const { return completion_; }

    CLI::App app_;
    std::vector<std::pair<CLI::App*, Command>> commands_;
    std::vector<std::string> paths_;
    Globals globals_;
    InitCommand init_;
    RunCommand run_;
    CheckCommand check_;
    ConfigShowCommand config_show_;
    PositionsCommand positions_;
    std::string address_;
    std::string block_;
    PlanCommand plan_;
    WhyCommand why_;
    HistoryCommand history_;
    ReplayCommand replay_;
    KeysNewCommand keys_new_;
    KeysImportCommand keys_import_;
    KeysAddressCommand keys_address_;
    GuardAddressCommand guard_address_;
    GuardDeployCommand guard_deploy_;
    GuardPolicyCommand guard_policy_;
    PolicyWords policy_words_;
    GuardRevokeCommand guard_revoke_;
    GuardStatusCommand guard_status_;
    AlertTestCommand alert_test_;
    AlertListCommand alert_list_;
    AlertAckCommand alert_ack_;
    PauseCommand pause_;
    std::string pause_for_;
    ResumeCommand resume_;
    DryRunCommand dry_run_;
    VersionCommand version_;
    CompletionCommand completion_;
};

}  // namespace

std::vector<CommandSpec> command_specs() {
    return Parser().specs();
}

std::variant<Invocation, Exit> parse(std::vector<std::string> arguments) {
    Parser parser;
    return parser.parse(std::move(arguments));
}

}  // namespace plimsoll::bot::cli
