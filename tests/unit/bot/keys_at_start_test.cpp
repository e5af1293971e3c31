// SPDX-License-Identifier: Apache-2.0
// What the daemon's start makes of keystores that are not what the configuration says, and of memory that could leak.
#include <array>
#include <cstdlib>
#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bot/daemon.hpp"
#include "bot/harden.hpp"
#include "bot/shell/signers.hpp"
#include "chain/keys/keystore.hpp"
#include "chain/keys/secret_file.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;

namespace {

constexpr Address kElse = Address::literal("0x3535353535353535353535353535353535353535");

ByteView bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};  // NOLINT: characters seen as bytes
}

struct Place {
    TempDir folder;
    keys::PrivateKey key;
    config::Settings settings;

    Place() : key(*keys::PrivateKey::from_bytes(keys::SecretBytes(ByteView(Bytes(32, 0x46))))) {
        keys::ScryptCost cheap;
        cheap.n = 1'024;
        REQUIRE(keys::save_keystore(folder.path("k.json"), key, bytes("right"), cheap));
        passphrase("right");
        settings.mode = config::Mode::Live;
        settings.daemon.data_dir = folder.path("data");
        settings.daemon.listen.clear();
        config::Wallet wallet;
        wallet.name = "main";
        wallet.address = key.address();
        wallet.mode = config::Mode::Live;
        wallet.signer.emplace();
        wallet.signer->keystore = folder.path("k.json");
        wallet.signer->passphrase = config::SecretRef{config::SecretRef::Kind::File, folder.path("k.pass")};
        settings.wallets.push_back(wallet);
    }
    void passphrase(std::string_view text) const {
        ::unlink(folder.path("k.pass").c_str());
        REQUIRE(keys::write_secret_file(folder.path("k.pass"), bytes(text), "passphrase"));
    }
    config::Wallet& wallet() { return settings.wallets.front(); }
};

}  // namespace

TEST_CASE(
    "K01 a wrong passphrase: the daemon does not start, says which wallet, tells nothing of the passphrase, and sends "
    "nothing") {
    Place place;
    CHECK(open_signers(place.settings));
    place.passphrase("hunter2-wrong");
    const auto opened = open_signers(place.settings);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().message.starts_with("wallet main"));
    CHECK(opened.error().message.find("passphrase") != std::string::npos);
    CHECK(opened.error().message.find("hunter2") == std::string::npos);
    const std::array<std::string, 2> passphrases = {"hunter2-wrong", "Right"};
    for (const auto& wrong : passphrases) {
        place.passphrase(wrong);
        CHECK(run_daemon(place.settings, {}) == ExitCode::ConfigInvalid);
    }
}

TEST_CASE("K05 a keystore of another key than the wallet's is refused, whatever address its file claims") {
    Place place;
    place.wallet().address = kElse;
    const auto opened = open_signers(place.settings);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::Mismatch);
    CHECK(opened.error().message.find(to_string(place.key.address())) != std::string::npos);
    CHECK(opened.error().message.find(to_string(kElse)) != std::string::npos);
    CHECK(run_daemon(place.settings, {}) == ExitCode::ConfigInvalid);

    auto content = *keys::read_secret_file(place.folder.path("k.json"), "keystore");
    std::string text(content.view().begin(), content.view().end());
    const std::string claimed = to_hex(place.key.address().view()).substr(2);
    const auto at = text.find(claimed);
    REQUIRE(at != std::string::npos);
    text.replace(at, claimed.size(),
                 to_hex(kElse.view()).substr(2));  // now file and wallet agree, and the key does not
    ::unlink(place.folder.path("k.json").c_str());
    REQUIRE(keys::write_secret_file(place.folder.path("k.json"), bytes(text), "keystore"));
    CHECK_FALSE(open_signers(place.settings));
    place.wallet().address = place.key.address();
    CHECK_FALSE(open_signers(place.settings));
}

TEST_CASE(
    "K06 a key file that systemd hands over may show its access list as the group's; anywhere else that is refused") {
    const Place place;
    const std::string path = place.folder.path("k.json");
    REQUIRE(::chmod(path.c_str(), 0440) == 0);
    ::unsetenv("CREDENTIALS_DIRECTORY");
    CHECK_FALSE(keys::read_secret_file(path, "keystore"));
    ::setenv("CREDENTIALS_DIRECTORY", place.folder.root().c_str(), 1);
    CHECK(keys::read_secret_file(path, "keystore"));
    REQUIRE(::chmod(path.c_str(), 0444) == 0);
    CHECK_FALSE(keys::read_secret_file(path, "keystore"));
    REQUIRE(::chmod(path.c_str(), 0440) == 0);
    ::setenv("CREDENTIALS_DIRECTORY", "/somewhere/else", 1);
    CHECK_FALSE(keys::read_secret_file(path, "keystore"));
    ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("K07 a hardened process leaves no core file and is traced by nobody of its user; a weak one says so") {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        harden_process();
        rlimit core{1, 1};
        ::getrlimit(RLIMIT_CORE, &core);
#ifdef __SANITIZE_ADDRESS__
        const bool closed = true;
#else
        const bool closed = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
#endif
        ::_exit(core.rlim_cur == 0 && core.rlim_max == 0 && closed ? 0 : 1);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    CHECK(status == 0);
#ifndef __SANITIZE_ADDRESS__
    REQUIRE(weakness());
    CHECK(weakness()->find("LimitCORE=0") != std::string::npos);
#endif
}
