// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <doctest/doctest.h>
#include <iterator>
#include <sstream>

#include "bot/cli/help_text.hpp"
#include "bot/cli/parse.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;
using namespace plimsoll::bot::cli;

namespace {

std::vector<std::string> words(const std::string& line) {
    std::istringstream in(line);
    return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

Invocation parsed(const std::string& line) {
    const auto result = parse(words(line));
    if (const auto* end = std::get_if<Exit>(&result)) FAIL(std::string(line + "\n" + end->text));
    return std::get<Invocation>(result);
}

template <class T>
T command(const std::string& line) {
    const auto invocation = parsed(line);
    REQUIRE(std::holds_alternative<T>(invocation.command));
    return std::get<T>(invocation.command);
}

Exit refused(const std::string& line) {
    const auto result = parse(words(line));
    REQUIRE_MESSAGE(std::holds_alternative<Exit>(result), line);
    return std::get<Exit>(result);
}

const std::vector<std::string> kCommands = {
    "init",         "run",          "check",        "config",       "config show", "config schema",
    "positions",    "plan",         "why",          "history",      "replay",      "keys",
    "keys new",     "keys import",  "keys address", "version",      "guard",       "guard address",
    "guard deploy", "guard policy", "guard revoke", "guard status", "manual",      "completion",
    "alert test",   "alert list",   "alert ack",    "pause",        "resume",      "dry-run"};

}  // namespace

TEST_CASE("every command takes its flags") {
    CHECK(command<RunCommand>("run --dry-run --once").dry_run);
    CHECK(command<RunCommand>("run --once").once);
    CHECK_FALSE(command<RunCommand>("run").dry_run);
    CHECK(command<CheckCommand>("check --online").online);
    CHECK(command<CheckCommand>("check --file-only").file_only);
    CHECK(refused("check --file-only --online").code == ExitCode::Usage);
    CHECK(command<CheckCommand>("check --json").json);
    CHECK(command<CheckCommand>("check --explain").explain);
    const auto init =
        command<InitCommand>("init --rpc ws://a --rpc ws://b --address 0x1 --market m --out f --no-input");
    CHECK(init.rpc == std::vector<std::string>{"ws://a", "ws://b"});
    CHECK(init.address.size() == 1);
    CHECK(init.market == std::vector<std::string>{"m"});
    CHECK(init.no_input);
    CHECK(command<PositionsCommand>("positions --watch --every 5").every_seconds == 5);
    CHECK(refused("positions --every 5").code == ExitCode::Usage);
    CHECK(refused("positions --watch --block 5").code == ExitCode::Usage);
    CHECK(command<ConfigShowCommand>("config show --json").json);
    CHECK(command<ConfigShowCommand>("config show --plain").plain);
    command<ConfigSchemaCommand>("config schema");
    CHECK(command<PlanCommand>("plan a --json").name == "a");
    CHECK(command<WhyCommand>("why a --json").json);
    CHECK(command<HistoryCommand>("history").name.empty());
    CHECK(command<HistoryCommand>("history a --limit 7").limit == 7);
    CHECK(command<ReplayCommand>("replay /r --verify").recording == "/r");
    CHECK(command<ReplayCommand>("replay /r --verify").verify);
    CHECK(command<VersionCommand>("version --json").json);
}

TEST_CASE("orders to the daemon name whom and for how long") {
    CHECK(command<PauseCommand>("pause main").wallet == "main");
    CHECK_FALSE(command<PauseCommand>("pause main").seconds);
    CHECK(command<PauseCommand>("pause main --for 2h").seconds == 7'200);
    for (const std::string span : {"0s", "soon", "366d", "-1h", "10"}) {
        CAPTURE(span);
        CHECK(refused("pause main --for=" + span).code == ExitCode::Usage);
    }
    CHECK(refused("pause").code == ExitCode::Usage);
    CHECK(command<ResumeCommand>("resume main").wallet == "main");
    CHECK_FALSE(command<DryRunCommand>("dry-run main").off);
    CHECK(command<DryRunCommand>("dry-run main --off").off);
    CHECK(command<AlertListCommand>("alert list --json").json);
    CHECK(command<AlertAckCommand>("alert ack 1a2b3c4d plimsoll/x").which ==
          std::vector<std::string>{"1a2b3c4d", "plimsoll/x"});
    CHECK(command<AlertAckCommand>("alert ack --all").all);
    CHECK(refused("alert ack x --all").code == ExitCode::Usage);
    CHECK(command<InitCommand>("init --console-token-file t").console_token_file == "t");
}

TEST_CASE("positions with and without a configuration") {
    const auto plain = command<PositionsCommand>("positions --json --block 123");
    CHECK(plain.json);
    CHECK(plain.block == BlockNumber{123});
    CHECK_FALSE(plain.address.has_value());
    const auto any = command<PositionsCommand>(
        "positions --rpc http://h --market aave-v3-core --address 0xd8da6bf26964af9d7eed9e03e53415d37aa96045");
    CHECK(any.rpc == "http://h");
    CHECK(any.market == "aave-v3-core");
    CHECK(to_checksum(*any.address) == "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");
    CHECK(refused("positions --rpc http://h --market m").text.find("--rpc needs --address and --market") !=
          std::string::npos);
    CHECK(refused("positions --address 0xd8da6BF26964aF9D7eEd9e03E53415D37aA96045").code == ExitCode::Usage);
    CHECK(refused("positions --block -1").code == ExitCode::Usage);
    CHECK(refused("positions --block 12x").code == ExitCode::Usage);
    CHECK(refused("history --limit -1").code == ExitCode::Usage);
    CHECK(refused("positions --block latest").code == ExitCode::Usage);
}

TEST_CASE("keys come from files, descriptors and the terminal, never from arguments") {
    const auto fresh = command<KeysNewCommand>("keys new --out k.json --passphrase-fd 3");
    CHECK(fresh.out == "k.json");
    CHECK(fresh.passphrase.fd == 3);
    const auto import = command<KeysImportCommand>("keys import --out k.json --key-file x --passphrase-file y");
    CHECK(import.key.file == "x");
    CHECK(import.passphrase.file == "y");
    const auto address = command<KeysAddressCommand>("keys address k.json --verify");
    CHECK(address.keystore == "k.json");
    CHECK(address.verify);
    CHECK_FALSE(address.passphrase.fd.has_value());
    CHECK(refused("keys new").code == ExitCode::Usage);
    CHECK(refused("keys new --out k.json --passphrase hunter2").code == ExitCode::Usage);
    CHECK(refused("keys import --out k.json --key 0x01").code == ExitCode::Usage);
    CHECK(refused("keys import --out k.json 0x01").code == ExitCode::Usage);
    CHECK(refused("keys new --out k.json --passphrase-fd 3 --passphrase-file f").code == ExitCode::Usage);
}

TEST_CASE("the guard's commands take what a policy says") {
    const auto deploy = command<GuardDeployCommand>("guard deploy ethereum --keystore k.json --passphrase-file p -y");
    CHECK(deploy.chain == "ethereum");
    CHECK(deploy.sending.keystore == "k.json");
    CHECK(deploy.sending.passphrase.file == "p");
    CHECK(deploy.sending.yes);
    const auto plain = command<GuardPolicyCommand>("guard policy a");
    CHECK(plain.days == 90);
    CHECK_FALSE(plain.floor.has_value());
    CHECK_FALSE(plain.value_per_day.has_value());
    CHECK_FALSE(plain.sending.print);
    const auto said = command<GuardPolicyCommand>(
        "guard policy a --days 30 --floor 1.1 --ceiling 1.9 --max-loss 0.75% --value-per-day 123456 --by-signature "
        "--guardian 0xd8da6bf26964af9d7eed9e03e53415d37aa96045");
    CHECK(said.days == 30);
    CHECK(said.floor == Wad{U256::literal("1'100'000'000'000'000'000")});
    CHECK(said.ceiling == Wad{U256::literal("1'900'000'000'000'000'000")});
    CHECK(said.loss_bps == 75);
    CHECK(said.value_per_day == U256{123'456});
    CHECK(said.by_signature);
    CHECK(to_checksum(*said.guardian) == "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");
    const auto dollars = parse({"guard", "policy", "a", "--value-per-day", "1000 USD"});
    REQUIRE(std::holds_alternative<Invocation>(dollars));
    CHECK(std::get<GuardPolicyCommand>(std::get<Invocation>(dollars).command).value_per_day == U256{100'000'000'000});
    CHECK(std::get<GuardPolicyCommand>(std::get<Invocation>(dollars).command).value_in_units);
    CHECK_FALSE(said.value_in_units);
    CHECK(command<GuardPolicyCommand>("guard policy a --unsigned").sending.print);
    CHECK(command<GuardRevokeCommand>("guard revoke a --all --with-access --safe").sending.safe);
    CHECK(command<GuardRevokeCommand>("guard revoke a --all").all);
    CHECK(command<GuardStatusCommand>("guard status").name.empty());
    CHECK(command<GuardStatusCommand>("guard status a --json").json);
    CHECK(refused("guard").code == ExitCode::Usage);
    CHECK(refused("guard policy").code == ExitCode::Usage);
    CHECK(refused("guard deploy").code == ExitCode::Usage);
    CHECK(refused("guard revoke").code == ExitCode::Usage);
    CHECK(refused("guard policy a --max-loss 0.5").text.find("--max-loss") != std::string::npos);
    CHECK(refused("guard policy a --max-loss 101%").text.find("at most 100%") != std::string::npos);
    CHECK(refused("guard policy a --floor x").text.find("--floor") != std::string::npos);
    CHECK(refused("guard policy a --value-per-day 5ETH").text.find("--value-per-day") != std::string::npos);
    CHECK(refused("guard policy a --guardian 0x12").text.find("--guardian") != std::string::npos);
    CHECK(refused("guard policy a --days 0").code == ExitCode::Usage);
    CHECK(refused("guard polcy a").text.find("did you mean `policy`?") != std::string::npos);
}

TEST_CASE("global options stand before or after the command") {
    for (const auto* line :
         {"-c a.toml -q --color never -vv check", "check --config a.toml --quiet --color never -v -v"}) {
        const auto invocation = parsed(line);
        CHECK(invocation.globals == Globals{"a.toml", ColorMode::Never, 2, true});
    }
    CHECK(parsed("check").globals == Globals{});
    CHECK(refused("--color blue check").code == ExitCode::Usage);
    CHECK(refused("check -c").code == ExitCode::Usage);
}

TEST_CASE("wrong usage names the nearest word and where to read on") {
    const auto has = [](const Exit& end, std::string_view part) {
        CHECK(end.code == ExitCode::Usage);
        CHECK_MESSAGE(end.text.find(part) != std::string::npos, end.text);
    };
    has(refused("chek"), "did you mean `check`?");
    has(refused("check --onlin"), "did you mean `--online`?");
    has(refused("check --onlin"), "help: plimsoll check --help");
    has(refused("config shwo"), "did you mean `show`?");
    has(refused("run --dryrun"), "did you mean `--dry-run`?");
    has(refused("chek"), "error: `chek` is not known here");
    has(refused(""), "a command is missing");
    has(refused(""), "help: plimsoll --help");
    has(refused("keys"), "help: plimsoll keys --help");
    has(refused("plan"), "NAME");
    has(refused("run extra"), "extra");
    has(refused("history --limit 0"), "--limit");
}

TEST_CASE("every --help shows an example, and the examples run") {
    std::size_t examples = 0;
    auto all = kCommands;
    all.emplace_back("");
    for (const auto& name : all) {
        CAPTURE(name);
        for (const auto* flag : {"--help", "-h"}) {
            const Exit help = refused(name + " " + flag);
            CHECK(help.code == ExitCode::Done);
            CHECK(help.text.find("Example") != std::string::npos);
            CHECK(help.text.find("Usage: plimsoll" + (name.empty() ? "" : " " + name)) != std::string::npos);
            std::istringstream lines(help.text);
            std::size_t here = 0;
            for (std::string line; std::getline(lines, line);) {
                if (!line.starts_with("  plimsoll ")) continue;
                const auto remark = line.find("     ", 4);
                parsed(line.substr(11, remark == std::string::npos ? remark : remark - 11));
                ++here;
            }
            CHECK(here > 0);
            examples += here;
        }
    }
    CHECK(examples > 30);
}

TEST_CASE("help documents every exit code") {
    const std::string text = refused("--help").text;
    for (const auto& row : kExitCodes) {
        const std::string number = std::to_string(to_int(row.code));
        CHECK(text.find(number + "  " + std::string(row.text)) != std::string::npos);
    }
    for (const auto& name : kCommands) CHECK(!help_of(name).text.empty());
}
