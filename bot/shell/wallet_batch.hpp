// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bot/engine/command.hpp"
#include "chain/rpc/eth.hpp"

namespace plimsoll::bot {

/// A simulation as one eth_call: for this call only, the wallet carries the code of Multicall3, so that the batch's
/// inner calls come from the wallet itself, in one state, in order. Nothing about it needs a contract of ours.
rpc::CallRequest batch_request(const engine::Simulate& simulate, Bytes multicall_code);

/// The answer to batch_request as the engine wants it: the list of `calls` ends at the first that failed.
Result<engine::SimulationDone> batch_answer(const engine::Simulate& simulate, ByteView answer);

}  // namespace plimsoll::bot
