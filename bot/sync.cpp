// SPDX-License-Identifier: Apache-2.0
#include "bot/sync.hpp"

namespace plimsoll::bot {

Task<Result<void>> sync(rpc::Eth& eth, lending::Market& market, BlockRef head, ReadTold told) {
    constexpr int kRoundsMax = 32;
    for (int round = 0; round < kRoundsMax; ++round) {
        auto calls = market.reads(head);
        if (calls.empty()) co_return Result<void>();
        rpc::BlockId at;
        at.value = head.hash;
        CO_TRY(const auto results, co_await eth.multicall(std::move(calls), at));
        CO_TRY_VOID(market.answer(head, results));
        if (told) told(results.size());
    }
    co_return fail(Errc::Internal, "the market still wants reads after 32 rounds");
}

}  // namespace plimsoll::bot
