// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "bot/init/draft.hpp"
#include "bot/init/rpc_url.hpp"
#include "config/loader.hpp"
#include "config/units.hpp"
#include "tests/support/fake_market.hpp"

using namespace plimsoll;
using namespace plimsoll::bot::init;
using plimsoll::test::address_of;

namespace {

Wad level(std::string_view text) {
    return Wad{*config::parse_amount(config::Unit::Factor, text)};
}

constexpr std::uint32_t kStep = 200;  // bps

}  // namespace

TEST_CASE("levels are proposed between liquidation and where the position stands") {
    CHECK(propose(level("2"), kStep) == Levels{level("1.4"), level("1.25"), level("1.45")});
    CHECK(propose(Wad{kU256Max}, kStep) == Levels{level("1.4"), level("1.25"), level("1.45")});
    CHECK(propose(level("1.32"), kStep) == Levels{level("1.25"), level("1.19"), level("1.34")});
    // A loop: nearer, but never within two steps of the oracle.
    CHECK(propose(level("1.05"), kStep) == Levels{level("1.04"), level("1.03"), level("1.054")});
    CHECK(propose(level("1.03"), kStep).trigger == level("1.021"));
    // What stands below is rescued at once.
    CHECK(propose(level("1.01"), kStep).trigger == level("1.021"));
    CHECK(propose(level("0.9"), kStep).trigger == level("1.021"));
    for (std::uint64_t thousandths = 900; thousandths < 4'000; ++thousandths) {
        const Wad health{*checked_mul(U256{thousandths}, U256{1'000'000'000'000'000})};
        const auto out = propose(health, kStep);
        REQUIRE(out.trigger > Wad{kWad});
        REQUIRE(out.target > out.trigger);
        REQUIRE(out.warn >= out.trigger);
    }
}

TEST_CASE("what the owner chose stands, and the rest follows it") {
    const auto proposed = propose(level("2"), kStep);
    CHECK(around(proposed, level("1.5"), Wad{}) == Levels{level("1.5"), level("1.5"), level("1.9")});
    CHECK(around(proposed, Wad{}, level("1.8")) == Levels{level("1.4"), level("1.25"), level("1.8")});
    CHECK(around(proposed, Wad{}, Wad{}) == proposed);
}

TEST_CASE("a key in a URL is found and does not stay in it") {
    const auto written = [](std::string_view url) { return split_key(url).value().written; };
    CHECK(written("https://mainnet.infura.io/v3/0123456789abcdef0123456789abcdef") ==
          "https://mainnet.infura.io/v3/{secret}");
    CHECK(split_key("wss://eth-mainnet.g.alchemy.com/v2/aB3_xY9-kkkkkkkkkkkk7").value().key == "aB3_xY9-kkkkkkkkkkkk7");
    CHECK(written("https://user:word@node.example.org/rpc") == "https://{secret}@node.example.org/rpc");
    CHECK(written("https://node.example.org/?token=0123456789abcdef01") == "https://node.example.org/?token={secret}");
    for (const auto* url : {"ws://127.0.0.1:8546", "https://rpc.example.org/v1/ethereum-mainnet-beacon",
                            "https://rpc.ankr.com/eth", "https://node.example.org/v2/{secret}"}) {
        CHECK(written(url) == url);
        CHECK(split_key(url).value().key.empty());
    }
    CHECK_FALSE(split_key("127.0.0.1:8545"));
}

TEST_CASE("where a node's WebSocket may be") {
    CHECK(socket_candidates("http://127.0.0.1:8545") ==
          std::vector<std::string>{"ws://127.0.0.1:8545", "ws://127.0.0.1:8546"});
    CHECK(socket_candidates("https://node.example.org/v2/{secret}") ==
          std::vector<std::string>{"wss://node.example.org/v2/{secret}"});
    CHECK(socket_candidates("wss://node.example.org").empty());
}

TEST_CASE("the proposed file loads without a finding, and says what it means") {
    const Address account = address_of(0xACC);
    test::FakeState state;
    state.assets = {{address_of(0xE), 18, U256{2'000'00000000}, 8'000, 0, false},
                    {address_of(0xD), 6, U256{1'00000000}, 8'000, 0, false}};
    state.accounts[account] = {{*checked_mul(U256{10}, kWad), {}, 1}, {{}, U256{10'000'000'000}, 1}};
    BlockRef block;
    block.timestamp = 1;
    auto market = std::make_shared<test::FakeMarket>(state, block);
    market->options().sources = {{0, address_of(1)}, {1, address_of(2)}};
    market->watch(account);

    Draft draft;
    draft.data_dir = "/tmp/a \"quoted\" folder";
    draft.chains.push_back({"ethereum", 1, {"wss://node.example.org/{secret}"}, "/tmp/rpc.key", 2'000});
    draft.wallets.push_back({"main", account});
    draft.keystore = "/tmp/k.json";
    draft.passphrase_file = "/tmp/k.pass";
    draft.console_token = "/tmp/console.token";
    Found known;
    known.market.name = "aave-v3-core";
    known.market.protocol = "aave-v3";
    known.known = true;
    known.state = market;
    known.position = market->position(account, 1).value();
    Found morpho = known;
    morpho.known = false;
    morpho.market.name = "morpho-t0-t1";
    morpho.market.protocol = "morpho-blue";
    morpho.market.morpho = address_of(0x11);
    morpho.market.id = test::hash_of(5);
    for (const auto& found : {known, morpho, known})
        draft.positions.push_back(draft_position(draft, "ethereum", found, Wad{}, Wad{}).value());

    CHECK(draft.positions[0].name == "main-aave-v3-core");
    CHECK(draft.positions[2].name == "main-aave-v3-core-2");
    CHECK(meaning(draft.positions[0]) ==
          "acts when T0 falls to 1,562.49 USD, 21.8 % below now; liquidation at 1,249.99 USD, 37.5 % below");
    draft.positions.pop_back();
    const std::string text = to_toml(draft);
    const auto loaded = config::load_text(text, "/tmp/plimsoll.toml", {});
    if (!loaded) FAIL(std::string(text + config::render(loaded.error(), false)));
    CHECK(loaded->warnings.empty());
    const auto& settings = loaded->settings;
    CHECK(settings.mode == config::Mode::DryRun);
    REQUIRE(settings.wallets.size() == 1);
    REQUIRE(settings.wallets[0].positions.size() == 2);
    CHECK(settings.wallets[0].positions[0].trigger == level("1.25"));
    CHECK(settings.wallets[0].positions[1].market == "morpho-t0-t1");
    CHECK(settings.wallets[0].signer->keystore == "/tmp/k.json");
    CHECK(settings.console.token->name == "/tmp/console.token");
    CHECK(settings.chains[0].block_time.count() == 2'000);
    CHECK(settings.chains[0].rpc_secret->name == "/tmp/rpc.key");
    CHECK(text.find("# These levels mean: acts when T0 falls to 1,562.49 USD") != std::string::npos);
}
