// SPDX-License-Identifier: Apache-2.0
// What a key may be asked to sign, by the configuration alone.
#include "bot/shell/signing_policy.hpp"

#include <doctest/doctest.h>
#include <functional>

#include "bot/shell/signers.hpp"
#include "chain/codec/abi_words.hpp"
#include "chain/keys/private_key.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "strategies/erc20.hpp"
#include "strategies/guard.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;

namespace {

Address at(std::uint8_t n) {
    Address out;
    out.bytes.fill(n);
    return out;
}

const Address kAccount = at(0x11);
const Address kGuardian = at(0x22);
const Address kStranger = at(0x66);
const Address kToken = at(0x33);
const Address kGuard = at(0x44);
const Address kRouter = at(0x55);
const Address kMorpho = at(0x77);
constexpr Address kCoreProvider = Address::literal("0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e");
constexpr Address kCorePool = Address::literal("0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2");

Bytes params() {
    abi::Encoder out;
    return out.address(kToken).address(at(0x34)).address(at(0x35)).address(at(0x36)).uint(U256{860}).finish();
}

config::Market market(const std::string& name, const Address& provider) {
    config::Market out;
    out.name = name;
    out.chain = "ethereum";
    out.protocol = "aave-v3";
    out.addresses_provider = provider;
    return out;
}

config::Settings settings() {
    config::Settings out;
    config::Chain chain;
    chain.name = "ethereum";
    chain.id = 1;
    chain.guard = kGuard;
    out.chains = {chain};
    config::Market blue = market("blue", {});
    blue.protocol = "morpho-blue";
    blue.addresses_provider.reset();
    blue.morpho = kMorpho;
    blue.id = keccak256(params());
    out.markets = {market("core", kCoreProvider), market("fork", at(0x88)), blue};
    out.routers = {{"router", "ethereum", "uniswap-v3", kRouter}};
    config::Wallet wallet;
    wallet.name = "treasury";
    wallet.address = kAccount;
    for (const auto* name : {"core", "blue"}) {
        config::Position position;
        position.name = name;
        position.market = name;
        position.limits.max_fee_per_gas = Wei{U256{name[0] == 'c' ? 100U : 200U}};
        wallet.positions.push_back(position);
    }
    out.wallets = {wallet};
    return out;
}

tx::Eip1559 calling(const lending::ContractCall& call) {
    tx::Eip1559 out;
    out.chain_id = 1;
    out.message.to = call.to;
    out.message.data = call.data;
    out.message.gas_limit = 300'000;
    out.max_fee = Wei{U256{150}};
    return out;
}

lending::ContractCall repay(const Address& pool, const Address& whose) {
    abi::Encoder out(lending::aave_v3::call::kRepay);
    return {pool, out.address(kToken).uint(U256{1'000}).uint(U256{2}).address(whose).finish()};
}

lending::ContractCall repay_blue(const Address& morpho, const Address& whose, const Bytes& terms,
                                 const Bytes& callback = {}) {
    abi::Encoder out(lending::morpho_blue::call::kRepay, 11);
    abi::Reader reader(terms);
    for (int i = 0; i < 5; ++i) out.uint(*reader.uint());
    return {morpho, out.uint(U256{7}).uint(U256{}).address(whose).bytes(callback).finish()};
}

guard::Plan plan() {
    guard::Plan out;
    out.account = kAccount;
    out.market = {guard::kAaveV3, kCoreProvider, {}};
    out.deadline = 2'000'000'000;
    out.floor = Wad{U256{5}};
    out.loan = {guard::Lender::AaveV3, kCorePool, kToken, TokenAmount{U256{10}}};
    guard::Step swap;
    swap.action = guard::Action::Swap;
    swap.asset = kToken;
    swap.amount = TokenAmount{U256{10}};
    swap.asset_out = at(0x34);
    swap.min_out = TokenAmount{U256{9}};
    swap.target = kRouter;
    swap.data = {1, 2, 3};
    guard::Step repays;
    repays.action = guard::Action::Repay;
    repays.asset = at(0x34);
    out.steps = {swap, repays};
    return out;
}

SigningPolicy own_key(const config::Settings& config = settings()) {
    return SigningPolicy(config, config.wallets[0], kAccount);
}

SigningPolicy guarded() {
    auto config = settings();
    config.wallets[0].guard = guard::Access::Module;
    return SigningPolicy(config, config.wallets[0], kGuardian);
}

void check_refused(SigningPolicy policy, const tx::Transaction& asked, const std::string& why) {
    CAPTURE(why);
    const auto said = policy.check(asked);
    REQUIRE_FALSE(said);
    CHECK(said.error().code == Errc::Refused);
    CHECK(said.error().message.find(why) != std::string::npos);
}

}  // namespace

TEST_CASE("an account's key repays its debts in its markets and allows them to take tokens") {
    auto policy = own_key();
    CHECK(policy.check(calling(repay(kCorePool, kAccount))));
    CHECK(policy.check(calling(repay_blue(kMorpho, kAccount, params()))));
    CHECK(policy.check(calling(erc20::approve(kToken, kCorePool, TokenAmount{U256{5}}))));
    CHECK(policy.check(calling(erc20::approve(kToken, kMorpho, TokenAmount{}))));
}

TEST_CASE("K14 what a request may not be: of another chain, with coin, too dear, a new contract, another type") {
    const tx::Eip1559 good = calling(repay(kCorePool, kAccount));
    const auto changed = [&](const std::function<void(tx::Eip1559&)>& change) {
        tx::Eip1559 out = good;
        change(out);
        return out;
    };
    REQUIRE(own_key().check(good));
    check_refused(own_key(), changed([](auto& t) { t.chain_id = 10; }), "chain 10");
    check_refused(own_key(), changed([](auto& t) { t.message.value = Wei{U256{1}}; }), "1 wei");
    check_refused(own_key(), changed([](auto& t) { t.max_fee = Wei{U256{201}}; }), "201 per gas");
    check_refused(own_key(), changed([](auto& t) { t.message.gas_limit = 16'777'217; }), "16777217 gas");
    check_refused(own_key(), changed([](auto& t) { t.message.to.reset(); }), "creates a contract");
    check_refused(own_key(), changed([](auto& t) { t.access_list.emplace_back(); }), "access list");
    tx::Legacy legacy;
    legacy.message = good.message;
    check_refused(own_key(), legacy, "another type");
    tx::Eip7702 delegation;
    delegation.chain_id = 1;
    delegation.message = good.message;
    check_refused(own_key(), delegation, "another type");
}

TEST_CASE("K14 what an account's key is never asked for: other targets, functions, spenders, debtors") {
    check_refused(own_key(), calling(repay(kStranger, kAccount)), "none of the wallet's markets");
    check_refused(own_key(), calling(repay(kCorePool, kStranger)), "debt of " + to_string(kStranger));
    check_refused(own_key(), calling(erc20::approve(kToken, kStranger, TokenAmount{U256{5}})),
                  "allowed to take tokens");
    abi::Encoder transfer(selector("transfer(address,uint256)"));
    check_refused(own_key(), calling({kToken, transfer.address(kStranger).uint(U256{1}).finish()}), "another function");
    abi::Encoder withdraw(selector("withdraw(address,uint256,address)"));
    check_refused(own_key(), calling({kCorePool, withdraw.address(kToken).uint(U256{1}).address(kStranger).finish()}),
                  "another function");
    check_refused(own_key(), calling({kCorePool, {}}), "another function");
    auto longer = repay(kCorePool, kAccount);
    longer.data.resize(longer.data.size() + 32);
    check_refused(own_key(), calling(longer), "another form");
    auto other = params();
    other.back() ^= 1;
    check_refused(own_key(), calling(repay_blue(kMorpho, kAccount, other)), "none of the wallet's");
    check_refused(own_key(), calling(repay_blue(kStranger, kAccount, params())), "none of the wallet's");
    check_refused(own_key(), calling(repay_blue(kMorpho, kStranger, params())), "debt of");
    check_refused(own_key(), calling(repay_blue(kMorpho, kAccount, params(), {1})), "calls back");
}

TEST_CASE("K14 a guardian's key sends plans to the guard, for this account and by these venues alone") {
    CHECK(guarded().check(calling(guard::execute(kGuard, plan()))));
    check_refused(guarded(), calling(guard::execute(kStranger, plan())), "is not the guard");
    check_refused(guarded(), calling(repay(kCorePool, kAccount)), "is not the guard");
    check_refused(guarded(), calling(erc20::approve(kToken, kCorePool, TokenAmount{U256{5}})), "is not the guard");
    const auto changed = [](const std::function<void(guard::Plan&)>& change) {
        guard::Plan out = plan();
        change(out);
        return calling(guard::execute(kGuard, out));
    };
    check_refused(guarded(), changed([](auto& p) { p.account = kStranger; }), "a plan for");
    check_refused(guarded(), changed([](auto& p) { p.market.entry = kStranger; }), "none of the wallet's");
    check_refused(guarded(), changed([](auto& p) { p.market.protocol = guard::kMorphoBlue; }), "none of the wallet's");
    check_refused(guarded(), changed([](auto& p) { p.steps[0].target = kStranger; }), "a swap by");
    check_refused(guarded(), changed([](auto& p) { p.steps[0].min_out = {}; }), "may bring nothing");
    check_refused(guarded(), changed([](auto& p) { p.loan.source = kStranger; }), "a loan of");
    CHECK(guarded().check(changed([](auto& p) { p.loan = {}; })));
    auto policy = guarded();
    const auto revoked = policy.check(calling(guard::revoke_all(kGuard)));
    REQUIRE_FALSE(revoked);
    CHECK(revoked.error().message.find("another function") != std::string::npos);
}

TEST_CASE("a plan's call data is read back as it was written, and nothing else is") {
    const Bytes data = guard::execute(kGuard, plan()).data;
    const auto read = guard::read_execute(data);
    REQUIRE(read);
    CHECK(*read == plan());
    for (std::size_t size = 0; size < data.size(); size += 32) {
        CAPTURE(size);
        const auto cut = guard::read_execute(ByteView(data).first(size));
        // The last word is padding behind the last bytes.
        if (size + 64 < data.size()) CHECK_FALSE(cut);
    }
}

TEST_CASE("K14 a pool that the configuration does not name is the first that is asked for, and stays so") {
    auto config = settings();
    config.wallets[0].positions[0].market = "fork";
    auto policy = own_key(config);
    const Address pool = at(0x99);
    CHECK(policy.check(calling(erc20::approve(kToken, pool, TokenAmount{U256{5}}))));
    CHECK(policy.check(calling(repay(pool, kAccount))));
    CHECK_FALSE(policy.check(calling(repay(kStranger, kAccount))));
    CHECK_FALSE(policy.check(calling(erc20::approve(kToken, kStranger, TokenAmount{U256{5}}))));
    policy.renew(own_key(config));  // the configuration was reloaded
    CHECK(policy.check(calling(repay(pool, kAccount))));
    CHECK_FALSE(policy.check(calling(repay(kStranger, kAccount))));
}

TEST_CASE("K14 the boundary asks the policy before it signs, whoever has the key") {
    auto key = keys::PrivateKey::generate();
    REQUIRE(key);
    auto config = settings();
    config.wallets[0].address = key->address();
    const Address account = key->address();
    WalletSigner signer{std::make_shared<keys::LocalSigner>(std::move(*key)), nullptr};
    const auto theft = calling(erc20::approve(kToken, kStranger, TokenAmount{U256{5}}));
    CHECK(sign_here(signer, theft));  // without a policy: the owner's own orders
    signer.policy = std::make_shared<SigningPolicy>(config, config.wallets[0], account);
    const auto said = sign_here(signer, theft);
    REQUIRE_FALSE(said);
    CHECK(said.error().code == Errc::Refused);
    CHECK(sign_here(signer, calling(repay(kCorePool, account))));
}
