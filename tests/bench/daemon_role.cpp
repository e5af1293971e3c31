// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/daemon_role.hpp"

#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>

#include "bot/daemon.hpp"
#include "chain/keys/keystore.hpp"
#include "chain/types/check.hpp"
#include "tests/bench/engine_loop.hpp"

namespace plimsoll::bench {

namespace {

/// A keystore that costs next to nothing to open: what is measured begins after it.
config::Signer signer_of(const std::string& folder, std::size_t number) {
    const std::string passphrase = folder + "/passphrase";
    if (std::ifstream there(passphrase); !there) {
        std::ofstream(passphrase) << "benchmark";
        chmod(passphrase.c_str(), S_IRUSR | S_IWUSR);
    }
    config::Signer out;
    const std::string keystore = fmt::format("{}/key-{}.json", folder, number);
    out.keystore = keystore;
    out.passphrase = config::SecretRef{config::SecretRef::Kind::File, passphrase};
    constexpr std::string_view kPassphrase = "benchmark";
    const keys::SecretBytes secret(kPassphrase);
    if (std::ifstream there(keystore); !there)
        CHECK_INVARIANT(
            keys::save_keystore(keystore, World::key_of(number), secret.view(), keys::Pbkdf2Cost{1}).has_value());
    return out;
}

}  // namespace

int run_daemon_role(const std::string& port, std::size_t accounts, const std::string& folder) {
    config::Settings settings;
    {
        const World world(accounts);
        const auto config = engine_config(world);
        settings.mode = config::Mode::Live;
        settings.daemon.data_dir = folder;
        settings.daemon.listen = "127.0.0.1:0";
        settings.daemon.log_level = "error";
        config::Chain chain;
        chain.name = config.chain;
        chain.id = config.chain_id;
        chain.rpc.push_back("ws://127.0.0.1:" + port);
        chain.head_age_max = std::chrono::hours(1);
        settings.chains.push_back(chain);
        settings.markets = config.markets;
        for (std::size_t i = 0; i < config.wallets.size(); ++i) {
            config::Wallet wallet;
            wallet.name = config.wallets[i].name;
            wallet.address = config.wallets[i].address;
            wallet.positions = config.wallets[i].positions;
            if (config.wallets[i].live) {
                wallet.mode = config::Mode::Live;
                wallet.signer = signer_of(folder, i);
            }
            settings.wallets.push_back(std::move(wallet));
        }
    }
    return static_cast<int>(bot::run_daemon(std::move(settings), {}));
}

}  // namespace plimsoll::bench
