// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bot/engine/event.hpp"
#include "chain/tx/send_error.hpp"

namespace plimsoll::engine {

/// What the engine must know of a node's refusal.
SendOutcome send_outcome(tx::SendError error);

}  // namespace plimsoll::engine
