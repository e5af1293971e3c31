// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>

#include "bot/cli/help_text.hpp"
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
    VersionCommand version_;
};

}  // namespace

std::variant<Invocation, Exit> parse(std::vector<std::string> arguments) {
    Parser parser;
    return parser.parse(std::move(arguments));
}

}  // namespace plimsoll::bot::cli
