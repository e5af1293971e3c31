// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/signers.hpp"

#include "chain/keys/keystore.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot {

namespace {

Result<std::shared_ptr<keys::Signer>> open_signer(const config::Wallet& wallet) {
    TRY(const auto passphrase, config::read_secret(wallet.signer->passphrase));
    TRY(auto key, keys::load_keystore(wallet.signer->keystore, passphrase.view()));
    if (key.address() != wallet.address)
        return fail(Errc::Mismatch, "the keystore " + wallet.signer->keystore + " is of " + to_string(key.address()) +
                                        ", the wallet is " + to_string(wallet.address));
    return std::make_shared<keys::LocalSigner>(std::move(key));
}

}  // namespace

Result<Signers> open_signers(const config::Settings& settings) {
    Signers out;
    for (const auto& wallet : settings.wallets) {
        if (!settings.live(wallet)) continue;
        auto signer = open_signer(wallet);
        if (!signer) return fail(std::move(signer).error(), "wallet " + wallet.name);
        out.emplace(wallet.name, *std::move(signer));
    }
    return out;
}

}  // namespace plimsoll::bot
