// SPDX-License-Identifier: Apache-2.0
#include "chain/tx/data_fee.hpp"

#include "chain/codec/abi_words.hpp"

namespace plimsoll::tx {

Rollup rollup_of(std::string_view name) {
    if (name == "op-stack") return Rollup::OpStack;
    return name == "arbitrum" ? Rollup::Arbitrum : Rollup::None;
}

Wei DataFee::of_call(std::size_t data) const {
    const std::size_t size = data + kEnvelope;
    if (size <= kSmall) return small;
    const U256 step = saturating_sub(large.value, small.value);
    const auto more = mul_div_up(step, U256{size - kSmall}, U256{kLarge - kSmall});
    return Wei{checked_add(small.value, more.value_or(kU256Max)).value_or(kU256Max)};
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
            if (answers.size() != 2) return fail(Errc::Decode, "the data fee of two sizes is expected");
            TRY(out.small, data_fee_of(answers[0]));
            TRY(out.large, data_fee_of(answers[1]));
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

}  // namespace plimsoll::tx
