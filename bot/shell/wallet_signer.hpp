// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bot/shell/signing_policy.hpp"
#include "chain/keys/signer.hpp"
#include "chain/rpc/remote_signer.hpp"

namespace plimsoll::bot {

/// Who signs a wallet's transactions: one of the two is set, or neither where nothing is signed.
struct WalletSigner {
    std::shared_ptr<keys::Signer> key;                // in this process: signs in place
    std::shared_ptr<rpc::RemoteSigner> service;       // answers later
    std::shared_ptr<SigningPolicy> policy = nullptr;  // asked before each signature; none where the owner gives orders

    explicit operator bool() const { return key || service; }
    const Address& address() const { return key ? key->address() : service->address(); }
};

/// What the policy says; nothing is signed without it. Errors of SigningPolicy::check.
Result<void> permitted(const WalletSigner& signer, const tx::Transaction& transaction);

/// By a key of this process. Errors of permitted() and tx::sign.
Result<tx::SignedTransaction> sign_here(const WalletSigner& signer, tx::Transaction transaction);

/// A key of this process signs before the first suspension. Errors are those of permitted(), tx::sign and
/// rpc::RemoteSigner::sign.
Task<Result<tx::SignedTransaction>> sign(WalletSigner signer, tx::Transaction transaction);

}  // namespace plimsoll::bot
