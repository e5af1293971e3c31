// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/wallet_signer.hpp"

namespace plimsoll::bot {

Result<void> permitted(const WalletSigner& signer, const tx::Transaction& transaction) {
    return signer.policy ? signer.policy->check(transaction) : Result<void>();
}

Result<tx::SignedTransaction> sign_here(const WalletSigner& signer, tx::Transaction transaction) {
    TRY_VOID(permitted(signer, transaction));
    return tx::sign(std::move(transaction), *signer.key);
}

Task<Result<tx::SignedTransaction>> sign(WalletSigner signer, tx::Transaction transaction) {
    if (signer.key) co_return sign_here(signer, std::move(transaction));
    auto allowed = permitted(signer, transaction);
    if (!allowed) co_return tl::unexpected(std::move(allowed).error());
    co_return co_await signer.service->sign(std::move(transaction));
}

}  // namespace plimsoll::bot
