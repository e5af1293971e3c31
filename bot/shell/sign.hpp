// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bot/engine/journal_record.hpp"
#include "chain/tx/transaction.hpp"

namespace plimsoll::bot {

/// The engine's fields as an EIP-1559 transaction. Errc::Refused when no pool could take it.
Result<tx::Transaction> transaction_of(const engine::TxFields& fields);

}  // namespace plimsoll::bot
