// SPDX-License-Identifier: Apache-2.0
// The files of a signing service: who may have written them, what they hold, and what `check` says of them.
#include "bot/shell/signers.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "../../support/temp_dir.hpp"
#include "bot/cli/offline_checks.hpp"
#include "bot/shell/signer_identity.hpp"
#include "bot/shell/signer_watch.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/fake_node.hpp"
#include "tests/support/run_task.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;

namespace {

constexpr Address kAccount = Address::literal("0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
constexpr Address kGuardian = Address::literal("0x3535353535353535353535353535353535353535");

std::string write(const TempDir& folder, const std::string& name, std::string_view text, mode_t mode = 0600) {
    const std::string path = folder.path(name);
    std::ofstream(path) << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
}

void private_to_us(const std::string& path) {
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
}

config::Settings settings_with(const config::Signer& signer) {
    config::Settings out;
    out.mode = config::Mode::Live;
    config::Wallet wallet;
    wallet.name = "w";
    wallet.address = kAccount;
    wallet.mode = config::Mode::Live;
    wallet.signer = signer;
    out.wallets.push_back(wallet);
    return out;
}

/// "name: detail | mend" of the lines about the signer, those that are wrong alone.
std::string wrong_lines(const config::Settings& settings) {
    std::string out;
    for (const auto& line : cli::offline_checks(settings)) {
        if (!line.ok && line.name.starts_with("wallet"))
            out += line.name + ": " + line.detail + " | " + line.mend + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("K06 certificates that others could exchange and keys that others can read are refused, with the mend") {
    const TempDir folder;
    test::Certificates authority;
    const auto pair = authority.issue({});
    private_to_us(pair.key);
    CHECK(read_certificates(pair.certificate, "ca").has_value());
    CHECK(read_tls_key(pair.key, "key").has_value());

    REQUIRE(::chmod(pair.certificate.c_str(), 0664) == 0);
    CHECK(read_certificates(pair.certificate, "ca").error().message ==
          "ca " + pair.certificate + " has mode 0664, others could exchange it: chmod 644 " + pair.certificate);
    REQUIRE(::chmod(pair.key.c_str(), 0640) == 0);
    CHECK(read_tls_key(pair.key, "key").error().message ==
          "key " + pair.key + " has mode 0640, others than its owner may use it: chmod 600 " + pair.key);
    const std::string link = folder.path("link");
    private_to_us(pair.key);
    REQUIRE(::symlink(pair.key.c_str(), link.c_str()) == 0);
    CHECK(read_tls_key(link, "key").error().code == Errc::Refused);
    CHECK(read_certificates(folder.root(), "ca").error().message == "ca " + folder.root() + " is not a regular file");
    CHECK(read_certificates(folder.path("none"), "ca").error().code == Errc::NotFound);
    CHECK(read_tls_key(folder.path("none"), "key").error().code == Errc::NotFound);
    CHECK(read_certificates(write(folder, "text", "no certificate"), "ca").error().code == Errc::Decode);
    CHECK(read_certificates(write(folder, "big", std::string((1U << 20U) + 1, 'x')), "ca").error().code ==
          Errc::Refused);
    CHECK(read_tls_key(write(folder, "nokey", "no key"), "key").error().code == Errc::Decode);
    // Encrypted: nobody is asked for a passphrase.
    const auto locked = read_tls_key(
        write(folder, "locked", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"),
        "key");
    CHECK(locked.error().code == Errc::Unsupported);
}

TEST_CASE("the check names every file that is wrong at once") {
    const TempDir folder;
    test::Certificates authority;
    const auto pair = authority.issue({});
    const auto other = authority.issue({});
    private_to_us(pair.key);
    private_to_us(other.key);
    config::Signer signer;
    signer.remote = "https://signer.internal:9000/way";
    signer.ca = authority.ca_file();
    signer.certificate = pair.certificate;
    signer.key = pair.key;
    CHECK(wrong_lines(settings_with(signer)).empty());
    CHECK(open_signers(settings_with(signer)).has_value());
    bool told = false;
    for (const auto& line : cli::offline_checks(settings_with(signer)))
        told = told || line.detail == "https://signer.internal:9000/… for " + to_string(kAccount) +
                                          ", not asked; --online asks it";
    CHECK(told);

    signer.key = other.key;
    CHECK(wrong_lines(settings_with(signer)) == "wallet w: signer key: key " + other.key +
                                                    " is not that of certificate " + pair.certificate +
                                                    " | name the two that belong together\n");
    const auto mixed = open_signers(settings_with(signer));
    REQUIRE_FALSE(mixed.has_value());
    CHECK(mixed.error().code == Errc::Mismatch);
    CHECK(mixed.error().message.starts_with("wallet w: "));

    signer.ca = folder.path("none");
    signer.certificate = folder.path("neither");
    REQUIRE(::chmod(other.key.c_str(), 0644) == 0);
    CHECK(wrong_lines(settings_with(signer)) ==
          "wallet w: signer ca: ca " + *signer.ca + " does not exist | name the right file in `ca`\n" +
              "wallet w: signer certificate: certificate " + *signer.certificate +
              " does not exist | name the right file in `certificate`\n" + "wallet w: signer key: key " + other.key +
              " has mode 0644, others than its owner may use it: chmod 600 " + other.key + " | chmod 600 " + other.key +
              "\n");

    test::Certificates::Subject old;
    old.valid_from_s = -7'200;
    old.valid_to_s = -3'600;
    const auto expired = authority.issue(old);
    private_to_us(expired.key);
    signer.ca = authority.ca_file();
    signer.certificate = expired.certificate;
    signer.key = expired.key;
    CHECK(wrong_lines(settings_with(signer)) ==
          "wallet w: signer certificate: " + expired.certificate + " has expired | issue a new one\n");
}

TEST_CASE("whose key a service signs with") {
    config::Signer signer;
    signer.remote = "http://127.0.0.1:9000";
    auto settings = settings_with(signer);
    CHECK(claimed_signer(settings.wallets[0]) == kAccount);
    CHECK(sender_addresses(settings, {}).empty());
    settings.wallets[0].guard = guard::Access::Allowance;
    settings.wallets[0].signer->address = kGuardian;
    CHECK(sender_addresses(settings, {}).at("w") == kGuardian);
    const auto opened = open_signers(settings);
    REQUIRE(opened.has_value());
    CHECK(opened->at("w").address() == kGuardian);
    CHECK_FALSE(opened->at("w").key);
    settings.wallets[0].mode = config::Mode::DryRun;
    CHECK(open_signers(settings)->empty());
}

TEST_CASE("K13 a service that is down or has lost the key is told of before a signature is needed") {
    boost::asio::io_context io{1};
    std::string accounts = "[]";
    test::FakeNode node(io.get_executor(), [&](const std::string& message) {
        const auto id = nlohmann::json::parse(message)["id"].dump();
        return std::vector{test::Reaction{R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + accounts + "}"}};
    });
    config::Signer signer;
    signer.remote = node.http();
    const auto signers = open_signers(settings_with(signer)).value();
    AlertDeskOptions options;
    options.now_ms = [] { return 0; };
    options.live = [](const std::string&) { return true; };
    AlertDesk desk(std::move(options), nullptr, nullptr);
    SignerWatch watch(io.get_executor(), signers, desk);
    CHECK_FALSE(watch.checks().front().ok);
    const auto once = [&] {
        SignerWatch fresh(io.get_executor(), signers, desk);
        test::run(io, [](auto& who, auto& context) -> Task<void> {
            boost::asio::co_spawn(context, who.run(), boost::asio::detached);
            boost::asio::steady_timer timer(context);
            while (who.checks().front().detail == "not yet asked") {
                timer.expires_after(std::chrono::milliseconds(1));
                co_await timer.async_wait(boost::asio::use_awaitable);
            }
            who.stop();
        }(fresh, io));
        return fresh.checks().front();
    };
    const auto lost = once();
    CHECK_FALSE(lost.ok);
    CHECK(lost.name == "signer w");
    CHECK(lost.detail ==
          "signing service " + node.http() + ": it has no key of " + to_string(kAccount) + ", but 0 others");
    accounts = "[\"" + to_string(kAccount) + "\"]";
    const auto good = once();
    CHECK(good.ok);
    CHECK(good.detail == node.http());
    node.shut();
    CHECK_FALSE(once().ok);
    signers.at("w").service->stop();
}
