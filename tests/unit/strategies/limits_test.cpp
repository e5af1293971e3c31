// SPDX-License-Identifier: Apache-2.0
#include "strategies/limits.hpp"

#include <doctest/doctest.h>

#include "strategies/erc20.hpp"
#include "tests/support/fake_market.hpp"

using namespace plimsoll;
using namespace plimsoll::strategies;
using plimsoll::test::address_of;

namespace {
BaseValue base(std::uint64_t n) {
    return BaseValue{U256{n}};
}
Wei wei(std::uint64_t n) {
    return Wei{U256{n}};
}
}  // namespace

TEST_CASE("values: what the owner gave in whole units is counted in the market's own scale") {
    CHECK(in_base(base(2'500'000'000), U256{100'000'000}) == base(2'500'000'000));  // Aave in dollars: as it is
    CHECK(in_base(base(2'500'000'000), U256{1'000'000}) == base(25'000'000));       // 25 of a token with 6 decimals
    CHECK(in_base(base(50'000'000), *pow10(18)) == BaseValue{*checked_mul(U256{5}, *pow10(17))});
    CHECK(in_base(Price{U256{3}}, U256{1'000'000}) == Price{U256{0}});  // below the smallest unit
    CHECK(in_base(BaseValue{kU256Max}, *pow10(18)) == BaseValue{kU256Max});
}

TEST_CASE("values: the limit itself passes, one more does not") {
    CHECK(check_value_per_action(base(100), base(100)).passed);
    CHECK(check_value_per_action(base(100), base(101)) == Check{"limit-value-per-action", false, "101", "at most 100"});
    CHECK(check_value_per_action(std::nullopt, BaseValue{kU256Max}).passed);
    CHECK(check_value_per_day(base(100), base(60), base(40)).passed);
    CHECK(check_value_per_day(base(100), base(60), base(41)) ==
          Check{"limit-value-per-day", false, "101", "at most 100"});
    CHECK(check_value_per_day(std::nullopt, base(60), base(41)).passed);
    CHECK_FALSE(
        check_value_per_day(base(100), BaseValue{kU256Max}, base(1)).passed);  // a sum that wraps is no small sum
    CHECK(left_of(base(100), base(60)) == base(40));
    CHECK(left_of(base(100), base(160)) == base(0));
    CHECK(left_of(std::nullopt, base(160)) == std::nullopt);
}

TEST_CASE("gas, fees and the wallet's coin") {
    CHECK(check_gas_per_day(wei(10), wei(4), wei(6)).passed);
    CHECK(check_gas_per_day(wei(10), wei(4), wei(7)) == Check{"limit-gas-per-day", false, "11", "at most 10"});
    CHECK(check_fee_ceiling(wei(10), wei(10)).passed);
    CHECK(check_fee_ceiling(wei(10), wei(11)) == Check{"limit-fee-per-gas", false, "11", "at most 10"});
    CHECK(check_native_balance(wei(10), wei(10)).passed);
    CHECK(check_native_balance(wei(9), wei(10)) == Check{"native-balance", false, "9", "at least 10"});
}

TEST_CASE("contracts: each target must be allowed") {
    const std::vector<Address> allowed = {address_of(1), address_of(2)};
    const std::vector<lending::ContractCall> good = {{address_of(2), {}}, {address_of(1), {}}};
    CHECK(check_contracts(good, allowed).passed);
    const std::vector<lending::ContractCall> bad = {{address_of(2), {}}, {address_of(3), {}}};
    const auto check = check_contracts(bad, allowed);
    CHECK_FALSE(check.passed);
    CHECK(check.measured == to_string(address_of(3)));
    CHECK_FALSE(check_contracts(good, {}).passed);
}

TEST_CASE("cool-down counts from the last action; a clock that steps back waits") {
    CHECK(check_cooldown(1'000, std::nullopt, 5).passed);
    CHECK(check_cooldown(1'000, 500, 1'500).passed);
    CHECK_FALSE(check_cooldown(1'000, 500, 1'499).passed);
    CHECK_FALSE(check_cooldown(1'000, 5'000, 1'000).passed);
}

TEST_CASE("ERC-20 words") {
    const auto call = erc20::approve(address_of(9), address_of(0xAB), TokenAmount{U256{258}});
    CHECK(call.to == address_of(9));
    CHECK(to_hex(call.data) ==
          "0x095ea7b3"
          "00000000000000000000000000000000000000000000000000000000000000ab"
          "0000000000000000000000000000000000000000000000000000000000000102");
    CHECK(to_hex(erc20::balance_of(address_of(9), address_of(0xAB)).data) ==
          "0x70a0823100000000000000000000000000000000000000000000000000000000000000ab");
    CHECK(to_hex(erc20::allowance(address_of(9), address_of(1), address_of(2)).data) ==
          "0xdd62ed3e"
          "0000000000000000000000000000000000000000000000000000000000000001"
          "0000000000000000000000000000000000000000000000000000000000000002");
    Bytes word(32, 0);
    word[31] = 7;
    CHECK(erc20::amount({true, word})->value == U256{7});
    CHECK(erc20::amount({false, word}).error().code == Errc::Reverted);
    CHECK(erc20::amount({true, {}}).error().code == Errc::Decode);
    word.push_back(0);
    CHECK(erc20::amount({true, word}).error().code == Errc::Decode);
}
