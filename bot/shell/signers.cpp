// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/signers.hpp"

#include <fstream>

#include "chain/keys/keystore.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot {

namespace {

Result<std::shared_ptr<keys::Signer>> open_signer(const config::Wallet& wallet) {
    TRY(const auto passphrase, config::read_secret(wallet.signer->passphrase));
    TRY(auto key, keys::load_keystore(wallet.signer->keystore, passphrase.view()));
    if (key.address() != wallet.address && !wallet.guard)
        return fail(Errc::Mismatch, "the keystore " + wallet.signer->keystore + " is of " + to_string(key.address()) +
                                        ", the wallet is " + to_string(wallet.address));
    return std::make_shared<keys::LocalSigner>(std::move(key));
}

std::optional<Address> claimed_address(const std::string& path) {
    constexpr std::streamsize kMost = 65'536;
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(kMost), '\0');
    file.read(text.data(), kMost);
    text.resize(static_cast<std::size_t>(file.gcount()));
    const auto address = keys::keystore_address(text);
    return address ? *address : std::nullopt;
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

engine::SenderAddresses sender_addresses(const config::Settings& settings, const Signers& signers) {
    engine::SenderAddresses out;
    for (const auto& wallet : settings.wallets) {
        if (!wallet.guard || !wallet.signer) continue;
        const auto opened = signers.find(wallet.name);
        if (opened != signers.end()) {
            out.emplace(wallet.name, opened->second->address());
        } else if (const auto claimed = claimed_address(wallet.signer->keystore)) {
            out.emplace(wallet.name, *claimed);
        }
    }
    return out;
}

}  // namespace plimsoll::bot
