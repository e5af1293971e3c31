// SPDX-License-Identifier: Apache-2.0
#include "config/loader.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "../../support/temp_dir.hpp"
#include "base_file.hpp"
#include "config/reference.hpp"
#include "config/schema.hpp"
#include "config/show.hpp"

using namespace plimsoll;
using namespace plimsoll::config;

namespace {

const std::string kPath = "/etc/plimsoll/plimsoll.toml";

Loaded good(std::string_view text = kGoodFile, const Environment& environment = {}) {
    auto result = load_text(text, kPath, environment);
    if (!result) FAIL(render(result.error()));
    return *std::move(result);
}

std::string errors(std::string_view text, const Environment& environment = {}) {
    const auto result = load_text(text, kPath, environment);
    REQUIRE_FALSE(result.has_value());
    return render(result.error());
}

std::string example_path() {
    return std::filesystem::path(PLIMSOLL_TEST_DATA).parent_path().parent_path() / "config" / "example.toml";
}

}  // namespace

TEST_CASE("every value arrives exactly") {
    const Settings s = good().settings;
    CHECK(s.mode == Mode::Live);
    CHECK(s.daemon.recording_bytes_max == 1ULL << 30U);
    REQUIRE(s.chains.size() == 1);
    CHECK(s.chains[0].name == "ethereum");
    CHECK(s.chains[0].id == 1);
    CHECK(s.chains[0].rpc ==
          std::vector<RpcNode>{std::string("ws://127.0.0.1:8546"), std::string("https://rpc.example.org/{secret}")});
    CHECK(s.chains[0].rpc_secret == SecretRef{SecretRef::Kind::File, "/etc/plimsoll/rpc.key"});
    CHECK(s.chains[0].head_age_max == std::chrono::seconds(36));
    CHECK(s.chains[0].confirmations == 1);
    REQUIRE(s.wallets.size() == 1);
    const Wallet& wallet = s.wallets[0];
    CHECK(to_checksum(wallet.address) == "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");
    CHECK(s.live(wallet));
    REQUIRE(wallet.signer.has_value());
    CHECK(wallet.signer->passphrase == SecretRef{SecretRef::Kind::Credential, "treasury-pass"});
    REQUIRE(wallet.positions.size() == 2);
    const Position& position = wallet.positions[0];
    CHECK(position.wallet == "treasury");
    CHECK(position.trigger.value == U256::literal("1'250'000'000'000'000'000"));
    CHECK(position.limits.max_slippage_bps == 50);
    CHECK(position.limits.max_fee_per_gas.value == U256::literal("300'000'000'000"));
    CHECK(position.limits.max_gas_per_day.value == U256::literal("500'000'000'000'000'000"));
    CHECK(position.limits.cooldown == std::chrono::minutes(2));
    CHECK_FALSE(position.limits.max_value_per_day.has_value());
}

TEST_CASE("health factors are exact to the eighteenth digit") {
    const auto text = with_change("trigger = \"1.25\"", "trigger = \"1.250000000000000001\"");
    CHECK(good(text).settings.wallets[0].positions[0].trigger.value == U256::literal("1'250'000'000'000'000'001"));
}

TEST_CASE("a known market needs no entry and takes the chain of its id") {
    const Loaded loaded = good();
    REQUIRE(loaded.settings.markets.size() == 2);
    CHECK(loaded.settings.markets[1] == Market{"aave-v3-core",
                                               "ethereum",
                                               "aave-v3",
                                               Address::literal("0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e"),
                                               {},
                                               {},
                                               {}});
    CHECK(describe_origin(loaded, "market.aave-v3-core.chain") == "known market");
}

TEST_CASE("dry-run unless the file, the wallet and a signer all say live") {
    const auto live = [](const std::string& text) {
        const Settings s = good(text).settings;
        return s.live(s.wallets[0]);
    };
    CHECK(live(std::string(kGoodFile)));
    CHECK_FALSE(live(with_change("mode = \"live\"\n\n[daemon]", "[daemon]")));
    CHECK_FALSE(live(with_change("mode = \"live\"\nsigner", "signer")));
    CHECK_FALSE(live(with_change("mode = \"live\"\nsigner", "#")));
}

