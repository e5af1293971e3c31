// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "chain/keys/signer.hpp"
#include "chain/rpc/remote_signer.hpp"

namespace plimsoll::bot {

/// Who signs a wallet's transactions: one of the two is set, or neither where nothing is signed.
struct WalletSigner {
    std::shared_ptr<keys::Signer> key;           // in this process: signs in place
    std::shared_ptr<rpc::RemoteSigner> service;  // answers later

    explicit operator bool() const { return key || service; }
    const Address& address() const { return key ? key->address() : service->address(); }
};

/// A key of this process signs before the first suspension. Errors are those of tx::sign and rpc::RemoteSigner::sign.
Task<Result<tx::SignedTransaction>> sign(WalletSigner signer, tx::Transaction transaction);

}  // namespace plimsoll::bot
