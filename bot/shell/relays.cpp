// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/relays.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "config/secrets.hpp"

namespace plimsoll::bot {

namespace {

constexpr std::size_t kKeyBytes = 32;

Result<keys::PrivateKey> identity_of(const config::Relay& settings) {
    if (!settings.identity) return keys::PrivateKey::generate();
    TRY(const auto secret, config::read_secret(*settings.identity));
    keys::SecretBytes key(kKeyBytes);
    if (!from_hex_into(secret.text(), key.bytes()))
        return fail(Errc::Range, fmt::format("{} holds no private key: 0x and 64 hex digits are wanted",
                                             config::describe(*settings.identity)));
    return keys::PrivateKey::from_bytes(std::move(key));
}

}  // namespace

Result<std::shared_ptr<rpc::Relay>> open_relay(const config::Relay& settings) {
    const std::string place = "relay " + settings.name;
    auto identity = identity_of(settings);
    if (!identity) return fail(std::move(identity).error(), place);
    rpc::RelayOptions options;
    options.name = settings.name;
    options.kind =
        settings.kind == "bundle" ? rpc::RelayOptions::Kind::Bundle : rpc::RelayOptions::Kind::PrivateTransaction;
    options.deadline = settings.deadline;
    auto url = rpc::Url::parse(settings.url);
    if (!url) return fail(std::move(url).error(), place);
    options.url = *std::move(url);
    if (settings.status_url) {
        auto status = rpc::Url::parse(*settings.status_url);
        if (!status) return fail(std::move(status).error(), place);
        options.status_url = *std::move(status);
    }
    return std::make_shared<rpc::Relay>(std::move(options), *std::move(identity));
}

Result<std::vector<std::shared_ptr<rpc::Relay>>> open_relays(const config::Settings& settings,
                                                             const config::Chain& chain,
                                                             const std::vector<Address>& used) {
    std::vector<std::shared_ptr<rpc::Relay>> out;
    for (const auto& entry : settings.relays) {
        if (entry.chain != chain.name) continue;
        TRY(auto relay, open_relay(entry));
        if (std::find(used.begin(), used.end(), relay->identity()) != used.end())
            return fail(Errc::Refused, fmt::format("relay {}: its identity {} is the key of a wallet, which must sign "
                                                   "nothing else: leave `identity` out, or name a fresh key",
                                                   entry.name, to_string(relay->identity())));
        out.push_back(std::move(relay));
    }
    return out;
}

}  // namespace plimsoll::bot