TEST_CASE("what is allowed but unusual is a warning") {
    const auto codes = [](const std::string& text) {
        std::vector<Code> out;
        for (const auto& warning : good(text).warnings) out.push_back(warning.code);
        return out;
    };
    CHECK(codes(std::string(kGoodFile)).empty());
    CHECK(codes("version = 1\n") == std::vector{Code::NothingToWatch});
    CHECK(codes(with_change("mode = \"live\"\nsigner", "signer")) == std::vector{Code::NothingLive});
    CHECK(codes(with_change("127.0.0.1:1876", "0.0.0.0:1876")) == std::vector{Code::OpenToOthers});
    CHECK(codes(with_change("[market.lido]",
                            "[market.aave-v3-lido]\nchain = \"ethereum\"\nprotocol = \"aave-v3\"\n"
                            "addresses_provider = \"0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e\"\n"
                            "[market.lido]")) == std::vector{Code::KnownMarketDiffers});
}

TEST_CASE("a market of Morpho Blue is found by contract and id") {
    constexpr auto kId = "0xb323495f7e4148be5643a4ea4a8221eef163e4bccfdedc2a6f4696baacbc86cc";
    const auto loaded = good(with_change("protocol = \"aave-v3\"\naddresses_provider = ",
                                         std::string("protocol = \"morpho-blue\"\nid = \"") + kId + "\"\nmorpho = "));
    const auto& market = loaded.settings.markets.at(0);
    CHECK(to_string(market.entry().id) == kId);
    CHECK(market.entry().contract == Address::literal("0xcfBf336fe147D643B9Cb705648500e101504B16d"));
    CHECK_FALSE(market.addresses_provider.has_value());
    CHECK(loaded.settings.markets.at(1).entry() ==
          lending::Entry{Address::literal("0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e"), {}});
}

TEST_CASE("all errors come in one pass, in the order of the file") {
    std::string text = with_change("mode = \"live\"", "mode = \"lve\"");
    text.replace(text.find("\"36s\""), 5, "36");
    text.replace(text.find("\"1.25\""), 6, "1.25");
    text.replace(text.find("id = 1\n"), 7, "id = 1 2\n");
    const auto result = load_text(text, kPath, {{"PLIMSOLL__DAEMON__LISTN", "x"}});
    REQUIRE_FALSE(result.has_value());
    std::vector<std::string> seen;
    for (const auto& d : result.error()) seen.push_back(d.place.variable ? "env" : std::to_string(d.place.line));
    CHECK(seen == std::vector<std::string>{"2", "12", "15", "33", "env"});
}

TEST_CASE("the form of an error") {
    CHECK(errors(with_change("trigger = \"1.25\"", "triger = \"1.25\"")) ==
          "error: unknown key `triger` in [[wallet.treasury.position]]\n"
          "  --> /etc/plimsoll/plimsoll.toml:33:1\n"
          "   33 | triger = \"1.25\"\n"
          "      | ^^^^^^ did you mean `trigger`?\n"
          "help: write `trigger`   (code PL-C012)\n");
    CHECK(errors(kGoodFile, {{"PLIMSOLL__DAEMON__RECORD", "maybe"}}) ==
          "error: `record` in [daemon] must be true or false without quotes\n"
          "  --> environment variable PLIMSOLL__DAEMON__RECORD\n"
          "      | this is a string\n"
          "help: write it as in record = true   (code PL-C013)\n");
}

TEST_CASE("no message repeats a secret") {
    const std::string secret = "hunter2hunter2";
    const std::string key = "0123456789abcdef0123456789abcdef";
    const std::vector<std::string> texts = {
        with_change("{ credential = \"treasury-pass\" }", "\"" + secret + "\""),
        with_change("{ credential = \"treasury-pass\" } }", "\"" + secret + "\", extra = 1 }"),
        with_change("{ file = \"/etc/plimsoll/rpc.key\" }", secret),
        with_change("ws://127.0.0.1:8546", "ws://me:" + secret + "@127.0.0.1:8546"),
        with_change("rpc.example.org/{secret}", "rpc.example.org/" + key),
        with_change("rpc.example.org/{secret}\"]", "rpc.example.org/?apikey=" + key + "\", 3]"),
        with_change("keystore = \"", "private_key = \"" + secret + "\", keystore = \""),
    };
    for (const auto& text : texts) {
        const std::string said = errors(text);
        CAPTURE(said);
        CHECK(said.find(secret) == std::string::npos);
        CHECK(said.find(key) == std::string::npos);
    }
    const std::string said = errors(kGoodFile, {{"PLIMSOLL__CHAIN__ETHEREUM__RPC_SECRET", secret}});
    CHECK(said.find(secret) == std::string::npos);
    CHECK(said.find("PL-C050") != std::string::npos);
}

