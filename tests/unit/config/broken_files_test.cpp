// SPDX-License-Identifier: Apache-2.0
// Files that must not start the daemon. Each names its place, the kind of mistake and its mend.
#include <array>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base_file.hpp"
#include "config/loader.hpp"

using namespace plimsoll::config;

namespace {

struct Broken {
    std::string_view name;
    std::string_view from;  // of the good file
    std::string_view to;
    std::string_view place;  // line:column
    std::string_view code;
    std::string_view mend;  // part of it
    std::size_t errors = 1;
};

constexpr Broken kBroken[] = {
    // keys and sections
    {"misspelt key", "trigger = \"1.25\"", "triger = \"1.25\"", "33:1", "PL-C012", "write `trigger`"},
    {"key with a blank in quotes", "mode = \"live\"", "\"mode \" = \"live\"", "2:1", "PL-C012", "write `mode`"},
    {"key of another section", "record = true", "trigger = \"1.2\"", "8:1", "PL-C012", "known here: name"},
    {"key in capitals", "listen =", "Listen =", "6:1", "PL-C012", "write `listen`"},
    {"key with the wrong dash", "max_head_age", "max-head-age", "15:1", "PL-C012", "write `max_head_age`"},
    {"swapped letters in limits", "cooldown =", "coodlown =", "36:94", "PL-C012", "write `cooldown`"},
    {"unknown section", "[daemon]", "[deamon]", "4:2", "PL-C011", "write `daemon`"},
    {"unknown section in the wallet", "signer = {", "singer = {", "27:1", "PL-C012", "write `signer`", 2},
    {"foreign section", "[daemon]", "[telegram]", "4:2", "PL-C011", "known here"},
    {"chain without a name", "[chain.ethereum]", "[chain]", "12:1", "PL-C013", "[chain.NAME]"},
    {"position without a wallet", "[[wallet.treasury.position]]", "[[wallet.position]]", "29:10", "PL-C013",
     "[[wallet.NAME.position]]"},
    {"position with single brackets", "[[wallet.treasury.position]]\nname = \"treasury-aave\"",
     "[wallet.treasury.position]\nname = \"treasury-aave\"", "38:1", "PL-C004", "one heading"},
    {"section that is a value", "[daemon]", "daemon = 3\n[chain.x]", "4:10", "PL-C013", "", 0},
    {"duplicate key", "block_time = \"12s\"", "max_head_age = \"40s\"", "16:1", "PL-C004", "keep one"},
    {"duplicate section", "[market.lido]", "[chain.ethereum]", "19:1", "PL-C004", "one heading"},
    {"missing key of a position", "target = \"1.60\"\n", "", "29:1", "PL-C010", "add target = \"1.60\""},
    {"missing chain id", "id = 1\n", "", "11:1", "PL-C010", "add id = 1"},
    {"missing address", "address = \"0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045\"\n", "", "24:1", "PL-C010",
     "add address"},
    {"Aave market without its provider", "addresses_provider = \"0xcfBf336fe147D643B9Cb705648500e101504B16d\"\n", "",
     "21:12", "PL-C010", "add addresses_provider"},
    {"Morpho market without its id", "protocol = \"aave-v3\"\naddresses_provider = ",
     "protocol = \"morpho-blue\"\nmorpho = ", "21:12", "PL-C010", "add id"},
    {"Aave market with an id", "protocol = \"aave-v3\"\n",
     "protocol = \"aave-v3\"\nid = \"0x1111111111111111111111111111111111111111111111111111111111111111\"\n", "22:6",
     "PL-C022", "remove it"},
    {"hash too short", "protocol = \"aave-v3\"\n", "protocol = \"aave-v3\"\nid = \"0x1111\"\n", "22:6", "PL-C030",
     "id = "},
    {"missing version", "version = 1\n", "", "1:1", "PL-C005", "version = 1"},
    {"version of the future", "version = 1", "version = 2", "1:11", "PL-C005", "version = 1"},
    {"version as text", "version = 1", "version = \"1\"", "1:11", "PL-C005", "version = 1"},
    // types
    {"text for a number", "id = 1", "id = \"1\"", "12:6", "PL-C013", "id = 1"},
    {"decimal for a number", "id = 1", "id = 1.0", "12:6", "PL-C013", "id = 1"},
    {"text for a boolean", "record = true", "record = \"yes\"", "8:10", "PL-C013", "record = true"},
    {"number for a path", "data_dir = \"/var/lib/plimsoll\"", "data_dir = 7", "5:12", "PL-C013", "data_dir = "},
    {"text for a list", "strategies = [\"repay-from-wallet\"]", "strategies = \"repay-from-wallet\"", "35:14",
     "PL-C013", "[\"repay-from-wallet\"]"},
    {"date for a duration", "max_head_age = \"36s\"", "max_head_age = 2020-03-12", "15:16", "PL-C013", "\"36s\""},
    {"number in a list of URLs", "\"ws://127.0.0.1:8546\"", "8546", "13:8", "PL-C013", "write it as in"},
    {"limits that are a number", "limits = {", "limits = 5 # {", "36:10", "PL-C013", "limits = {"},
    {"signer that is a path",
     "signer = { keystore = \"/etc/plimsoll/treasury.json\", passphrase = { credential = \"treasury-pass\" } }",
     "signer = \"/etc/plimsoll/treasury.json\"", "27:10", "PL-C013", "signer = {"},
    // units
    {"slippage without a sign", "\"0.5%\"", "\"0.5\"", "36:27", "PL-C014", "max_slippage = \"0.5%\""},
    {"slippage as a bare number", "\"0.5%\"", "0.5", "36:27", "PL-C014", "max_slippage = \"0.5%\""},
    {"slippage out of quotes", "max_head_age = \"36s\"", "max_head_age = 36s", "15:16", "PL-C003",
     "max_head_age = \"36s\""},
    {"slippage too fine", "\"0.5%\"", "\"0.005%\"", "36:27", "PL-C015", "max_slippage"},
    {"fee without a unit", "\"300 gwei\"", "\"300\"", "36:53", "PL-C014", "\"300 gwei\""},
    {"fee as a number", "\"300 gwei\"", "300", "36:53", "PL-C014", "\"300 gwei\""},
    {"fee in capitals", "\"300 gwei\"", "\"300 Gwei\"", "36:53", "PL-C015", "\"300 gwei\""},
    {"fee in dollars", "\"300 gwei\"", "\"300 USD\"", "36:53", "PL-C015", "\"300 gwei\""},
    {"gas in another coin", "\"0.5 ETH\"", "\"0.5 BTC\"", "36:83", "PL-C015", "\"0.5 ETH\""},
    {"gas with a comma", "\"0.5 ETH\"", "\"0,5 ETH\"", "36:83", "PL-C015", "ETH\""},
    {"gas finer than wei", "\"0.5 ETH\"", "\"0.0000000000000000001 ETH\"", "36:83", "PL-C015", "ETH\""},
    {"negative gas", "\"0.5 ETH\"", "\"-1 ETH\"", "36:83", "PL-C015", "ETH\""},
    {"duration without a unit", "\"2m\"", "\"120\"", "36:105", "PL-C014", "\"120s\""},
    {"duration as a number", "\"2m\"", "120", "36:105", "PL-C014", "\"120s\""},
    {"duration in words", "\"2m\"", "\"2 minutes\"", "36:105", "PL-C015", "cooldown = \"2s\""},
    {"cool-down finer than a second", "\"2m\"", "\"1500ms\"", "36:105", "PL-C015", "cooldown = \"1s\""},
    {"blocks without a unit", "confirmations = \"1 block\"", "confirmations = 1", "17:17", "PL-C014", "\"1 blocks\""},
    {"size without a unit", "\"1 GiB\"", "\"1000\"", "9:17", "PL-C014", "\"1000 MiB\""},
    {"value without a unit", "cooldown = \"2m\"", "max_value_per_day = 25000", "36:114", "PL-C014", "\"25000 USD\""},
    // bounds
    {"slippage above its bound", "\"0.5%\"", "\"51%\"", "36:27", "PL-C016", "\"50%\""},
    {"no confirmation", "\"1 block\"", "\"0 blocks\"", "17:17", "PL-C016", "\"1 block\""},
    {"chain id zero", "id = 1", "id = 0", "12:6", "PL-C016", "id = 1"},
    {"negative chain id", "id = 1", "id = -1", "12:6", "PL-C016", "id = 1"},
    {"head age below block time", "\"36s\"", "\"6s\"", "15:16", "PL-C016", "three times"},
    {"fee beyond 256 bits", "\"300 gwei\"",
     "\"115792089237316195423570985008687907853269984665640564039457584007913129639936 gwei\"", "36:53", "PL-C016",
     "gwei"},
    {"recording too small", "\"1 GiB\"", "\"1 KiB\"", "9:17", "PL-C016", "\"1 MiB\""},
    // health factors
    {"health factor as a float", "trigger = \"1.25\"", "trigger = 1.25", "33:11", "PL-C040", "trigger = \"1.25\""},
    {"health factor as an integer", "target = \"1.60\"", "target = 2", "34:10", "PL-C040", "target = \"2\""},
    {"health factor of 19 digits", "\"1.25\"", "\"1.2500000000000000001\"", "33:11", "PL-C015", "trigger = "},
    {"health factor in percent", "\"1.25\"", "\"125%\"", "33:11", "PL-C015", "trigger = "},
    {"health factor with an exponent", "\"1.25\"", "\"125e-2\"", "33:11", "PL-C015", "trigger = "},
    {"trigger below one", "\"1.25\"", "\"0.95\"", "33:11", "PL-C016", "trigger = \"1.00\""},
    {"trigger of one", "\"1.25\"", "\"1.0\"", "33:11", "PL-C041", "above 1"},
    {"target below trigger", "target = \"1.60\"", "target = \"1.2\"", "34:10", "PL-C041", "above 1.25"},
    {"target equal to trigger", "target = \"1.60\"", "target = \"1.25\"", "34:10", "PL-C041", "above 1.25"},
    {"warn below trigger", "warn = \"1.40\"", "warn = \"1.249999999999999999\"", "32:8", "PL-C041", "warn = \"1.25\""},
    // names and references
    {"unknown market", "\"aave-v3-core\"", "\"aave-v3-coer\"", "31:10", "PL-C021", "\"aave-v3-core\""},
    {"unknown market, nothing near", "\"aave-v3-core\"", "\"compound\"", "31:10", "PL-C021", "[market.compound]"},
    {"unknown chain of a market", "chain = \"ethereum\"", "chain = \"etherum\"", "20:9", "PL-C021", "\"ethereum\""},
    {"known market of another chain", "\"aave-v3-core\"", "\"aave-v3-base\"", "31:10", "PL-C021", "id = 8453"},
    {"two positions of one name", "\"treasury-lido\"", "\"treasury-aave\"", "39:8", "PL-C020", "another name"},
    {"two positions of nearly one name", "\"treasury-lido\"", "\"Treasury_Aave\"", "39:8", "PL-C020", "another name"},
    {"one account twice in a market", "market = \"lido\"", "market = \"aave-v3-core\"", "40:10", "PL-C020",
     "remove one"},
    {"two chains of one id", "[market.lido]", "[chain.other]\nid = 1\nrpc = [\"ws://a\"]\n[market.lido]", "20:6",
     "PL-C020", "one section"},
    {"two wallets of one address", "[[wallet.treasury.position]]",
     "[wallet.b]\naddress = \"0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045\"\n[[wallet.treasury.position]]", "30:11",
     "PL-C020", "one wallet"},
    {"two wallets of nearly one name", "[[wallet.treasury.position]]",
     "[wallet.Treasury]\naddress = \"0x00000000219ab540356cBB839Cbe05303d7705Fa\"\n[[wallet.treasury.position]]",
     "29:9", "PL-C020", "another name"},
    {"position with a blank in its name", "\"treasury-aave\"", "\"treasury aave\"", "30:8", "PL-C018", "name = "},
    {"chain with a dot in its name", "[chain.ethereum]", "[chain.\"eth.main\"]", "11:8", "PL-C018", "rename", 0},
    {"empty name", "\"treasury-aave\"", "\"\"", "30:8", "PL-C018", "name = "},
    {"unknown strategy", "[\"repay-from-wallet\"]", "[\"repay-from-walet\"]", "35:15", "PL-C017", "repay-from-wallet"},
    {"strategy twice", "[\"repay-from-wallet\"]", "[\"repay-from-wallet\", \"repay-from-wallet\"]", "35:36", "PL-C020",
     "remove"},
    {"no strategy", "[\"repay-from-wallet\"]", "[]", "35:14", "PL-C010", "repay-from-wallet"},
    {"unknown protocol", "\"aave-v3\"", "\"aave-v2\"", "21:12", "PL-C017", "aave-v3"},
    {"unknown mode", "mode = \"live\"", "mode = \"on\"", "2:8", "PL-C017", "dry-run, live"},
    {"unknown log level", "\"info\"", "\"verbose\"", "7:13", "PL-C017", "trace, debug"},
    // addresses
    {"wrong checksum", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045", "0xd8da6BF26964aF9D7eEd9e03E53415D37aA96045",
     "25:11", "PL-C030", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"},
    {"address too short", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA960",
     "25:11", "PL-C030", "address = "},
    {"name for an address", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045", "vitalik.eth", "25:11", "PL-C030",
     "address = "},
    {"zero address", "0xcfBf336fe147D643B9Cb705648500e101504B16d", "0x0000000000000000000000000000000000000000",
     "22:22", "PL-C030", "addresses_provider = "},
    // secrets and signers
    {"literal passphrase", "{ credential = \"treasury-pass\" }", "\"correct horse\"", "27:67", "PL-C050", "mode 0600"},
    {"literal API key", "{ file = \"/etc/plimsoll/rpc.key\" }", "\"0123456789abcdef\"", "14:14", "PL-C050",
     "mode 0600"},
    {"secret from two places", "{ credential = \"treasury-pass\" }", "{ credential = \"a\", fd = 3 }", "27:67",
     "PL-C051", "credential ="},
    {"secret from nowhere", "{ credential = \"treasury-pass\" }", "{}", "27:67", "PL-C051", "credential ="},
    {"secret from an unknown place", "{ credential = \"treasury-pass\" }", "{ env = \"PASS\" }", "27:69", "PL-C012",
     "credential ="},
    {"descriptor as text", "{ credential = \"treasury-pass\" }", "{ fd = \"3\" }", "27:74", "PL-C051", "fd = N"},
    {"descriptor of standard input", "{ credential = \"treasury-pass\" }", "{ fd = 0 }", "27:74", "PL-C051", "fd = N"},
    {"credential with a path", "\"treasury-pass\"", "\"../treasury-pass\"", "27:82", "PL-C051", "credential ="},
    {"live without a signer",
     "signer = { keystore = \"/etc/plimsoll/treasury.json\", passphrase = { credential = \"treasury-pass\" } }\n", "",
     "26:8", "PL-C052", "dry-run"},
    {"signer without a passphrase", ", passphrase = { credential = \"treasury-pass\" }", "", "27:10", "PL-C010",
     "add passphrase"},
    {"home folder", "\"/etc/plimsoll/treasury.json\"", "\"~/treasury.json\"", "27:23", "PL-C015", "/etc/plimsoll"},
    // URLs and the listen address
    {"URL without a scheme", "\"ws://127.0.0.1:8546\"", "\"127.0.0.1:8546\"", "13:8", "PL-C060", "ws://127.0.0.1:8546"},
    {"URL of another scheme", "ws://127.0.0.1:8546", "tcp://127.0.0.1:8546", "13:8", "PL-C060", "ws://127.0.0.1:8546"},
    {"URL with a blank", "ws://127.0.0.1:8546", "ws://127.0.0.1: 8546", "13:8", "PL-C060", "ws://127.0.0.1:8546"},
    {"URL with port zero", "ws://127.0.0.1:8546", "ws://127.0.0.1:0", "13:8", "PL-C060", "ws://127.0.0.1:8546"},
    {"password in a URL", "ws://127.0.0.1:8546", "ws://user:hunter2@127.0.0.1:8546", "13:8", "PL-C050",
     "{secret}@127.0.0.1:8546"},
    {"API key in a URL", "rpc.example.org/{secret}", "rpc.example.org/v3/0123456789abcdef0123456789abcdef", "13:31",
     "PL-C050", "rpc.example.org/{secret}"},
    {"one URL twice", "\"https://rpc.example.org/{secret}\"", "\"ws://127.0.0.1:8546\"", "13:31", "PL-C020", "remove"},
    {"no WebSocket", "ws://127.0.0.1:8546", "http://127.0.0.1:8545", "13:7", "PL-C062", "ws://127.0.0.1:8546"},
    {"placeholder without its secret", "rpc_secret = { file = \"/etc/plimsoll/rpc.key\" }\n", "", "13:7", "PL-C053",
     "rpc_secret = "},
    {"secret without its placeholder", "/{secret}", "/v1", "14:14", "PL-C053", "{secret}"},
    {"no endpoint", "[\"ws://127.0.0.1:8546\", \"https://rpc.example.org/{secret}\"]", "[]", "13:7", "PL-C010",
     "rpc = "},
    {"nine endpoints", "[\"ws://127.0.0.1:8546\",",
     "[\"ws://a\", \"ws://b\", \"ws://c\", \"ws://d\", \"ws://e\", \"ws://f\", \"ws://g\", \"ws://h\",", "13:7",
     "PL-C019", "remove"},
    {"listen without a port", "\"127.0.0.1:1876\"", "\"127.0.0.1\"", "6:10", "PL-C061", "127.0.0.1:1876"},
    {"listen on a name", "\"127.0.0.1:1876\"", "\"plimsoll.example.org:1876\"", "6:10", "PL-C061", "127.0.0.1:1876"},
    {"listen on port 70000", "\"127.0.0.1:1876\"", "\"127.0.0.1:70000\"", "6:10", "PL-C061", "127.0.0.1:1876"},
    // no TOML
    {"open string", "log_level = \"info\"", "log_level = \"info", "7:18", "PL-C003", "close the string"},
    {"word without quotes", "log_level = \"info\"", "log_level = info", "7:13", "PL-C003", "log_level = \"info\""},
    {"no value", "log_level = \"info\"", "log_level =", "7:1", "PL-C003", "write a value"},
    {"open heading", "[daemon]", "[daemon", "4:8", "PL-C003", "[section.name]"},
    {"no equals sign", "log_level = \"info\"", "log_level \"info\"", "7:11", "PL-C003", "correct the line"},
    {"bytes that are no UTF-8", "\"info\"", "\"\xff\"", "7:13", "PL-C003", "UTF-8"},
    {"key of a hundred parts", "record = true", "a.b.c.d.e.f.g.h.i.j.k.l = 1", "8:1", "PL-C003", "config schema"},
};

}  // namespace

TEST_CASE("a broken file names its place and its mend, and none gives settings") {
    CHECK(std::size(kBroken) >= 60);
    CHECK(load_text(kGoodFile, "/etc/plimsoll/plimsoll.toml", {}).has_value());
    for (const auto& broken : kBroken) {
        CAPTURE(broken.name);
        REQUIRE(kGoodFile.find(broken.from) != std::string_view::npos);
        const auto result = load_text(with_change(broken.from, broken.to), "/etc/plimsoll/plimsoll.toml", {});
        REQUIRE_FALSE(result.has_value());
        std::size_t errors = 0;
        std::string seen;
        bool found = false;
        for (const auto& d : result.error()) {
            if (d.severity == Diagnostic::Severity::Warning) continue;
            ++errors;
            const std::string place = fmt::format("{}:{}", d.place.line, d.place.column);
            found = found || (place == broken.place && to_string(d.code) == broken.code &&
                              d.mend.find(broken.mend) != std::string::npos);
            seen += fmt::format("\n  {} {} | {} | {} | {}", place, to_string(d.code), d.what, d.why, d.mend);
            CHECK_FALSE(d.what.empty());
            CHECK_FALSE(d.mend.empty());
        }
        CHECK_MESSAGE(found, seen);
        if (broken.errors != 0) CHECK_MESSAGE(errors == broken.errors, seen);
    }
}
