// SPDX-License-Identifier: Apache-2.0
// `init`: from nodes and wallets to a configuration.
#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "bot/cli/ask.hpp"
#include "bot/cli/init_nodes.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/progress.hpp"
#include "bot/cli/table.hpp"
#include "bot/init/draft.hpp"
#include "chain/keys/secret.hpp"
#include "chain/keys/secret_file.hpp"
#include "chain/types/text_bytes.hpp"
#include "config/units.hpp"

namespace plimsoll::bot::cli {

namespace {

using init::Draft;
using init::DraftPosition;
namespace fs = std::filesystem;

std::string absolute(const std::string& path) {
    return fs::absolute(path).lexically_normal().string();
}

/// One run of the wizard; steps say what is wrong themselves and give the exit code.
class Wizard {
  public:
    Wizard(const Globals& globals, const InitCommand& command)
        : globals_(globals), command_(command), may_ask_(!command.no_input && can_ask()) {
        path_ = absolute(!command.out.empty()      ? command.out
                         : !globals.config.empty() ? globals.config
                                                   : "plimsoll.toml");
        folder_ = fs::path(path_).parent_path().string();
    }

    ExitCode run() {
        for (const auto step : {&Wizard::see_file, &Wizard::levels, &Wizard::accounts_given, &Wizard::nodes,
                                &Wizard::accounts, &Wizard::find, &Wizard::choose, &Wizard::console, &Wizard::write}) {
            const ExitCode code = (this->*step)();
            if (code != ExitCode::Done) return code;
        }
        report();
        return ExitCode::Done;
    }

  private:
    ExitCode refuse(ExitCode code, const std::string& what, const std::string& help = {}) const {
        say_error(globals_, what, help);
        return code;
    }

    ExitCode see_file() {
        std::error_code error;
        if (fs::exists(fs::symlink_status(path_, error)))
            return refuse(ExitCode::Usage, path_ + " is there already, and is not overwritten",
                          "name another file by --out");
        if (command_.rpc.empty() && !may_ask_)
            return refuse(ExitCode::Usage, "--rpc is missing",
                          "there is no terminal to ask on: --rpc URL --address 0x...");
        if (command_.address.empty() && !may_ask_)
            return refuse(ExitCode::Usage, "--address is missing", "there is no terminal to ask on: --address 0x...");
        if (command_.keystore.empty() != command_.passphrase_file.empty())
            return refuse(ExitCode::Usage, "--keystore and --passphrase-file go together");
        if (!command_.keystore.empty()) draft_.keystore = absolute(command_.keystore);
        if (!command_.passphrase_file.empty()) draft_.passphrase_file = absolute(command_.passphrase_file);
        return ExitCode::Done;
    }

    ExitCode level(const std::string& option, const std::string& text, Wad& out) const {
        if (text.empty()) return ExitCode::Done;
        const auto value = config::parse_amount(config::Unit::Factor, text);
        if (!value) return refuse(ExitCode::Usage, option + ": " + value.error().why, "as in " + value.error().mend);
        if (*value <= kWad) return refuse(ExitCode::Usage, option + ": liquidation begins at 1", "name a higher one");
        out = Wad{*value};
        return ExitCode::Done;
    }
    ExitCode levels() {
        const ExitCode code = level("--trigger", command_.trigger, trigger_);
        return code == ExitCode::Done ? level("--target", command_.target, target_) : code;
    }

    bool take_account(const std::string& text) {
        const auto address = parse_address(text);
        if (!address) {
            refuse(ExitCode::Usage, "--address: " + address.error().message);
            return false;
        }
        const auto same = [&](const init::DraftWallet& wallet) { return wallet.address == *address; };
        if (std::any_of(draft_.wallets.begin(), draft_.wallets.end(), same)) return true;
        const std::size_t n = draft_.wallets.size();
        draft_.wallets.push_back({n == 0 ? "main" : fmt::format("wallet-{}", n + 1), *address});
        return true;
    }
    ExitCode accounts_given() {
        for (const auto& text : command_.address) {
            if (!take_account(text)) return ExitCode::Usage;
        }
        if (!command_.morpho.empty()) {
            const auto morpho = parse_address(command_.morpho);
            if (!morpho) return refuse(ExitCode::Usage, "--morpho: " + morpho.error().message);
            search_.morpho = *morpho;
        }
        for (const auto& market : command_.market) {
            if (!parse_address(market) && !Hash32::parse(market))
                return refuse(ExitCode::Usage, "--market: neither an address nor the id of a market: " + market);
        }
        search_.markets = command_.market;
        search_.from = command_.from_block;
        return ExitCode::Done;
    }

