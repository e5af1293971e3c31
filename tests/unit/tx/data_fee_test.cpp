// SPDX-License-Identifier: Apache-2.0
#include "chain/tx/data_fee.hpp"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>

#include "chain/codec/abi_words.hpp"
#include "chain/codec/keccak.hpp"

using namespace plimsoll;
using namespace plimsoll::tx;

namespace {

CallResult words(std::initializer_list<U256> values) {
    abi::Encoder out;
    for (const auto& value : values) out.uint(value);
    return {true, out.finish()};
}

}  // namespace

TEST_CASE("the calls are those of the published interfaces") {
    const auto op = data_fee_calls(Rollup::OpStack);
    REQUIRE(op.size() == 4);
    CHECK(op[0].to == kGasPriceOracle);
    CHECK(to_hex(op[0].data) == "0xf1c7a58b" + std::string(61, '0') + "200");
    CHECK(to_hex(op[1].data) == "0xf1c7a58b" + std::string(60, '0') + "1000");
    const auto operation = operator_fee_calls();
    REQUIRE(operation.size() == 2);
    CHECK(op[2] == operation[0]);
    CHECK(op[3] == operation[1]);
    CHECK(operation[0].to == kGasPriceOracle);
    CHECK(to_hex(operation[0].data) == "0x275aedd2" + std::string(64, '0'));
    CHECK(to_hex(operation[1].data) == "0x275aedd2" + std::string(59, '0') + "f4240");
    const auto arbitrum = data_fee_calls(Rollup::Arbitrum);
    REQUIRE(arbitrum.size() == 1);
    CHECK(to_hex(arbitrum[0].data) == "0x41b247a8");
    CHECK(data_fee_calls(Rollup::None).empty());
}

TEST_CASE("a line through two sizes, rounded up, and never below the smaller") {
    const CallResult refused{false, {}};
    const std::array<CallResult, 4> answers = {words({U256{1'000}}), words({U256{8'169}}), refused, refused};
    const auto fee = data_fee(Rollup::OpStack, answers);
    REQUIRE(fee);
    CHECK(fee->of_call(0) == Wei{U256{1'000}});
    CHECK(fee->of_call(DataFee::kSmall - DataFee::kEnvelope) == Wei{U256{1'000}});
    CHECK(fee->of_call(DataFee::kSmall - DataFee::kEnvelope + 1) == Wei{U256{1'003}});  // 1,000 and 2.0003
    CHECK(fee->of_call(DataFee::kLarge - DataFee::kEnvelope) == Wei{U256{8'169}});
    CHECK(fee->of_call(2 * DataFee::kLarge) > Wei{U256{8'169}});
    CHECK(DataFee{}.of_call(100'000).is_zero());
}

TEST_CASE("Arbitrum's price of a byte is its second") {
    const std::array<CallResult, 1> answer = {words({U256{140}, U256{3}, U256{0}, U256{1}, U256{0}, U256{1}})};
    const auto fee = data_fee(Rollup::Arbitrum, answer);
    REQUIRE(fee);
    CHECK(fee->of_call(10'000 - DataFee::kEnvelope) == Wei{U256{30'000}});
}

TEST_CASE("what is not the contract says so") {
    const CallResult nothing{true, {}};
    const CallResult reverted{false, {}};
    for (const auto& bad : {nothing, reverted}) {
        const auto none = words({U256{0}});
        const std::array<CallResult, 4> sizes = {words({U256{1}}), bad, none, none};
        CHECK_FALSE(data_fee(Rollup::OpStack, sizes));
        const std::array<CallResult, 4> operation = {words({U256{1}}), words({U256{1}}), none, bad};
        CHECK_FALSE(data_fee(Rollup::OpStack, operation));
        CHECK_FALSE(operator_fee(std::span(operation).subspan(2)));
        const std::array<CallResult, 1> one = {bad};
        CHECK_FALSE(data_fee(Rollup::Arbitrum, one));
        CHECK_FALSE(data_fee(Rollup::OpStack, one));
        CHECK_FALSE(data_fee_of(bad));
    }
}

TEST_CASE("the operator's fee is what the formulas of Isthmus and of Jovian make it, to the wei") {
    constexpr std::uint64_t kConstant = 123'456;
    for (const std::uint64_t scalar : {std::uint64_t{1}, std::uint64_t{999'999}, std::uint64_t{4'294'967'295}}) {
        for (const bool jovian : {false, true}) {
            const auto told = [&](Gas gas) {
                const U256 whole = *checked_mul(U256{scalar}, U256{gas});
                const U256 part = jovian ? *checked_mul(whole, U256{100}) : *div_down(whole, U256{1'000'000});
                return *checked_add(part, U256{kConstant});
            };
            const std::array<CallResult, 2> answers = {words({told(0)}), words({told(OperatorFee::kMillion)})};
            const auto fee = operator_fee(answers);
            REQUIRE(fee);
            CHECK(fee->constant == Wei{U256{kConstant}});
            for (const Gas gas : {Gas{0}, Gas{1}, Gas{21'000}, Gas{654'321}, Gas{60'000'000}})
                CHECK(fee->of_gas(gas).value == told(gas));
        }
    }
}

TEST_CASE("a contract older than Isthmus refuses: no operator's fee; and less for more gas is no answer") {
    const CallResult refused{false, {}};
    const std::array<CallResult, 2> older = {refused, refused};
    REQUIRE(operator_fee(older));
    CHECK(*operator_fee(older) == OperatorFee{});
    CHECK(operator_fee(older)->of_gas(1'000'000).is_zero());
    const std::array<CallResult, 2> falling = {words({U256{2}}), words({U256{1}})};
    CHECK_FALSE(operator_fee(falling));
}

TEST_CASE("besides gas come data and operator") {
    const std::array<CallResult, 4> answers = {words({U256{1'000}}), words({U256{8'168}}), words({U256{7}}),
                                               words({U256{3'000'007}})};
    const auto fee = data_fee(Rollup::OpStack, answers);
    REQUIRE(fee);
    CHECK(fee->of(0, 0) == Wei{U256{1'007}});
    CHECK(fee->of(DataFee::kLarge - DataFee::kEnvelope, 100) == Wei{U256{8'168 + 7 + 300}});
}

TEST_CASE("the call is asked for as an unsigned transaction that holds its data") {
    const Address to = Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2");
    const Bytes data(100, 0x5a);
    const auto call = data_fee_call(10, to, data);
    CHECK(call.to == kGasPriceOracle);
    CHECK(to_hex(ByteView(call.data).first(4)) == "0x49948e0e");
    CHECK(std::search(call.data.begin(), call.data.end(), data.begin(), data.end()) != call.data.end());
    CHECK(std::search(call.data.begin(), call.data.end(), to.bytes.begin(), to.bytes.end()) != call.data.end());
    CHECK(call.data[4 + 64] == 0x02);  // its type
}
