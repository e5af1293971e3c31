// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bot/engine/journal_record.hpp"
#include "chain/keys/signer.hpp"
#include "chain/tx/transaction.hpp"

namespace plimsoll::bot {

/// The engine's fields as a signed EIP-1559 transaction. Errc::Refused when no pool could take it.
Result<tx::SignedTransaction> sign_fields(const engine::TxFields& fields, keys::Signer& signer);

}  // namespace plimsoll::bot
