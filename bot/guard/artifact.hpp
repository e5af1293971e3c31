// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chain/types/contract_call.hpp"

/// The guard's bytecode, put into the program when it is built (strategies/contracts/artifacts/Guard.json).
namespace plimsoll::bot {

struct GuardArtifact {
    Address proxy;  // of deterministic deployments: anyone may use it, on every chain it is at this address
    Hash32 salt;
    Address address;  // where the proxy puts the guard, on every chain (EIP-1014)
    Bytes init_code;
    Bytes runtime;                        // with zeros where the constructor writes
    std::vector<std::size_t> immutables;  // offsets of those words
};

const GuardArtifact& guard_artifact();

/// The call that deploys it, by anyone.
ContractCall deploy_guard();

/// Whether this is the guard's code, apart from the words that the constructor writes. Together with the address it is
/// proof: what stands at GuardArtifact::address was made from init_code.
bool is_guard_code(ByteView code);

}  // namespace plimsoll::bot
