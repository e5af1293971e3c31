// SPDX-License-Identifier: Apache-2.0
// A signer is a keystore or a service; what is missing, too much or unsafe is said, all of it in one pass.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base_file.hpp"
#include "config/loader.hpp"
#include "config/show.hpp"

using namespace plimsoll;
using namespace plimsoll::config;

namespace {

constexpr std::string_view kKeystore =
    "{ keystore = \"/etc/plimsoll/treasury.json\", passphrase = { credential = \"treasury-pass\" } }";
constexpr std::string_view kRemote =
    "{ remote = \"https://signer.internal:9000\", ca = \"pem/ca.pem\", certificate = \"/etc/plimsoll/client.pem\", "
    "key = \"/etc/plimsoll/client.key\", timeout = \"1500ms\" }";
constexpr std::string_view kOwn = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
constexpr std::string_view kOther = "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F";

LoadResult loaded(std::string_view signer) {
    return load_text(with_change(kKeystore, signer), "/etc/plimsoll/plimsoll.toml", {});
}

std::string remote_with(std::string_view from, std::string_view to) {
    std::string out(kRemote);
    const auto at = out.find(from);
    REQUIRE(at != std::string::npos);
    return out.replace(at, from.size(), to);
}

/// "PL-C022 wallet.treasury.signer.key: remove it", a line each.
std::string errors_of(const LoadResult& result) {
    if (result) return "";
    std::string out;
    for (const auto& d : result.error()) {
        if (d.severity == Diagnostic::Severity::Warning) continue;
        CHECK_FALSE(d.why.empty());
        CHECK_FALSE(d.mend.empty());
        CHECK(d.place.line == 27);
        out += fmt::format("{}{} {}", out.empty() ? "" : "\n", to_string(d.code), d.what);
    }
    return out;
}

}  // namespace

