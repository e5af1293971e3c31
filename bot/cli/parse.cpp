// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>

#include "bot/cli/help_text.hpp"
#include "config/diagnostic.hpp"
#include "config/units.hpp"

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
        app_.add_option("-c,--config", globals_.config, "Configuration file")->type_name("FILE");
        const std::map<std::string, ColorMode> modes = {
            {"auto", ColorMode::Auto}, {"always", ColorMode::Always}, {"never", ColorMode::Never}};
        app_.add_option("--color", globals_.color, "auto, always or never")
            ->transform(CLI::CheckedTransformer(modes).description(""))
            ->type_name("WHEN");
        app_.add_flag("-v,--verbose", globals_.verbose, "More talk; -vv for all of it");
        app_.add_flag("-q,--quiet", globals_.quiet, "Errors only");
        add_daemon();
        add_config();
        add_views();
        add_keys();
        add_guard();
    }

    std::variant<Invocation, Exit> parse(std::vector<std::string> arguments) {
        try {
            std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes a vector
            app_.parse(reversed);
            return finish();
        } catch (const CLI::CallForHelp&) {
            return Exit{ExitCode::Done, app_.help()};  // of the innermost command
        } catch (const CLI::ParseError& error) {
            return explain(error, arguments);
        }
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

    void add_daemon() {
        auto* run = command(app_, "run", RunCommand());
        run->add_flag("--dry-run", run_.dry_run, "Send nothing, whatever the file says, and open no key");
        run->add_flag("--once", run_.once, "One full pass over every chain, then end");
        auto* check = command(app_, "check", CheckCommand());
        check->add_flag("--online", check_.online, "Ask the nodes too");
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
    }

    void add_views() {
        auto* positions = command(app_, "positions", PositionsCommand());
        positions->add_flag("--json", positions_.json, "Print a JSON array");
        positions->add_option("--block", block_, "At this block instead of the newest")->type_name("N");
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
        history->add_option("--limit", history_.limit, "At most this many, the newest")
            ->type_name("N")
            ->check(CLI::Range(1U, 100'000U).description(""))
            ->capture_default_str();
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
        policy->add_option("--guardian", guardian_, "Instead of the signer's address")->type_name("A");
        policy->add_option("--days", guard_policy_.days, "Until the policy ends")
            ->type_name("N")
            ->check(CLI::Range(1U, 3'650U).description(""))
            ->capture_default_str();
        policy->add_option("--floor", floor_, "Least health factor after a plan; 1 without it")->type_name("F");
        policy->add_option("--ceiling", ceiling_, "Highest; a twentieth above the target without it")->type_name("F");
        policy->add_option("--max-loss", loss_, "Of the value moved; max_slippage and 0.1% without it")
            ->type_name("P%");
        policy->add_option("--value-per-day", value_, "\"100000 USD\", or a number of the market's smallest units")
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

    static void add_sending(CLI::App& app, GuardSending& sending) {
        app.add_option("--keystore", sending.keystore, "Key of the account that sends or signs")->type_name("FILE");
        add_secret(app, "passphrase", sending.passphrase);
        app.add_flag("--unsigned", sending.print, "Print the transactions as JSON; send nothing");
        app.add_flag("--safe", sending.safe, "Print them for the Transaction Builder of a Safe; send nothing");
        app.add_flag("-y,--yes", sending.yes, "Do not ask");
        app.add_flag("--json", sending.json, "Print JSON");
    }

    static void add_secret(CLI::App& app, const std::string& name, SecretSource& source) {
        auto* file =
            app.add_option(fmt::format("--{}-file", name), source.file, fmt::format("File of the {}, mode 0600", name))
                ->type_name("FILE");
        app.add_option(fmt::format("--{}-fd", name), source.fd,
                       fmt::format("Open descriptor to read the {} from", name))
            ->type_name("N")
            ->check(CLI::Range(0, 1'023).description(""))
            ->excludes(file);
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

    /// A word that nobody knows, and the nearest one that is known there.
    struct Unknown {
        std::string word;
        std::string close;
    };
    Unknown unknown_word(const std::vector<std::string>& arguments) const {
        std::vector<std::string> known;
        for (const auto* app : {&chosen(), &app_}) {
            for (const auto* option : app->get_options()) {
                for (const auto& name : option->get_lnames()) known.push_back("--" + name);
            }
        }
        for (const auto* sub : chosen().get_subcommands([](const CLI::App*) { return true; }))
            known.push_back(sub->get_name());
        for (const auto& argument : arguments) {
            const std::string word = argument.substr(0, argument.find('='));
            const bool named = path_of(chosen()).find(word) != std::string::npos;
            if (std::find(known.begin(), known.end(), word) != known.end() || named) continue;
            const std::string close = config::nearest(word, known);
            if (!close.empty() && close.starts_with("--") == word.starts_with("--")) return {word, close};
        }
        return {};
    }

    /// A misspelt word leaves a command without its subcommand, or words that nobody takes.
    Exit explain(const CLI::ParseError& error, const std::vector<std::string>& arguments) const {
        const int kind = error.get_exit_code();
        const bool missing = kind == static_cast<int>(CLI::ExitCodes::RequiredError);
        const bool extra = kind == static_cast<int>(CLI::ExitCodes::ExtrasError);
        if (missing || extra) {
            const auto [word, close] = unknown_word(arguments);
            if (!close.empty()) return usage(fmt::format("`{}` is not known here", word), close);
        }
        const bool command = missing && std::string_view(error.what()).find("subcommand") != std::string_view::npos;
        return usage(command ? "a command is missing" : error.what(), "");
    }

    std::variant<Invocation, Exit> finish() {
        if (auto wrong = fill_positions()) return *std::move(wrong);
        if (auto wrong = fill_policy()) return *std::move(wrong);
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

    std::optional<Exit> amount(const std::string& option, config::Unit unit, const std::string& text,
                               std::optional<U256>& out) const {
        if (text.empty()) return std::nullopt;
        const auto value = config::parse_amount(unit, text);
        if (!value) return usage(fmt::format("{}: {}, as in {}", option, value.error().why, value.error().mend), "");
        out = *value;
        return std::nullopt;
    }

    std::optional<Exit> fill_policy() {
        std::optional<U256> floor;
        std::optional<U256> ceiling;
        std::optional<U256> loss;
        if (auto wrong = amount("--floor", config::Unit::Factor, floor_, floor)) return wrong;
        if (auto wrong = amount("--ceiling", config::Unit::Factor, ceiling_, ceiling)) return wrong;
        if (auto wrong = amount("--max-loss", config::Unit::Percent, loss_, loss)) return wrong;
        if (loss && *loss > U256{10'000}) return usage("--max-loss: at most 100%", "");
        if (floor) guard_policy_.floor = Wad{*floor};
        if (ceiling) guard_policy_.ceiling = Wad{*ceiling};
        if (loss) guard_policy_.loss_bps = static_cast<std::uint32_t>(loss->low_u64());
        const bool digits = !value_.empty() && value_.find_first_not_of("0123456789") == std::string::npos;
        if (digits && value_.size() > 38) return usage("--value-per-day: at most 38 digits", "");
        // The smallest units of the market: as many wei as there are digits.
        const auto unit = digits ? config::Unit::Fee : config::Unit::Usd;
        const std::string text = digits ? value_ + " wei" : value_;
        guard_policy_.value_in_units = !digits && !value_.empty();
        if (auto wrong = amount("--value-per-day", unit, text, guard_policy_.value_per_day)) return wrong;
        if (!guardian_.empty()) {
            const auto address = parse_address(guardian_);
            if (!address) return usage("--guardian: " + address.error().message, "");
            guard_policy_.guardian = *address;
        }
        return std::nullopt;
    }

    Command filled(const RunCommand&) const { return run_; }
    Command filled(const CheckCommand&) const { return check_; }
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
    Command filled(const VersionCommand&) const { return version_; }

    CLI::App app_;
    std::vector<std::pair<CLI::App*, Command>> commands_;
    std::vector<std::string> paths_;
    Globals globals_;
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
    std::string guardian_;
    std::string floor_;
    std::string ceiling_;
    std::string loss_;
    std::string value_;
    GuardRevokeCommand guard_revoke_;
    GuardStatusCommand guard_status_;
    VersionCommand version_;
};

}  // namespace

std::variant<Invocation, Exit> parse(std::vector<std::string> arguments) {
    Parser parser;
    return parser.parse(std::move(arguments));
}

}  // namespace plimsoll::bot::cli
