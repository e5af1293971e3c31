// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/sign.hpp"

namespace plimsoll::bot {

Result<tx::Transaction> transaction_of(const engine::TxFields& fields) {
    tx::Eip1559 transaction;
    transaction.chain_id = fields.chain_id;
    transaction.message.nonce = fields.nonce;
    transaction.message.gas_limit = fields.gas_limit;
    transaction.message.to = fields.to;
    transaction.message.value = fields.value;
    transaction.message.data = fields.data;
    transaction.max_priority_fee = fields.max_priority_fee;
    transaction.max_fee = fields.max_fee;
    TRY_VOID(tx::check_sendable(transaction));
    return tx::Transaction(std::move(transaction));
}

}  // namespace plimsoll::bot
