// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/help_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bot/cli/exit_code.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::bot::cli {

namespace {

constexpr std::array<CommandHelp, 32> kHelp = {{
    {"", "Watches leveraged positions in DeFi lending protocols and repays before they can be liquidated.",
     "  plimsoll --config plimsoll.toml check\n"},
    {"init",
     "Asks for nodes and wallets, finds the wallets' positions in every known market, and writes a configuration that "
     "explains itself: a dry run. Without a terminal nothing is asked: then --rpc and --address are needed.",
     "  plimsoll init\n"
     "  plimsoll init --rpc ws://127.0.0.1:8546 --address 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 --out "
     "plimsoll.toml\n"},
    {"run", "The daemon: follows the chains, decides, and acts where the configuration says live.",
     "  plimsoll --config plimsoll.toml run\n"
     "  plimsoll --config plimsoll.toml run --dry-run     decide and record, never send\n"},
    {"check",
     "Checks the configuration and the files it names; with --online also nodes, markets and balances. Each line is "
     "ok, or a problem with its mend. With --explain it also says what would happen to each position if prices moved "
     "by "
     "5, 10 and 20 %, and whether levels, limits and gas money fit.",
     "  plimsoll --config plimsoll.toml check\n"
     "  plimsoll --config plimsoll.toml check --online\n"
     "  plimsoll --config plimsoll.toml check --explain\n"},
    {"config", "The configuration in force, and the reference of all settings.",
     "  plimsoll --config plimsoll.toml config show\n"},
    {"config show",
     "Prints the configuration in force as TOML that loads again; each line says where its value comes from. "
     "There are no secrets in it.",
     "  plimsoll --config plimsoll.toml config show\n"
     "  plimsoll --config plimsoll.toml config show --json\n"},
    {"config schema", "Prints the reference of all settings as Markdown.", "  plimsoll config schema\n"},
    {"positions", "Prints what is seen of the configured positions, or of any account.",
     "  plimsoll --config plimsoll.toml positions --json\n"
     "  plimsoll --config plimsoll.toml positions --watch\n"
     "  plimsoll positions --rpc http://127.0.0.1:8545 --market aave-v3-core "
     "--address 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045\n"},
    {"plan", "Prints what would be done for a position now, simulated, before and after. Sends nothing.",
     "  plimsoll --config plimsoll.toml plan treasury-aave\n"},
    {"why", "Prints every gate of the decision on a position, with its numbers.",
     "  plimsoll --config plimsoll.toml why treasury-aave\n"},
    {"history", "Prints what was decided and done, from the journal.",
     "  plimsoll --config plimsoll.toml history\n"
     "  plimsoll --config plimsoll.toml history treasury-aave --limit 10 --json\n"},
    {"replay", "Runs a recording through the engine again and compares every command, bit for bit.",
     "  plimsoll replay /var/lib/plimsoll/recordings/ethereum.jsonl --verify\n"},
    {"keys", "Keystore files (Web3 Secret Storage, version 3). A private key is never printed and never an argument.",
     "  plimsoll keys new --out treasury.json\n"},
    {"keys new", "Makes a new key and writes its keystore. Prints the address.",
     "  plimsoll keys new --out treasury.json\n"
     "  plimsoll keys new --out treasury.json --passphrase-file treasury.pass\n"},
    {"keys import",
     "Writes a keystore of a private key in hex, from a file, a descriptor or the terminal. Prints the address.",
     "  plimsoll keys import --out treasury.json\n"
     "  plimsoll keys import --out treasury.json --key-file key.hex --passphrase-file treasury.pass\n"},
    {"keys address", "Prints the address of a keystore.",
     "  plimsoll keys address treasury.json\n"
     "  plimsoll keys address treasury.json --verify --passphrase-file treasury.pass\n"},
    {"guard",
     "The guard: a contract through which a key of the bot's own may rescue an account, and do nothing else. These "
     "commands send what sets it up, or print it for a hardware wallet or a Safe.",
     "  plimsoll --config plimsoll.toml guard status\n"},
    {"guard address", "Prints the guard's address, which is the same on every chain.", "  plimsoll guard address\n"},
    {"guard deploy",
     "Puts the guard onto a chain, through the deterministic deployment proxy; once for everybody. Anyone may pay for "
     "it.",
     "  plimsoll --config plimsoll.toml guard deploy ethereum --keystore me.json --passphrase-file me.pass\n"
     "  plimsoll --config plimsoll.toml guard deploy ethereum --unsigned\n"},
    {"guard policy",
     "Writes the policy of a position as configured, after the allowances that it needs. It is shown in words and "
     "asked "
     "for first. The account sends it, or signs it and the guardian sends.",
     "  plimsoll --config plimsoll.toml guard policy treasury-aave --keystore me.json --passphrase-file me.pass\n"
     "  plimsoll --config plimsoll.toml guard policy treasury-aave --by-signature --keystore me.json\n"
     "  plimsoll --config plimsoll.toml guard policy treasury-aave --safe\n"},
    {"guard revoke", "Ends the policy of a position at once, or every policy of its account.",
     "  plimsoll --config plimsoll.toml guard revoke treasury-aave --keystore me.json\n"
     "  plimsoll --config plimsoll.toml guard revoke treasury-aave --all --with-access --unsigned\n"},
    {"guard status",
     "Compares the policy on chain with the configuration: when it ends, what is left of its budget, which allowances "
     "are "
     "missing. Exit code 6 if anything is.",
     "  plimsoll --config plimsoll.toml guard status\n"
     "  plimsoll --config plimsoll.toml guard status treasury-aave --json\n"},
    {"alert", "The ways in which people are told.", "  plimsoll --config plimsoll.toml alert test\n"},
    {"alert test",
     "Sends a test message by every configured channel, or by one, and says whether it was taken. The daemon need not "
     "run. Exit code 10 if one was not.",
     "  plimsoll --config plimsoll.toml alert test\n"
     "  plimsoll --config plimsoll.toml alert test phone\n"},
    {"alert list",
     "What is open, how long, who was told and who is told next, and what still waits for a channel. Asks the running "
     "daemon; without one the journal says how it was.",
     "  plimsoll --config plimsoll.toml alert list\n"
     "  plimsoll --config plimsoll.toml alert list --json\n"},
    {"alert ack",
     "Says that you take care: what is open is not repeated and not escalated until it is graver or over. Asks the "
     "running daemon.",
     "  plimsoll --config plimsoll.toml alert ack 1a2b3c4d\n"
     "  plimsoll --config plimsoll.toml alert ack --all\n"},
    {"pause",
     "Signs nothing new for a wallet, for so long or until it is resumed; it is watched and told of as before, and "
     "what "
     "is signed is followed to its end. At once, and over restarts. Asks the running daemon.",
     "  plimsoll --config plimsoll.toml pause treasury\n"
     "  plimsoll --config plimsoll.toml pause treasury --for 2h\n"},
    {"dry-run",
     "Makes a wallet a dry run, or with --off what its configuration says: plans are made and told, and nothing is "
     "signed or sent. At once, and over restarts. Asks the running daemon.",
     "  plimsoll --config plimsoll.toml dry-run treasury\n"
     "  plimsoll --config plimsoll.toml dry-run treasury --off\n"},
    {"resume", "Ends the pause of a wallet: it is protected again. Asks the running daemon.",
     "  plimsoll --config plimsoll.toml resume treasury\n"},
    {"version", "Prints version and commit.", "  plimsoll version --json\n"},
    {"manual", "Prints the manual page, plimsoll(1).", "  plimsoll manual\n"},
    {"completion", "Prints the completion of a shell: bash, zsh or fish.", "  plimsoll completion bash\n"},
}};

std::string examples(std::string_view lines) {
    const bool one = std::count(lines.begin(), lines.end(), '\n') == 1;
    return fmt::format("{}:\n{}", one ? "Example" : "Examples", lines);
}

}  // namespace

const CommandHelp& help_of(std::string_view name) {
    const auto found =
        std::find_if(kHelp.begin(), kHelp.end(), [&](const CommandHelp& help) { return help.name == name; });
    CHECK_INVARIANT(found != kHelp.end());
    return *found;
}

std::string footer(std::string_view name) {
    return examples(help_of(name).examples);
}

std::string root_footer() {
    std::string out = footer("") + "\nExit codes:\n";
    for (const auto& row : kExitCodes) out += fmt::format("  {:2}  {}\n", to_int(row.code), row.text);
    out += "  75  the daemon was asked to end and had not after its grace time; nothing is lost\n";
    out +=
        "\nWithout --config: ./plimsoll.toml if there is one, else /etc/plimsoll/plimsoll.toml.\n"
        "A variable PLIMSOLL__SECTION__KEY overrides the file. NO_COLOR turns colours off.\n"
        "`plimsoll COMMAND --help` explains one command.\n";
    return out;
}

}  // namespace plimsoll::bot::cli
