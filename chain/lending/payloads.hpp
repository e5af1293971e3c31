// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "chain/types/block.hpp"
#include "chain/types/contract_call.hpp"

/// What a protocol's owners have decided and not carried out yet, as a PayloadsController holds it (Aave's governance
/// v3, bgd-labs/aave-governance-v3, src/contracts/payloads/PayloadsControllerCore.sol; the permissioned one as well).
///
/// A payload is code that the owner of the market's roles runs: what it changes is in no field of it. But anybody may
/// have it executed once its delay is over, so a simulation of that call, at that time, shows what every account's
/// health factor would be.
namespace plimsoll::lending {

struct QueuedPayload {
    std::uint64_t id{};
    Timestamp from{};   // the first second at which executePayload succeeds: queuedAt + delay + 1
    Timestamp until{};  // from this second on it has expired: queuedAt + delay + gracePeriod

    bool operator==(const QueuedPayload&) const = default;
};

struct PayloadQueue {
    std::uint64_t count{};  // payloads ever created
    std::vector<QueuedPayload> queued;
};

/// How many of the newest are looked at; those before them are not seen. One is queued within 35 days of its creation
/// and waits for 17 at most, so that is what may be created in 52 days.
inline constexpr std::uint64_t kPayloadsLookedAt = 64;

/// Reads of the number of payloads, and of the newest where `known` is that number.
std::vector<Call> payload_calls(const Address& controller, std::uint64_t known);
/// Errc::Reverted and Errc::Decode as where there is no such contract. Payloads that were created after `known` are not
/// in it: `count` is then above `known`.
Result<PayloadQueue> payload_queue(std::uint64_t known, std::span<const CallResult> results);
/// executePayload, which anybody may call.
ContractCall execute_payload(const Address& controller, std::uint64_t id);

}  // namespace plimsoll::lending
