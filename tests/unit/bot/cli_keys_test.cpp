// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "../../support/temp_dir.hpp"
#include "bot/cli/commands.hpp"
#include "bot/cli/offline_checks.hpp"
#include "cli_capture.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;
using namespace plimsoll::bot::cli;

namespace {

// The first example of EIP-155.
constexpr std::string_view kKey = "0x4646464646464646464646464646464646464646464646464646464646464646";
constexpr std::string_view kAddress = "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F";

std::string write(const TempDir& folder, const std::string& name, std::string_view text, mode_t mode = 0600) {
    const std::string path = folder.path(name);
    std::ofstream(path) << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
}

const CheckLine* line(const std::vector<CheckLine>& lines, std::string_view name) {
    for (const auto& candidate : lines) {
        if (candidate.name == name) return &candidate;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("a key goes into a keystore and comes out of it as an address, nowhere as a key") {
    const TempDir folder;
    const std::string pass = write(folder, "pass", "correct horse battery\n");
    const std::string key = write(folder, "key", std::string(kKey) + "\n");
    const std::string keystore = folder.path("k.json");
    const auto imported = capture([&] { return keys_import({}, {keystore, {pass, {}}, {key, {}}}); });
    CHECK(imported.code == ExitCode::Done);
    CHECK(imported.out == std::string(kAddress) + "\n");
    CHECK(imported.err.find("4646") == std::string::npos);
    struct stat info {};
    REQUIRE(::stat(keystore.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777U) == 0600U);
    const auto address = capture([&] { return keys_address({}, {keystore, true, {pass, {}}}); });
    CHECK(address.out == std::string(kAddress) + "\n");

    const auto again = capture([&] { return keys_import({}, {keystore, {pass, {}}, {key, {}}}); });
    CHECK(again.code == ExitCode::ConfigInvalid);
    CHECK(again.err.find("exists already") != std::string::npos);

    const std::string wrong = write(folder, "wrong", "incorrect horse battery");
    CHECK(capture([&] { return keys_address({}, {keystore, true, {wrong, {}}}); }).code == ExitCode::ConfigInvalid);
    // Without --verify the file is believed, and no passphrase is needed.
    CHECK(capture([&] { return keys_address({}, {keystore, false, {}}); }).out == std::string(kAddress) + "\n");

    SUBCASE("what the keys command wrote passes the check") {
        config::Settings settings;
        settings.daemon.data_dir = folder.path("");
        config::Wallet wallet;
        wallet.name = "w";
        wallet.address = *parse_address(kAddress);
        wallet.signer.emplace();
        wallet.signer->keystore = keystore;
        wallet.signer->passphrase = config::SecretRef{config::SecretRef::Kind::File, pass};
        settings.wallets.push_back(wallet);
        const auto good = offline_checks(settings);
        for (const auto& l : good) CHECK_MESSAGE(l.ok, std::string(l.name + ": " + l.detail));
        REQUIRE(line(good, "wallet w: keystore") != nullptr);
        CHECK(line(good, "wallet w: keystore")->detail.find("opens and is of") != std::string::npos);

        settings.wallets[0].signer->passphrase->name = wrong;
        CHECK_FALSE(line(offline_checks(settings), "wallet w: keystore")->ok);
        settings.wallets[0].signer->passphrase->name = folder.path("none");
        CHECK(line(offline_checks(settings), "wallet w: passphrase")->mend.find("install -m 0600") == 0);
        settings.wallets[0].address.bytes[0] ^= 1U;
        CHECK(line(offline_checks(settings), "wallet w: keystore")->detail.find("is the key of") != std::string::npos);
        REQUIRE(::chmod(keystore.c_str(), 0644) == 0);
        CHECK(line(offline_checks(settings), "wallet w: keystore")->mend == "chmod 600 " + keystore);
        settings.daemon.data_dir = folder.path("nowhere");
        CHECK(line(offline_checks(settings), "data_dir")->mend == "install -d -m 0700 " + folder.path("nowhere"));
    }
}

TEST_CASE("what is no key is refused without being repeated") {
    const TempDir folder;
    const std::string pass = write(folder, "pass", "correct horse battery\n");
    for (const std::string& text :
         {std::string(kKey.substr(0, 65)), std::string(kKey) + "46", std::string(64, 'g'), std::string(64, '0')}) {
        const std::string key = write(folder, "key", text);
        const auto result = capture([&] { return keys_import({}, {folder.path("k.json"), {pass, {}}, {key, {}}}); });
        CHECK(result.code == ExitCode::Usage);
        CHECK(result.out.empty());
        CHECK(result.err.find(text) == std::string::npos);
    }
    const std::string open = write(folder, "open", kKey, 0644);
    const auto result = capture([&] { return keys_import({}, {folder.path("k.json"), {pass, {}}, {open, {}}}); });
    CHECK(result.err.find("chmod 600 " + open) != std::string::npos);
    CHECK(::access(folder.path("k.json").c_str(), F_OK) != 0);
}

TEST_CASE("a new key is another one each time, and a short passphrase is warned of") {
    const TempDir folder;
    const std::string pass = write(folder, "pass", "short\n");
    const auto first = capture([&] { return keys_new({}, {folder.path("a.json"), {pass, {}}}); });
    const auto second = capture([&] { return keys_new({}, {folder.path("b.json"), {pass, {}}}); });
    CHECK(first.code == ExitCode::Done);
    CHECK(first.out != second.out);
    CHECK(first.out.size() == 43);
    CHECK(first.err.find("fewer than 12 characters") != std::string::npos);
}