TEST_CASE("config show loads again to the same settings") {
    for (const std::string& text :
         {std::string(kGoodFile), with_change("\"2m\"", "\"3s\", max_value_per_day = \"0.5 USD\""),
          with_change("treasury.json", "tre\\\"a\\u0001\\\\sury.json")}) {
        const Loaded first = good(text);
        for (const bool origins : {true, false}) {
            const Loaded second = good(show_toml(first, origins));
            CHECK(second.settings == first.settings);
        }
    }
    CHECK(show_json(good()).find("\"origin\": \"plimsoll.toml:33\"") != std::string::npos);
}

TEST_CASE("the environment overrides the file, and config show says so") {
    const Environment environment = {
        {"PLIMSOLL__MODE", "dry-run"},
        {"PLIMSOLL__DAEMON__LISTEN", "127.0.0.1:9999"},
        {"PLIMSOLL__DAEMON__RECORD", "false"},
        {"PLIMSOLL__CHAIN__ETHEREUM__ID", "1"},
        {"PLIMSOLL__CHAIN__ETHEREUM__RPC", "ws://a, https://b/{secret}"},
        {"PLIMSOLL__CHAIN__ETHEREUM__RPC_SECRET", "{ fd = 5 }"},
        {"PLIMSOLL__WALLET__TREASURY__SIGNER__KEYSTORE", "/k.json"},
        {"PLIMSOLL__WALLET__TREASURY__POSITION__TREASURY_AAVE__TRIGGER", "1.3"},
        {"PLIMSOLL__WALLET__TREASURY__POSITION__1__LIMITS__COOLDOWN", "7s"},
        {"PATH", "/bin"},
    };
    const Loaded loaded = good(kGoodFile, environment);
    const Settings& s = loaded.settings;
    CHECK(s.mode == Mode::DryRun);
    CHECK(s.daemon.listen == "127.0.0.1:9999");
    CHECK_FALSE(s.daemon.record);
    CHECK(s.chains[0].rpc == std::vector<RpcNode>{std::string("ws://a"), std::string("https://b/{secret}")});
    CHECK(s.chains[0].rpc_secret == SecretRef{SecretRef::Kind::Fd, "5"});
    CHECK(s.wallets[0].signer->keystore == "/k.json");
    CHECK(s.wallets[0].positions[0].trigger.value == U256::literal("1'300'000'000'000'000'000"));
    CHECK(s.wallets[0].positions[1].limits.cooldown == std::chrono::seconds(7));
    CHECK(describe_origin(loaded, "daemon.listen") == "environment PLIMSOLL__DAEMON__LISTEN");
    CHECK(describe_origin(loaded, "daemon.log_level") == "plimsoll.toml:7");
    CHECK(describe_origin(loaded, "daemon.log_format") == "default");
    CHECK(good(show_toml(loaded)).settings == s);
}