    ExitCode nodes() {
        auto chains = ask_nodes(globals_, command_, may_ask_, folder_);
        if (!chains) return chains.error();
        if (chains->empty()) return refuse(ExitCode::Usage, "--rpc is missing", "without a node nothing can be found");
        chains_ = *std::move(chains);
        return ExitCode::Done;
    }

    ExitCode accounts() {
        while (draft_.wallets.empty()) {
            const auto text = ask_line("Address of a wallet");
            if (!text) return ExitCode::Usage;
            if (!text->empty()) take_account(*text);
        }
        for (const auto& wallet : draft_.wallets) search_.accounts.push_back(wallet.address);
        return ExitCode::Done;
    }

    ExitCode find() {
        std::vector<std::string> looked_at;
        for (const auto& chain : chains_) {
            Progress progress(globals_, chain.name);
            search_.say = [&](const std::string& what) { progress.say(what); };
            auto findings = init::find_on(chain, search_);
            progress.end();
            if (!findings) return refuse(ExitCode::Chain, chain.name + ": " + findings.error().message);
            for (auto& note : findings->notes) notes_.push_back(chain.name + ": " + std::move(note));
            for (const auto& name : findings->looked_at) looked_at.push_back(name);
            search_.taken = looked_at;
            if (findings->found.empty()) continue;
            add_chain(chain, *findings);
            for (auto& found : findings->found) {
                auto position = init::draft_position(draft_, chain.name, std::move(found), trigger_, target_);
                if (!position) return refuse(ExitCode::Chain, position.error().message);
                draft_.positions.push_back(*std::move(position));
            }
        }
        for (const auto& note : notes_) say(globals_, "note: " + note);
        if (draft_.positions.empty())
            return refuse(ExitCode::Chain,
                          fmt::format("no position was found in {}",
                                      looked_at.empty() ? "any market" : fmt::format("{}", fmt::join(looked_at, ", "))),
                          "name its market by --market: a PoolAddressesProvider, or the id of a market of Morpho Blue");
        return ExitCode::Done;
    }

    /// Written only where it is far from what is assumed without it.
    void add_chain(const config::Chain& chain, const init::Findings& findings) {
        constexpr std::uint64_t kAssumed = 12'000;
        constexpr std::uint64_t kLeast = 100;
        constexpr std::uint64_t kMost = 60'000;
        init::DraftChain out;
        out.name = chain.name;
        out.id = chain.id;
        for (const auto& node : chain.rpc) out.rpc.push_back(node.url);
        if (chain.rpc_secret) out.secret_file = chain.rpc_secret->name;
        const auto time = findings.block_time_ms;
        const bool usual = time && *time > kAssumed * 4 / 5 && *time < kAssumed * 6 / 5;
        if (time && !usual && *time >= kLeast && *time <= kMost) out.block_time_ms = *time;
        draft_.chains.push_back(std::move(out));
    }

    static std::string factor(Wad level) { return config::format_amount(config::Unit::Factor, level.value); }

    void show(const DraftPosition& position) const {
        fmt::print(stderr, "\n{}\n  {}\n  warn {}, trigger {}, target {}: {}\n", position.name,
                   init::holdings(position), factor(position.levels.warn), factor(position.levels.trigger),
                   factor(position.levels.target), init::meaning(position));
    }

    /// A level typed instead of the one proposed; asked again while it is none.
    bool ask_level(const std::string& question, Wad proposed, Wad& out) const {
        while (true) {
            const auto text = ask_line(question, factor(proposed));
            if (!text) return false;
            if (*text == factor(proposed)) return true;
            if (level(question, *text, out) == ExitCode::Done) return true;
        }
    }

    ExitCode choose() {
        for (auto& position : draft_.positions) {
            if (!globals_.quiet) show(position);
            if (!may_ask_ || position.chosen || !position.course) continue;
            Wad trigger = trigger_;
            Wad target = target_;
            if (!ask_level("  Trigger", position.levels.trigger, trigger)) return ExitCode::Usage;
            const auto proposed = init::around(position.levels, trigger, target);
            if (!ask_level("  Target", proposed.target, target)) return ExitCode::Usage;
            if (trigger == trigger_ && target == target_) continue;
            const auto again = init::relevel(position, trigger, target);
            if (!again) return refuse(ExitCode::Chain, again.error().message);
            fmt::print(stderr, "  {}\n", init::meaning(position));
        }
        for (const auto& position : draft_.positions) {
            if (position.levels.target <= position.levels.trigger)
                return refuse(ExitCode::Usage,
                              fmt::format("{}: the target {} is not above the trigger {}", position.name,
                                          factor(position.levels.target), factor(position.levels.trigger)),
                              "name a higher --target");
        }
        return ExitCode::Done;
    }

