// SPDX-License-Identifier: Apache-2.0
// Calls of the guard against what viem makes of the same values (tests/data/guard).
#include "strategies/guard.hpp"

#include <doctest/doctest.h>
#include <fstream>
#include <nlohmann/json.hpp>

#include "strategies/erc20.hpp"

using namespace plimsoll;
using namespace plimsoll::guard;

namespace {

std::string vector(const std::string& name) {
    static const nlohmann::json all = [] {
        std::ifstream file(std::string(PLIMSOLL_TEST_DATA) + "/guard/vectors.json");
        return nlohmann::json::parse(file);
    }();
    return all.at(name).get<std::string>();
}

Bytes bytes(const std::string& name) {
    return *from_hex(vector(name));
}

Address filled(std::uint8_t byte) {
    Address out;
    out.bytes.fill(byte);
    return out;
}

Hash32 word(std::uint8_t byte) {
    Hash32 out;
    out.bytes.fill(byte);
    return out;
}

constexpr Timestamp kDeadline = 1'700'000'099;
const Address kGuard = filled(0xaa);
const Address kAccount = filled(0x11);
const lending::GuardMarket kMorpho = {1, filled(0x22), word(0x5a)};
const lending::GuardMarket kAave = {0, filled(0x77), {}};

Policy policy() {
    Policy out;
    out.guardian = filled(0x33);
    out.access = Access::Module;
    out.expiry = 1'893'456'000;
    out.cooldown = 120;
    out.max_loss_bps = 75;
    out.may_close = true;
    out.trigger = Wad{U256::literal("1'250'000'000'000'000'000")};
    out.floor = Wad{kWad};
    out.ceiling = Wad{U256::literal("1'680'000'000'000'000'001")};
    out.value_per_day = U256::literal("10'000'000'000'000");
    out.collaterals = {filled(0x44), filled(0x45)};
    out.debts = {filled(0x46)};
    return out;
}

/// Every number at the most that its field holds.
Policy bare() {
    constexpr U256 k96 = U256::literal("79228162514264337593543950335");
    Policy out;
    out.guardian = filled(0xff);
    out.access = Access::Allowance;
    out.expiry = (1ULL << 40U) - 1;
    out.cooldown = ~std::uint32_t{};
    out.max_loss_bps = 65'535;
    out.trigger = Wad{k96};
    out.ceiling = Wad{k96};
    out.value_per_day = U256::literal("340282366920938463463374607431768211455");
    out.venues = {filled(1), filled(2), filled(3)};
    return out;
}

U256 nonce() {
    return U256::literal("1020847100762815390390123822295304634373");
}

Plan plan() {
    Plan out;
    out.account = kAccount;
    out.market = kAave;
    out.deadline = 1'700'000'012;
    out.floor = Wad{U256::literal("1'550'000'000'000'000'000")};
    out.loan = {Lender::AaveV3, filled(0x55), filled(0x46), TokenAmount{U256{123'456'789}}};
    Step repay;
    repay.action = Action::Repay;
    repay.asset = filled(0x46);
    repay.amount = TokenAmount{U256::max()};
    Step swap;
    swap.action = Action::Swap;
    swap.asset = filled(0x44);
    swap.amount = TokenAmount{kWad};
    swap.asset_out = filled(0x46);
    swap.min_out = TokenAmount{U256{1'990'000'000}};
    swap.target = filled(0x56);
    for (int i = 0; i < 5; ++i) {
        const Bytes piece = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
        swap.data.insert(swap.data.end(), piece.begin(), piece.end());
    }
    out.steps = {repay, swap};
    return out;
}

}  // namespace

TEST_CASE("calls of the guard are what viem encodes") {
    const Bytes signature(65, 0xab);
    Plan none = plan();
    none.loan = {};
    none.steps.clear();
    const std::pair<const char*, Bytes> calls[] = {
        {"setPolicy", set_policy(kGuard, kMorpho, policy()).data},
        {"setBarePolicy", set_policy(kGuard, kAave, bare()).data},
        {"setPolicyBySignature",
         set_policy_by_signature(kGuard, kAccount, kMorpho, policy(), nonce(), kDeadline, signature).data},
        {"execute", execute(kGuard, plan()).data},
        {"executeNone", execute(kGuard, none).data},
        {"revoke", revoke(kGuard, kMorpho).data},
        {"revokeAll", revoke_all(kGuard).data},
        {"policyOf", policy_of(kGuard, kAccount, kMorpho).data},
        {"spentOf", spent_of(kGuard, kAccount, kMorpho).data},
        {"nonceOf", nonce_of(kGuard, kAccount).data},
    };
    for (const auto& [name, data] : calls) {
        CAPTURE(name);
        CHECK(to_hex(data) == vector(name));
    }
    CHECK(execute(kGuard, plan()).to == kGuard);
    CHECK(policy_of(kGuard, kAccount, kMorpho).to == kGuard);
}

TEST_CASE("what an account signs is what viem hashes") {
    CHECK(to_string(policy_digest(31'337, kGuard, kAccount, kMorpho, policy(), nonce(), kDeadline)) ==
          vector("policyDigest"));
    CHECK(to_string(policy_digest(1, kAccount, kAccount, kAave, bare(), U256{}, 0)) == vector("bareDigest"));
}

TEST_CASE("every member of a policy is signed") {
    const auto digest = [](const Policy& p) {
        return policy_digest(31'337, kGuard, kAccount, kMorpho, p, nonce(), kDeadline);
    };
    const Hash32 original = digest(policy());
    const auto changed = [&](auto change) {
        Policy p = policy();
        change(p);
        CHECK(digest(p) != original);
    };
    changed([](Policy& p) { p.guardian = filled(0x34); });
    changed([](Policy& p) { p.access = Access::Self; });
    changed([](Policy& p) { ++p.expiry; });
    changed([](Policy& p) { ++p.cooldown; });
    changed([](Policy& p) { ++p.max_loss_bps; });
    changed([](Policy& p) { p.may_close = false; });
    changed([](Policy& p) { p.trigger = p.floor; });
    changed([](Policy& p) { p.floor = p.trigger; });
    changed([](Policy& p) { p.ceiling = p.trigger; });
    changed([](Policy& p) { p.value_per_day = U256{1}; });
    changed([](Policy& p) { p.collaterals.pop_back(); });
    changed([](Policy& p) { p.debts.clear(); });
    changed([](Policy& p) { p.venues.push_back(filled(1)); });
}

TEST_CASE("answers of the guard are read as they were written") {
    const auto read = standing({true, bytes("policyAnswer")}, {true, bytes("spentAnswer")});
    REQUIRE(read.has_value());
    CHECK(read->policy == policy());
    CHECK(read->spent_current == U256{7});
    CHECK(read->spent_previous == U256{8});
    CHECK(read->window_start == 1'700'000'000);
    CHECK(read->last_plan == 1'700'000'001);
    const auto most = standing({true, bytes("bareAnswer")}, {true, bytes("spentAnswer")});
    REQUIRE(most.has_value());
    CHECK(most->policy == bare());
}

TEST_CASE("answers that no guard gives are errors") {
    const Bytes policy_answer = bytes("policyAnswer");
    const Bytes spent = bytes("spentAnswer");
    const auto code = [&](const CallResult& a, const CallResult& b) {
        const auto result = standing(a, b);
        REQUIRE_FALSE(result.has_value());
        return result.error().code;
    };
    CHECK(code({false, {}}, {true, spent}) == Errc::Reverted);
    CHECK(code({true, policy_answer}, {false, {}}) == Errc::Reverted);
    CHECK(code({true, {}}, {true, spent}) == Errc::Decode);
    CHECK(code({true, policy_answer}, {true, {}}) == Errc::Decode);
    CHECK(code({true, policy_answer}, {true, Bytes(spent.begin(), spent.end() - 1)}) == Errc::Decode);
    for (std::size_t size = 0; size < policy_answer.size(); size += 16)
        CHECK(code({true, Bytes(policy_answer.begin(), policy_answer.begin() + static_cast<std::ptrdiff_t>(size))},
                   {true, spent}) == Errc::Decode);
    Bytes access = policy_answer;
    access[32 + 63] = 3;  // the second member
    CHECK(code({true, access}, {true, spent}) == Errc::Decode);
    Bytes wide = policy_answer;
    wide[32 + 64] = 1;  // the expiry's highest byte
    CHECK(code({true, wide}, {true, spent}) == Errc::Decode);
}

TEST_CASE("a permit is what viem hashes and encodes") {
    const auto domain = Hash32::parse(vector("tokenDomain"));
    REQUIRE(domain.has_value());
    const TokenAmount all{U256::max()};
    CHECK(to_string(erc20::permit_digest(*domain, kAccount, kGuard, all, U256{4}, kDeadline)) ==
          vector("permitDigest"));
    const erc20::PermitSignature signature{28, U256::from_be_bytes(word(0x12).bytes),
                                           U256::from_be_bytes(word(0x34).bytes)};
    CHECK(to_hex(erc20::permit(filled(0x88), kAccount, kGuard, all, kDeadline, signature).data) == vector("permit"));
    CHECK(to_hex(erc20::nonces(filled(0x88), kAccount).data) ==
          "0x7ecebe00" + std::string(24, '0') + std::string(40, '1'));
    CHECK(to_hex(erc20::domain_separator(filled(0x88)).data) == "0x3644e515");
}
