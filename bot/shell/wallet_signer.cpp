// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/wallet_signer.hpp"

namespace plimsoll::bot {

Task<Result<tx::SignedTransaction>> sign(WalletSigner signer, tx::Transaction transaction) {
    if (signer.key) co_return tx::sign(std::move(transaction), *signer.key);
    co_return co_await signer.service->sign(std::move(transaction));
}

}  // namespace plimsoll::bot