    /// A token lets the page pause wallets and acknowledge alerts. A file that is there is used as it is.
    ExitCode console() {
        std::string path = command_.console_token_file;
        if (path.empty() && may_ask_) {
            const auto answer = ask_line(
                "May the page in the browser pause wallets and acknowledge alerts? It then asks "
                "for a token, kept in a file",
                "yes");
            if (!answer) return ExitCode::Usage;
            if (*answer == "yes" || *answer == "y") path = folder_ + "/console.token";
        }
        if (path.empty()) return ExitCode::Done;
        draft_.console_token = absolute(path);
        std::error_code error;
        if (fs::exists(fs::symlink_status(*draft_.console_token, error))) return ExitCode::Done;
        std::array<std::uint8_t, 24> random{};
        if (const auto filled = keys::fill_random(random); !filled)
            return refuse(ExitCode::Internal, filled.error().message);
        const std::string text = to_hex(random).substr(2) + '\n';
        const auto bytes =
            ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());  // NOLINT: as bytes
        const auto saved = keys::write_secret_file(*draft_.console_token, bytes, "token");
        return saved ? ExitCode::Done
                     : refuse(ExitCode::Usage, saved.error().message, "name another file by --console-token-file");
    }

    /// The usual place for what is installed; else beside the file.
    ExitCode data_dir() {
        const std::string usual = "/var/lib/plimsoll";
        draft_.data_dir = !command_.data_dir.empty()           ? absolute(command_.data_dir)
                          : ::access(usual.c_str(), W_OK) == 0 ? usual
                                                               : folder_ + "/plimsoll-data";
        std::error_code error;
        if (fs::exists(draft_.data_dir, error)) return ExitCode::Done;
        constexpr ::mode_t kOwner = 0700;
        if (::mkdir(draft_.data_dir.c_str(), kOwner) != 0)
            return refuse(ExitCode::Usage,
                          fmt::format("{}: {}", draft_.data_dir, std::generic_category().message(errno)),
                          "name another folder by --data-dir");
        return ExitCode::Done;
    }

    ExitCode write() {
        const ExitCode code = data_dir();
        if (code != ExitCode::Done) return code;
        const std::string text = init::to_toml(draft_);
        const auto loaded = config::load_text(text, path_, {});
        if (!loaded)
            return refuse(ExitCode::Internal,
                          "the configuration is not valid: " + config::render(loaded.error(), false),
                          "report this with the line");
        const auto saved = keys::write_secret_file(path_, bytes_of(text), "configuration");
        if (!saved) return refuse(ExitCode::Usage, saved.error().message, "name another file by --out");
        return ExitCode::Done;
    }

    void report() const {
        if (command_.json) {
            nlohmann::ordered_json out = {{"schema", 1}, {"file", path_}, {"positions", nlohmann::json::array()}};
            for (const auto& position : draft_.positions) out["positions"].push_back(to_json(position));
            out["notes"] = notes_;
            fmt::print("{}\n", out.dump(2));
        } else {
            fmt::print("{}\n", path_);
        }
        if (draft_.console_token)
            say(globals_, "The token of the page http://127.0.0.1:1877 is in " + *draft_.console_token);
        say(globals_, fmt::format("\nwritten: {} (mode 0600), a dry run. Next:\n"
                                  "  plimsoll --config {} check --explain\n  plimsoll --config {} run",
                                  path_, path_, path_));
    }

    nlohmann::ordered_json to_json(const DraftPosition& position) const {
        const auto part = [](const std::optional<std::uint32_t>& parts) {
            return parts ? nlohmann::json(*parts) : nlohmann::json(nullptr);
        };
        return {{"name", position.name},
                {"chain", position.chain},
                {"market", position.found.market.name},
                {"address", to_string(position.found.position.account)},
                {"health_factor", to_string(position.found.position.summary.health_factor)},
                {"warn", to_string(position.levels.warn)},
                {"trigger", to_string(position.levels.trigger)},
                {"target", to_string(position.levels.target)},
                {"moves", position.course ? nlohmann::json(position.course->name) : nlohmann::json(nullptr)},
                {"ppm_to_trigger", part(position.to_trigger)},
                {"ppm_to_liquidation", part(position.to_liquidation)},
                {"meaning", init::meaning(position)}};
    }

    const Globals& globals_;
    const InitCommand& command_;
    bool may_ask_;
    std::string path_;
    std::string folder_;
    Wad trigger_;
    Wad target_;
    std::vector<config::Chain> chains_;
    init::Search search_;
    Draft draft_;
    std::vector<std::string> notes_;
};

}  // namespace

ExitCode init(const Globals& globals, const InitCommand& command) {
    return Wizard(globals, command).run();
}

}  // namespace plimsoll::bot::cli
