// SPDX-License-Identifier: Apache-2.0
// Guard, lenders, pools, routers, aggregators, and what a position says of a rescue with its own collateral.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "config/known.hpp"
#include "config/reference.hpp"
#include "config/schema.hpp"
#include "config/show.hpp"

using namespace plimsoll;
using namespace plimsoll::config;

namespace {

constexpr std::string_view kRescueFile = R"(version = 1
[chain.ethereum]
id = 1
rpc = ["ws://127.0.0.1:8546"]
guard = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
[lender.morpho]
chain = "ethereum"
kind = "morpho-blue"
address = "0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb"
[pool.usdc-weth]
chain = "ethereum"
kind = "uniswap-v3"
address = "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640"
reference = "30m"
[pool.old]
chain = "ethereum"
kind = "uniswap-v2"
address = "0xB4e16d0168e52d35CaCD2c6185b44281Ec28C9Dc"
fee = "0.3%"
[router.v3]
chain = "ethereum"
kind = "uniswap-v3-02"
address = "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45"
[router.v2]
chain = "ethereum"
kind = "uniswap-v2"
address = "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D"
[aggregator.zerox]
chain = "ethereum"
kind = "0x"
key = { file = "/etc/plimsoll/0x.key" }
targets = ["0x0000000000001fF3684f28c67538d4D072C22734"]
deadline = "900ms"
[relay.builders]
chain = "ethereum"
kind = "bundle"
url = "https://builders.example"
identity = { file = "/etc/plimsoll/relay.key" }
deadline = "3s"
[wallet.treasury]
address = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
signer = { keystore = "/etc/plimsoll/guardian.json", passphrase = { credential = "guardian-pass" } }
guard = "allowance"
[[wallet.treasury.position]]
name = "treasury-aave"
market = "aave-v3-core"
warn = "1.40"
trigger = "1.25"
target = "1.60"
strategies = ["repay-with-collateral", "swap-debt", "close"]
collateral_order = ["0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"]
debt_order = ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"]
swap_into = ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"]
close_below = "1.05"
close_at_price = { "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2" = "1500 USD" }
)";

constexpr Address kWeth = Address::literal("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2");
constexpr Address kUsdc = Address::literal("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");

std::string changed(std::string_view from, std::string_view to) {
    std::string out(kRescueFile);
    const auto at = out.find(from);
    REQUIRE(at != std::string::npos);
    return out.replace(at, from.size(), to);
}

Loaded good(std::string_view text, const Environment& environment = {}) {
    auto result = load_text(text, "/etc/plimsoll/plimsoll.toml", environment);
    if (!result) FAIL(render(result.error()));
    return *std::move(result);
}

struct Case {
    std::string_view from;
    std::string_view to;
    Code code;
    std::string_view key;
    std::string_view mend;  // part of it
};

}  // namespace

