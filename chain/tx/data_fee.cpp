// SPDX-License-Identifier: Apache-2.0
#include "chain/tx/data_fee.hpp"

#include "chain/codec/abi_words.hpp"

namespace plimsoll::tx {

Rollup rollup_of(std::string_view name) {
    if (name == "op-stack") return Rollup::OpStack;
    return name == "arbitrum" ? Rollup::Arbitrum : Rollup::None;
}

Wei OperatorFee::of_gas(Gas gas) const {
    const U256 whole = mul_div_down(per_million.value, U256{gas}, U256{kMillion}).value_or(kU256Max);
    return Wei{checked_add(whole, constant.value).value_or(kU256Max)};
}

Wei DataFee::of_call(std::size_t data) const {
    const std::size_t size = data + kEnvelope;
    if (size <= kSmall) return small;
    const U256 step = saturating_sub(large.value, small.value);
    const auto more = mul_div_up(step, U256{size - kSmall}, U256{kLarge - kSmall});
    return Wei{checked_add(small.value, more.value_or(kU256Max)).value_or(kU256Max)};
}

Wei DataFee::of(std::size_t data, Gas gas) const {
    return checked_add(of_call(data), operation.of_gas(gas)).value_or(Wei{kU256Max});
}

std::vector<Call> data_fee_calls(Rollup rollup) {
    constexpr Selector kUpperBound = selector("getL1FeeUpperBound(uint256)");
    constexpr Selector kPrices = selector("getPricesInWei()");
    std::vector<Call> out;
    switch (rollup) {
        case Rollup::None:
            break;
        case Rollup::OpStack:
            for (const std::size_t size : {DataFee::kSmall, DataFee::kLarge})
                out.push_back({kGasPriceOracle, abi::Encoder(kUpperBound, 1).uint(U256{size}).finish()});
            for (auto& call : operator_fee_calls()) out.push_back(std::move(call));
            break;
        case Rollup::Arbitrum:
            out.push_back({kArbGasInfo, abi::Encoder(kPrices, 0).finish()});
            break;
    }
    return out;
}

Result<DataFee> data_fee(Rollup rollup, std::span<const CallResult> answers) {
    DataFee out;
    switch (rollup) {
        case Rollup::None:
            break;
        case Rollup::OpStack: {
            if (answers.size() != 4)
                return fail(Errc::Decode, "the fees of two sizes and of no gas and some are expected");
            TRY(out.small, data_fee_of(answers[0]));
            TRY(out.large, data_fee_of(answers[1]));
            TRY(out.operation, operator_fee(answers.subspan(2)));
            break;
        }
        case Rollup::Arbitrum: {
            if (answers.size() != 1) return fail(Errc::Decode, "the price of one byte is expected");
            if (!answers[0].success) return fail(Errc::Reverted, "getPricesInWei()");
            abi::Reader reader(answers[0].data);
            TRY_VOID(reader.uint());
            TRY(const U256 byte, reader.uint());
            out.small = Wei{checked_mul(byte, U256{DataFee::kSmall}).value_or(kU256Max)};
            out.large = Wei{checked_mul(byte, U256{DataFee::kLarge}).value_or(kU256Max)};
            break;
        }
    }
    return out;
}

Call data_fee_call(ChainId chain, const Address& to, const Bytes& data) {
    constexpr Selector kFee = selector("getL1Fee(bytes)");
    constexpr std::uint64_t kUnlike = 0x9e37'79b9'7f4a'7c15;  // eight bytes of which no two are alike
    Eip1559 transaction;
    transaction.chain_id = chain;
    transaction.message.nonce = 0xf39c'c060;
    transaction.message.gas_limit = 0x5ceb'c2b2;
    transaction.message.to = to;
    transaction.message.data = data;
    transaction.max_fee = Wei{U256{kUnlike}};
    transaction.max_priority_fee = Wei{U256{~kUnlike}};
    const Bytes raw = encode_unsigned(transaction);
    return {kGasPriceOracle, abi::Encoder(kFee, 3 + raw.size() / abi::kWord).bytes(raw).finish()};
}

Result<Wei> data_fee_of(const CallResult& answer) {
    TRY(const U256 fee, abi::sole_uint(answer));
    return Wei{fee};
}

std::vector<Call> operator_fee_calls() {
    constexpr Selector kOperatorFee = selector("getOperatorFee(uint256)");
    std::vector<Call> out;
    for (const Gas gas : {Gas{0}, OperatorFee::kMillion})
        out.push_back({kGasPriceOracle, abi::Encoder(kOperatorFee, 1).uint(U256{gas}).finish()});
    return out;
}

Result<OperatorFee> operator_fee(std::span<const CallResult> answers) {
    if (answers.size() != 2) return fail(Errc::Decode, "the operator's fee of no gas and of some is expected");
    OperatorFee out;
    if (!answers[0].success && !answers[1].success) return out;
    TRY(out.constant, data_fee_of(answers[0]));
    TRY(const Wei whole, data_fee_of(answers[1]));
    const auto more = checked_sub(whole.value, out.constant.value);
    if (!more) return fail(Errc::Decode, "the operator's fee of some gas is below that of none");
    out.per_million = Wei{*more};
    return out;
}

}  // namespace plimsoll::tx