TEST_CASE("a service as the signer: read, live, printed and read again") {
    const auto result = loaded(kRemote);
    REQUIRE(result.has_value());
    const auto& signer = *result->settings.wallets[0].signer;
    CHECK(signer.remote == "https://signer.internal:9000");
    CHECK(signer.ca == "/etc/plimsoll/pem/ca.pem");
    CHECK(signer.certificate == "/etc/plimsoll/client.pem");
    CHECK(signer.key == "/etc/plimsoll/client.key");
    CHECK(signer.timeout == std::chrono::milliseconds(1'500));
    CHECK_FALSE(signer.address.has_value());
    CHECK_FALSE(signer.keystore.has_value());
    CHECK(result->settings.live(result->settings.wallets[0]));
    const std::string shown = show_toml(*result, false);
    CHECK(shown.find("[wallet.treasury.signer]\nremote = \"https://signer.internal:9000\"\nca = ") !=
          std::string::npos);
    const auto again = load_text(shown, "/etc/plimsoll/plimsoll.toml", {});
    REQUIRE(again.has_value());
    CHECK(again->settings.wallets[0].signer == result->settings.wallets[0].signer);
    for (const std::string_view url : {"http://127.0.0.1:9000", "http://127.0.0.1", "http://127.0.0.1/by"})
        CHECK(errors_of(loaded(fmt::format("{{ remote = \"{}\" }}", url))).empty());
    CHECK(errors_of(loaded(remote_with("ca =", fmt::format("address = \"{}\", ca =", kOwn)))).empty());
    CHECK(errors_of(loaded(remote_with("ca = \"pem/ca.pem\", ", ""))).empty());
}

TEST_CASE("what a signer lacks or has too much") {
    const std::string in = "in [wallet.treasury.signer]";
    const std::string into = "does not belong into [wallet.treasury.signer]";
    struct Row {
        std::string signer;
        std::string errors;
    };
    const Row table[] = {
        {"{}", "PL-C010 `keystore` is missing " + in},
        {"{ passphrase = { fd = 3 } }", "PL-C010 `keystore` is missing " + in},
        {"{ keystore = \"/k\", passphrase = { fd = 3 }, remote = \"https://signer:9000\" }",
         "PL-C022 `remote` and `keystore` stand together " + in},
        {"{ keystore = \"/k\", key = \"/c.key\", timeout = \"2s\" }",
         "PL-C010 `passphrase` is missing " + in + "\nPL-C022 `key` " + into + "\nPL-C022 `timeout` " + into},
        {"{ remote = \"https://signer:9000\", passphrase = { fd = 3 } }", "PL-C010 `certificate` is missing " + in +
                                                                              "\nPL-C010 `key` is missing " + in +
                                                                              "\nPL-C022 `passphrase` " + into},
        {remote_with(", key = \"/etc/plimsoll/client.key\"", ""), "PL-C010 `key` is missing " + in},
        {"{ remote = \"http://127.0.0.1:9000\", ca = \"/ca.pem\", certificate = \"/c.pem\", key = \"/c.key\" }",
         "PL-C022 `ca` " + into + "\nPL-C022 `certificate` " + into + "\nPL-C022 `key` " + into},
        {"{ remote = \"http://signer.internal:9000\" }",
         "PL-C060 `remote` of [wallet.treasury.signer] is reached in the clear"},
        {"{ remote = \"http://127.0.0.1.example.org\" }",
         "PL-C060 `remote` of [wallet.treasury.signer] is reached in the clear"},
        {"{ remote = \"http://localhost:9000\" }",
         "PL-C060 `remote` of [wallet.treasury.signer] is reached in the clear"},
        {remote_with(":9000", ":9000/{secret}"),
         "PL-C053 `remote` of [wallet.treasury.signer] has a placeholder for a secret"},
        {remote_with("https", "wss"), "PL-C060 `remote` in [wallet.treasury.signer] is a bad URL"},
        {remote_with("//", "//me:pw@"), "PL-C050 `remote` in [wallet.treasury.signer] holds a secret"},
        {remote_with("1500ms", "99ms"), "PL-C016 `timeout` in [wallet.treasury.signer] is too small"},
        {remote_with("ca =", fmt::format("address = \"{}\", ca =", kOther)),
         "PL-C030 `address` of [wallet.treasury.signer] is not the wallet's"},
        {remote_with("certificate", "certificat"), "PL-C012 unknown key `certificat` " + in},
    };
    for (const auto& row : table) {
        CAPTURE(row.signer);
        CHECK(errors_of(loaded(row.signer)) == row.errors);
    }
}

TEST_CASE("under a guard the service's address is the guardian's, and must be said") {
    const auto guarded = [](std::string_view access, std::string_view address) {
        std::string signer(kRemote);
        if (!address.empty()) signer.insert(2, fmt::format("address = \"{}\", ", address));
        std::string text = with_change(kKeystore, signer);
        text.insert(text.find("signer ="), fmt::format("guard = \"{}\" # ", access));
        text.replace(text.find(" # signer"), 3, "\n");
        std::string found;
        const auto result = load_text(text, "/etc/plimsoll/plimsoll.toml", {});
        if (result) return found;
        for (const auto& d : result.error()) {
            if (d.what.find("signer]") != std::string::npos) found += d.what;
        }
        return found;
    };
    CHECK(guarded("allowance", "") == "`address` is missing in [wallet.treasury.signer]");
    CHECK(guarded("allowance", kOther).empty());
    CHECK(guarded("allowance", kOwn).empty());
    CHECK(guarded("self", kOther).empty());
    CHECK(guarded("self", kOwn) == "`address` of [wallet.treasury.signer] is the wallet's own");
    CHECK(guarded("module", kOwn) == "`address` of [wallet.treasury.signer] is the wallet's own");
}

TEST_CASE("what stands in the URL behind the host is not printed in an error") {
    const auto result = loaded(remote_with("https://signer.internal:9000", "http://signer.internal:9000/hidden-path"));
    REQUIRE_FALSE(result.has_value());
    const std::string text = render(result.error());
    CHECK(text.find("signer.internal") != std::string::npos);
    CHECK(text.find("hidden-path") == std::string::npos);
}