TEST_CASE("what a rescue needs arrives exactly") {
    const Loaded loaded = good(kRescueFile);
    const Settings& s = loaded.settings;
    CHECK(loaded.warnings.empty());
    CHECK(s.chains[0].guard == Address::literal("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
    REQUIRE(s.lenders.size() == 1);
    CHECK(s.lenders[0] ==
          Lender{"morpho", "ethereum", "morpho-blue", Address::literal("0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb")});
    REQUIRE(s.pools.size() == 2);
    CHECK(s.pools[0].kind == "uniswap-v3");
    CHECK(s.pools[0].reference == std::chrono::minutes(30));
    CHECK(s.pools[1].fee_bps == 30);
    CHECK_FALSE(s.pools[1].reference.has_value());
    REQUIRE(s.routers.size() == 2);
    CHECK(s.routers[0].name == "v3");
    CHECK(s.routers[0].kind == "uniswap-v3-02");
    REQUIRE(s.aggregators.size() == 1);
    CHECK(s.aggregators[0].key == SecretRef{SecretRef::Kind::File, "/etc/plimsoll/0x.key"});
    CHECK_FALSE(s.aggregators[0].url.has_value());
    CHECK(s.aggregators[0].deadline == std::chrono::milliseconds(900));
    REQUIRE(s.relays.size() == 1);
    CHECK(s.relays[0] == Relay{"builders", "ethereum", "bundle", "https://builders.example", std::nullopt,
                               SecretRef{SecretRef::Kind::File, "/etc/plimsoll/relay.key"},
                               std::chrono::milliseconds(3'000)});
    CHECK(s.chains[0].private_blocks == 2);
    REQUIRE(s.aggregators[0].targets.size() == 1);
    CHECK(s.wallets[0].guard == guard::Access::Allowance);
    const Position& position = s.wallets[0].positions[0];
    CHECK(position.strategies == std::vector<std::string>{"repay-with-collateral", "swap-debt", "close"});
    CHECK(position.collateral_order == std::vector<Address>{kWeth});
    CHECK(position.debt_order == std::vector<Address>{kUsdc});
    CHECK(position.swap_into == std::vector<Address>{kUsdc});
    CHECK(position.close_below == Wad{U256::literal("1'050'000'000'000'000'000")});
    CHECK(position.close_at_price == std::vector{std::pair(kWeth, Price{U256{150'000'000'000}})});
}

TEST_CASE("every kind of guard is read and written") {
    for (const auto& [text, access] :
         {std::pair("allowance", guard::Access::Allowance), std::pair("self", guard::Access::Self),
          std::pair("module", guard::Access::Module)}) {
        const Loaded loaded = good(changed("guard = \"allowance\"", fmt::format("guard = \"{}\"", text)));
        CHECK(loaded.settings.wallets[0].guard == access);
        CHECK(show_toml(loaded, false).find(fmt::format("guard = \"{}\"", text)) != std::string::npos);
    }
}

TEST_CASE("a rescue's settings show, and load again as themselves") {
    const Loaded first = good(kRescueFile);
    for (const bool origins : {true, false}) CHECK(good(show_toml(first, origins)).settings == first.settings);
    CHECK(show_toml(first, false)
              .find("close_at_price = { \"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\" = \"1500 USD\" }") !=
          std::string::npos);
}

TEST_CASE("the coin of a known chain is known, and the file wins") {
    const Loaded loaded = good(kRescueFile);
    CHECK(loaded.settings.chains[0].wrapped_native == kWeth);
    CHECK(describe_origin(loaded, "chain.ethereum.wrapped_native") == "known chain");
    const Loaded other =
        good(changed("id = 1\n", "id = 1\nwrapped_native = \"0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48\"\n"));
    CHECK(other.settings.chains[0].wrapped_native == kUsdc);
    for (const auto& coin : known_coins()) CHECK(known_coin(coin.chain_id) == &coin);  // none twice
    for (const auto& market : known_markets()) {
        CAPTURE(market.name);
        if (market.chain_id != 143) CHECK(known_coin(market.chain_id) != nullptr);  // Monad's is not in the source
    }
    CHECK(known_coin(31337) == nullptr);
}

TEST_CASE("who bills for data is known of known chains, and the file wins") {
    CHECK(known_rollup(8453) == "op-stack");
    CHECK(known_rollup(10) == "op-stack");
    CHECK(known_rollup(42161) == "arbitrum");
    CHECK(known_rollup(1) == "none");
    CHECK(known_rollup(5000) == "none");  // Mantle has rules of its own
    const Loaded loaded = good(kRescueFile);
    CHECK_FALSE(loaded.settings.chains[0].rollup.has_value());
    CHECK(loaded.settings.chains[0].finality == 64);
    const Loaded other = good(changed("id = 1\n", "id = 1\nrollup = \"arbitrum\"\nfinality = \"900 blocks\"\n"));
    CHECK(other.settings.chains[0].rollup == "arbitrum");
    CHECK(other.settings.chains[0].finality == 900);
}

TEST_CASE("the environment reaches the new sections") {
    const Loaded loaded = good(kRescueFile, {{"PLIMSOLL__POOL__USDC_WETH__REFERENCE", "10m"},
                                             {"PLIMSOLL__AGGREGATOR__ZEROX__URL", "http://127.0.0.1:9"},
                                             {"PLIMSOLL__LENDER__MORPHO__KIND", "uniswap-v3"},
                                             {"PLIMSOLL__ROUTER__V3__KIND", "uniswap-v3"},
                                             {"PLIMSOLL__WALLET__TREASURY__POSITION__0__CLOSE_AT_PRICE",
                                              "{ \"0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48\" = \"0.9 USD\" }"}});
    CHECK(loaded.settings.pools[0].reference == std::chrono::minutes(10));
    CHECK(loaded.settings.aggregators[0].url == "http://127.0.0.1:9");
    CHECK(loaded.settings.lenders[0].kind == "uniswap-v3");
    CHECK(loaded.settings.routers[0].kind == "uniswap-v3");
    CHECK(loaded.settings.wallets[0].positions[0].close_at_price ==
          std::vector{std::pair(kUsdc, Price{U256{90'000'000}})});
}

TEST_CASE("each mistake has one error that names its key and its mend") {
    const Case cases[] = {
        {"kind = \"morpho-blue\"", "kind = \"morpho\"", Code::UnknownChoice, "lender.morpho.kind",
         "morpho-blue, uniswap-v3"},
        {"chain = \"ethereum\"\nkind = \"morpho-blue\"", "chain = \"etherum\"\nkind = \"morpho-blue\"",
         Code::UnknownReference, "lender.morpho.chain", "write chain = \"ethereum\""},
        {"chain = \"ethereum\"\nkind = \"0x\"", "chain = \"base\"\nkind = \"0x\"", Code::UnknownReference,
         "aggregator.zerox.chain", "add [chain.base]"},
        {"reference = \"30m\"", "reference = \"30s\"", Code::OutOfBounds, "pool.usdc-weth.reference", "1m"},
        {"reference = \"30m\"", "fee = \"0.05%\"", Code::NotForKind, "pool.usdc-weth.fee", "remove this line"},
        {"fee = \"0.3%\"", "reference = \"30m\"", Code::NotForKind, "pool.old.reference", "remove this line"},
        {"0xB4e16d0168e52d35CaCD2c6185b44281Ec28C9Dc", "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640", Code::NameClash,
         "pool.old.address", "remove one"},
        {"0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D", "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488d", Code::BadAddress,
         "router.v2.address", "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D"},
        {"key = { file = \"/etc/plimsoll/0x.key\" }\n", "", Code::MissingKey, "aggregator.zerox.key", "add key ="},
        {"key = { file = \"/etc/plimsoll/0x.key\" }", "key = \"abc\"", Code::LiteralSecret, "aggregator.zerox.key",
         "mode 0600"},
        {"targets = [\"0x0000000000001fF3684f28c67538d4D072C22734\"]", "targets = []", Code::MissingKey,
         "aggregator.zerox.targets", "targets ="},
        {"deadline = \"900ms\"", "url = \"ws://api.0x.org\"", Code::BadUrl, "aggregator.zerox.url",
         "https://api.0x.org"},
        {"deadline = \"900ms\"", "deadline = \"5ms\"", Code::OutOfBounds, "aggregator.zerox.deadline", "100ms"},
        {"guard = \"allowance\"", "guard = \"safe\"", Code::UnknownChoice, "wallet.treasury.guard",
         "allowance, self, module"},
        {"guard = \"allowance\"\n", "", Code::GuardMissing, "wallet.treasury.position.0.strategies",
         "write guard = \"allowance\""},
        {"guard = \"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"\n", "", Code::GuardMissing, "chain.ethereum.guard",
         "plimsoll guard address"},
        {"\"swap-debt\"", "\"swap-dept\"", Code::UnknownChoice, "wallet.treasury.position.0.strategies", "swap-debt"},
        {"\"swap-debt\", ", "", Code::NoUse, "wallet.treasury.position.0.swap_into", "swap-collateral"},
        {"close_below = \"1.05\"", "close_below = \"1.25\"", Code::HealthFactorOrder,
         "wallet.treasury.position.0.close_below", "lower close_below"},
        {"\"1500 USD\"", "1500", Code::MissingUnit, "wallet.treasury.position.0.close_at_price",
         "\"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\" = \"1500 USD\""},
        {"close_at_price = { \"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\"", "close_at_price = { \"WETH\"",
         Code::BadAddress, "wallet.treasury.position.0.close_at_price", "close_at_price = {"},
        {"{ \"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\" = \"1500 USD\" }", "\"1500 USD\"", Code::WrongType,
         "wallet.treasury.position.0.close_at_price", "close_at_price = {"},
        {"kind = \"bundle\"", "kind = \"bundles\"", Code::UnknownChoice, "relay.builders.kind",
         "private-transaction, bundle"},
        {"url = \"https://builders.example\"\n", "", Code::MissingKey, "relay.builders.url", "add url ="},
        {"https://builders.example", "http://builders.example", Code::NotForKind, "relay.builders.url",
         "write https://"},
        {"deadline = \"3s\"", "status_url = \"http://127.0.0.1.example\"", Code::NotForKind,
         "relay.builders.status_url", "write https://"},
        {"identity = { file = \"/etc/plimsoll/relay.key\" }", "identity = \"0x01\"", Code::LiteralSecret,
         "relay.builders.identity", "mode 0600"},
        {"chain = \"ethereum\"\nkind = \"bundle\"", "chain = \"base\"\nkind = \"bundle\"", Code::UnknownReference,
         "relay.builders.chain", "add [chain.base]"},
        {"[router.v2]", "[routers.v2]", Code::UnknownSection, "routers", "write `router`"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.from);
        CAPTURE(one.to);
        const auto result = load_text(changed(one.from, one.to), "/etc/plimsoll/plimsoll.toml", {});
        REQUIRE_FALSE(result.has_value());
        std::vector<Diagnostic> errors;
        for (const auto& d : result.error()) {
            if (d.severity == Diagnostic::Severity::Error) errors.push_back(d);
        }
        CAPTURE(render(errors));
        REQUIRE(errors.size() == 1);
        CHECK(errors[0].code == one.code);
        CHECK(errors[0].key == one.key);
        CHECK(errors[0].mend.find(one.mend) != std::string::npos);
    }
}

TEST_CASE("two settings without use are two errors in one pass") {
    const auto result = load_text(changed(", \"close\"]", "]"), "/etc/plimsoll/plimsoll.toml", {});
    REQUIRE_FALSE(result.has_value());
    REQUIRE(result.error().size() == 2);
    CHECK(result.error()[0].key == "wallet.treasury.position.0.close_below");
    CHECK(result.error()[1].key == "wallet.treasury.position.0.close_at_price");
}

TEST_CASE("what cannot be used or sold through is warned of") {
    std::string text = changed("kind = \"uniswap-v3-02\"", "kind = \"uniswap-v2\"");
    auto warnings = good(text).warnings;
    CHECK(warnings.empty());  // the pool that no router fits still is a reference
    text = changed("[router.v2]\nchain = \"ethereum\"\nkind = \"uniswap-v2\"",
                   "[router.v2]\nchain = \"ethereum\"\nkind = \"uniswap-v3\"");
    warnings = good(text).warnings;
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].code == Code::NoUse);
    CHECK(warnings[0].key == "pool.old.kind");
    const auto from = kRescueFile.find("[pool.usdc-weth]");
    const auto until = kRescueFile.find("[wallet.treasury]");
    text = std::string(kRescueFile.substr(0, from)) + std::string(kRescueFile.substr(until));
    warnings = good(text).warnings;
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].code == Code::NothingToSellThrough);
}

TEST_CASE("M10 fees that nodes would refuse to send are warned of") {
    const auto with = [](std::string_view limit, std::string_view cap) {
        std::string text =
            changed("close_below = \"1.05\"",
                    fmt::format("close_below = \"1.05\"\nlimits = {{ max_fee_per_gas = \"{}\" }}", limit));
        return text.replace(text.find("id = 1"), 6, fmt::format("id = 1\nrpc_fee_cap = \"{}\"", cap));
    };
    const auto warnings = good(with("700 gwei", "1 ETH")).warnings;
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].code == Code::FeeCap);
    CHECK(warnings[0].key == "wallet.treasury.position.0.limits.max_fee_per_gas");
    CHECK(warnings[0].mend.find("--rpc.txfeecap") != std::string::npos);
    CHECK(good(with("600 gwei", "1 ETH")).warnings.empty());
    CHECK(good(with("700 gwei", "2 ETH")).warnings.empty());
    CHECK(good(with("700 gwei", "0 ETH")).warnings.empty());
}

TEST_CASE("the reference tells the new sections") {
    const std::string text = reference_markdown();
    const auto told = [&](const auto& settings) {
        for (const auto& setting : settings)
            CHECK(text.find(fmt::format("| `{}` |", setting.rule.key)) != std::string::npos);
    };
    told(settings_of<Lender>());
    told(settings_of<Pool>());
    told(settings_of<Router>());
    told(settings_of<Feed>());
    told(settings_of<Aggregator>());
    told(settings_of<Relay>());
    for (const auto* title : {"[lender.NAME]", "[pool.NAME]", "[router.NAME]", "[aggregator.NAME]", "[relay.NAME]"})
        CHECK(text.find(title) != std::string::npos);
}
