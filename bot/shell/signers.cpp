// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/signers.hpp"

#include <fstream>
#include <vector>

#include "bot/shell/signer_identity.hpp"
#include "chain/keys/keystore.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot {

namespace {

Result<WalletSigner> open_keystore(const config::Wallet& wallet) {
    TRY(const auto passphrase, config::read_secret(*wallet.signer->passphrase));
    TRY(auto key, keys::load_keystore(*wallet.signer->keystore, passphrase.view()));
    if (key.address() != wallet.address && !wallet.guard)
        return fail(Errc::Mismatch, "the keystore " + *wallet.signer->keystore + " is of " + to_string(key.address()) +
                                        ", the wallet is " + to_string(wallet.address));
    return WalletSigner{std::make_shared<keys::LocalSigner>(std::move(key)), nullptr};
}

/// One connection to each service with each certificate, however many wallets it signs for.
using Services = std::map<std::vector<std::string>, std::shared_ptr<rpc::HttpWorker>>;

Result<WalletSigner> open_service(const config::Wallet& wallet, Services& services) {
    const config::Signer& signer = *wallet.signer;
    TRY(auto url, rpc::Url::parse(*signer.remote));
    const std::string shown = url.shown();
    auto& service =
        services[{*signer.remote, signer.ca.value_or(""), signer.certificate.value_or(""), signer.key.value_or("")}];
    if (service == nullptr) {
        TRY(auto identity, read_identity(signer));
        service = rpc::signing_service(std::move(url), std::move(identity));
    }
    rpc::RemoteSignerOptions options;
    options.address = signer.address.value_or(wallet.address);
    options.timeout = signer.timeout.value_or(options.timeout);
    return WalletSigner{nullptr, std::make_shared<rpc::RemoteSigner>(service, shown, options)};
}

Result<WalletSigner> open_one(const config::Wallet& wallet, Services& services) {
    return wallet.signer->remote ? open_service(wallet, services) : open_keystore(wallet);
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

Result<WalletSigner> open_signer(const config::Wallet& wallet) {
    Services services;
    return open_one(wallet, services);
}

Result<Signers> open_signers(const config::Settings& settings) {
    Signers out;
    Services services;
    for (const auto& wallet : settings.wallets) {
        if (!settings.live(wallet)) continue;
        auto signer = open_one(wallet, services);
        if (!signer) return fail(std::move(signer).error(), "wallet " + wallet.name);
        signer->policy = std::make_shared<SigningPolicy>(settings, wallet, signer->address());
        out.emplace(wallet.name, *std::move(signer));
    }
    return out;
}

void renew_policies(const Signers& signers, const config::Settings& settings) {
    for (const auto& wallet : settings.wallets) {
        const auto signer = signers.find(wallet.name);
        if (signer == signers.end() || !signer->second.policy) continue;
        signer->second.policy->renew(SigningPolicy(settings, wallet, signer->second.address()));
    }
}

std::optional<Address> claimed_signer(const config::Wallet& wallet) {
    if (wallet.signer->remote) return wallet.signer->address.value_or(wallet.address);
    return claimed_address(*wallet.signer->keystore);
}

engine::SenderAddresses sender_addresses(const config::Settings& settings, const Signers& signers) {
    engine::SenderAddresses out;
    for (const auto& wallet : settings.wallets) {
        if (!wallet.guard || !wallet.signer) continue;
        const auto opened = signers.find(wallet.name);
        if (opened != signers.end()) {
            out.emplace(wallet.name, opened->second.address());
        } else if (const auto claimed = claimed_signer(wallet)) {
            out.emplace(wallet.name, *claimed);
        }
    }
    return out;
}

}  // namespace plimsoll::bot
