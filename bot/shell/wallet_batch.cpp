// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/wallet_batch.hpp"

#include <algorithm>

#include "chain/rpc/multicall.hpp"

namespace plimsoll::bot {

rpc::CallRequest batch_request(const engine::Simulate& simulate, Bytes multicall_code) {
    std::vector<Call> batch = simulate.before;
    for (const auto& call : simulate.calls) batch.push_back(Call{call.to, call.data});
    batch.insert(batch.end(), simulate.after.begin(), simulate.after.end());
    rpc::CallRequest request;
    request.to = simulate.from;
    request.data = rpc::encode_aggregate3(batch);
    request.code_override = std::pair(simulate.from, std::move(multicall_code));
    if (simulate.time != 0) request.block_time = simulate.time;
    return request;
}

Result<engine::SimulationDone> batch_answer(const engine::Simulate& simulate, ByteView answer) {
    const std::size_t before = simulate.before.size();
    const std::size_t calls = simulate.calls.size();
    TRY(auto results, rpc::decode_aggregate3(answer, before + calls + simulate.after.size()));
    const auto first = results.begin();
    const auto middle = first + static_cast<std::ptrdiff_t>(before);
    const auto last = middle + static_cast<std::ptrdiff_t>(calls);
    engine::SimulationDone done;
    done.id = simulate.id;
    done.before.assign(first, middle);
    done.after.assign(last, results.end());
    const auto failed = std::find_if(middle, last, [](const CallResult& result) { return !result.success; });
    done.calls.assign(middle, failed == last ? last : failed + 1);
    return done;
}

}  // namespace plimsoll::bot