TEST_CASE("a node may be a table with its roles and its budget") {
    const auto with_rpc = [](const std::string& rpc) {
        return with_change("\"ws://127.0.0.1:8546\", \"https://rpc.example.org/{secret}\"", rpc);
    };
    const auto text = with_rpc(
        "{ url = \"https://private.example.org/{secret}\", roles = [\"send\"], requests_per_day = 50_000 }, "
        "{ url = \"ws://127.0.0.1:8546\", requests_per_second = 25 }");
    const Loaded loaded = good(text);
    const auto& nodes = loaded.settings.chains[0].rpc;
    REQUIRE(nodes.size() == 2);
    CHECK(nodes[0].url == "https://private.example.org/{secret}");
    CHECK(nodes[0].roles == std::vector<std::string>{"send"});
    CHECK(nodes[0].requests_per_day == 50'000);
    CHECK(nodes[0].requests_per_second == 0);
    CHECK(nodes[1].has("follow"));
    CHECK(nodes[1].has("read"));
    CHECK(nodes[1].has("send"));
    CHECK(nodes[1].requests_per_second == 25);
    CHECK(good(show_toml(loaded)).settings == loaded.settings);
    struct Broken {
        const char* rpc;
        const char* said;
    };
    for (const auto& [rpc, said] : {
             Broken{"{ url = \"ws://a/{secret}\", role = [\"send\"] }", "unknown key `role` of a node"},
             Broken{"{ url = \"ws://a/{secret}\", roles = [\"sent\"] }", "did you mean `send`?"},
             Broken{"{ roles = [\"send\"] }", "has no url"},
             Broken{"{ url = 5 }", "must be a string in quotes"},
             Broken{"{ url = \"ws://a/{secret}\", requests_per_second = 0 }", "is too small"},
             Broken{"{ url = \"ws://a/{secret}\", roles = [\"follow\", \"read\"] }", "has the role send"},
             Broken{"{ url = \"ws://a/{secret}\", roles = [\"send\", \"read\"] }", "has no WebSocket"},
             Broken{"{ url = \"ws://a/{secret}\" }]\nquorum = 2\nignored = [1", "can never be reached"},
         }) {
        CAPTURE(rpc);
        CHECK(errors(with_rpc(rpc)).find(said) != std::string::npos);
    }
}

TEST_CASE("overrides that fit nowhere are errors") {
    for (const auto* name : {"PLIMSOLL__LISTEN", "PLIMSOLL__DAEMON__LISTN", "PLIMSOLL__CHAIN__BASE__ID",
                             "PLIMSOLL__DAEMON", "PLIMSOLL__WALLET__TREASURY__POSITION__NONE__TRIGGER", "PLIMSOLL__",
                             "PLIMSOLL____X", "PLIMSOLL__WALLET__TREASURY__POSITION"}) {
        CAPTURE(name);
        CHECK(errors(kGoodFile, {{name, "1"}}).find(name) != std::string::npos);
    }
}

TEST_CASE("the example holds every setting and loads") {
    const auto result = load_file(example_path(), {});
    if (!result) FAIL(render(result.error()));
    CHECK(result->warnings.empty());
    std::ifstream file(example_path());
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto mentions = [&](std::string_view key) {
        CAPTURE(key);
        CHECK(text.find(key) != std::string::npos);
    };
    for (const auto& setting : settings_of<Daemon>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Chain>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Limits>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Position>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Wallet>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Pool>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Aggregator>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Relay>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Feed>()) mentions(setting.rule.key);
    for (const auto& setting : settings_of<Heartbeat>()) mentions(setting.rule.key);
    for (const auto* title : {"[lender.", "[pool.", "[router.", "[aggregator.", "[relay.", "[feed."}) mentions(title);
    Settings again = good(show_toml(*result, true)).settings;
    again.source = result->settings.source;
    CHECK(again == result->settings);
}

TEST_CASE("files that cannot be read are errors, never defaults") {
    const TempDir folder;
    const auto code = [](const std::string& path) {
        const auto result = load_file(path, {});
        REQUIRE_FALSE(result.has_value());
        REQUIRE_FALSE(result.error().empty());
        return result.error()[0].code;
    };
    CHECK(code(folder.path("none.toml")) == Code::FileUnreadable);
    CHECK(code(folder.path("")) == Code::FileUnreadable);
    std::ofstream(folder.path("big.toml")) << std::string(kFileBytesMost + 1, '#');
    CHECK(code(folder.path("big.toml")) == Code::FileTooBig);
    std::ofstream(folder.path("empty.toml"));
    CHECK(code(folder.path("empty.toml")) == Code::Version);
}

TEST_CASE("relative paths start at the folder of the file") {
    const auto text = with_change("\"/etc/plimsoll/treasury.json\"", "\"keys/../treasury.json\"");
    CHECK(good(text).settings.wallets[0].signer->keystore == "/etc/plimsoll/treasury.json");
}

TEST_CASE("hostile texts end with errors, not with a crash") {
    std::string deep = "version = 1\nx = ";
    for (int i = 0; i < 2'000; ++i) deep += "[";
    const std::vector<std::string> texts = {
        deep,
        std::string(100'000, '['),
        std::string(300'000, '\n') + "x",
        "\xef\xbb\xbfversion = 2",
        std::string(1, '\0'),
        "[a.b.c.d.e.f.g.h.i.j.k.l.m]",
        "version = 1\n" + std::string(20'000, 'x') + " = 1",
        "'''",
        "\"\"\"",
        "x = {",
        "= = =",
    };
    for (const auto& text : texts) CHECK_FALSE(load_text(text, kPath, {}).has_value());
    std::string many = "version = 1\n";
    for (int i = 0; i < 5'000; ++i) many += "k" + std::to_string(i) + " = 1\n";
    const auto result = load_text(many, kPath, {});
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().size() == Report::kMost);
}

TEST_CASE("the reference tells every setting") {
    const std::string text = reference_markdown();
    for (const auto& setting : settings_of<Limits>())
        CHECK(text.find("`" + std::string(setting.rule.key) + "`") != std::string::npos);
    CHECK(text.find("aave-v3-core") != std::string::npos);
}
