// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/payloads.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"

namespace plimsoll::lending {

namespace {

constexpr Selector kCount = selector("getPayloadsCount()");
constexpr Selector kById = selector("getPayloadById(uint40)");
constexpr Selector kExecute = selector("executePayload(uint40)");
constexpr std::uint64_t kQueued = 2;  // IPayloadsControllerCore.PayloadState

std::uint64_t oldest_looked_at(std::uint64_t known) {
    return known - std::min(known, kPayloadsLookedAt);
}

/// The members of Payload before its actions, which say nothing that is of use here.
Result<std::optional<QueuedPayload>> queued_in(std::uint64_t id, const CallResult& answer) {
    if (!answer.success) return fail(Errc::Reverted, "getPayloadById(" + std::to_string(id) + ")");
    abi::Reader outer(answer.data);
    TRY(auto payload, outer.tuple());
    TRY_VOID(payload.skip(2));  // creator, maximumAccessLevelRequired
    TRY(const auto state, payload.uint64());
    TRY_VOID(payload.skip(1));  // createdAt
    TRY(const auto queued_at, payload.uint(40));
    TRY_VOID(payload.skip(3));  // executedAt, cancelledAt, expirationTime
    TRY(const auto delay, payload.uint(40));
    TRY(const auto grace, payload.uint(40));
    if (state != kQueued) return std::optional<QueuedPayload>();
    const std::uint64_t due = queued_at.low_u64() + delay.low_u64();
    return std::optional(QueuedPayload{id, due + 1, due + grace.low_u64()});
}

}  // namespace

std::vector<Call> payload_calls(const Address& controller, std::uint64_t known) {
    std::vector<Call> out{{controller, abi::call_data(kCount)}};
    for (std::uint64_t id = oldest_looked_at(known); id < known; ++id)
        out.push_back({controller, abi::call_data(kById, {U256{id}})});
    return out;
}

Result<PayloadQueue> payload_queue(std::uint64_t known, std::span<const CallResult> results) {
    const std::uint64_t first = oldest_looked_at(known);
    if (results.size() != 1 + known - first) return fail(Errc::Internal, "answers to other questions");
    TRY(const auto count, abi::sole_uint(results.front()));
    if (!count.fits_u64() || count.low_u64() >> 40U != 0) return fail(Errc::Decode, "getPayloadsCount: above uint40");
    PayloadQueue out;
    out.count = count.low_u64();
    for (std::uint64_t id = first; id < std::min(known, out.count); ++id) {
        TRY(const auto queued, queued_in(id, results[1 + id - first]));
        if (queued) out.queued.push_back(*queued);
    }
    return out;
}

ContractCall execute_payload(const Address& controller, std::uint64_t id) {
    return {controller, abi::call_data(kExecute, {U256{id}})};
}

}  // namespace plimsoll::lending
