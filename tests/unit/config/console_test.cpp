// SPDX-License-Identifier: Apache-2.0
// [console]: read, printed without its secret, and never open to other machines without token and TLS.
#include "config/show.hpp"
#include "section.hpp"

using namespace plimsoll;
using namespace plimsoll::config;

namespace {

constexpr std::string_view kAll =
    "[console]\nlisten = \"0.0.0.0:8443\"\ntoken = { credential = \"console\" }\ncertificate = \"console.pem\"\nkey = "
    "\"console.key\"\n";

}  // namespace

TEST_CASE("[console] is served on loopback without a token unless said otherwise; all of it is read and printed") {
    const auto usual = loaded("");
    REQUIRE(usual);
    CHECK(usual->settings.console == Console{});
    CHECK(usual->settings.console.listen == "127.0.0.1:1877");
    const auto result = loaded(kAll);
    REQUIRE(result);
    const auto& console = result->settings.console;
    CHECK(console.listen == "0.0.0.0:8443");
    CHECK(console.token == SecretRef{SecretRef::Kind::Credential, "console"});
    CHECK(console.certificate == "/etc/plimsoll/console.pem");
    CHECK(console.key == "/etc/plimsoll/console.key");
    const auto again = load_text(show_toml(*result, false), "/etc/plimsoll/plimsoll.toml", {});
    REQUIRE(again);
    CHECK(again->settings.console == console);
    const auto off = loaded("", {{"PLIMSOLL__CONSOLE__ENABLED", "false"}});
    REQUIRE(off);
    CHECK_FALSE(off->settings.console.enabled);
}

TEST_CASE("[console] that other machines reach has token, certificate and key") {
    const std::string open = "[console]\nlisten = \"0.0.0.0:8443\"\n";
    const std::string token = "token = { credential = \"console\" }\n";
    const std::string tls = "certificate = \"console.pem\"\nkey = \"console.key\"\n";
    CHECK(has(error_of(open), "`token` is missing in [console]"));
    CHECK(has(error_of(open + tls), "`token` is missing in [console]"));
    CHECK(has(error_of(open + token), "`certificate` is missing in [console]"));
    CHECK(has(error_of("[console]\nlisten = \"192.168.1.2:1877\"\n" + token), "travel in the clear"));
    CHECK(has(error_of("[console]\nlisten = \"127.0.0.1.example.org:1877\"\n"), "an address of this machine"));
    CHECK(loaded(open + token + tls));
    CHECK(loaded("[console]\nlisten = \"127.8.0.1:1877\"\n"));
    CHECK(loaded("[console]\nlisten = \"[::1]:1877\"\n"));
    CHECK(loaded("[console]\nenabled = false\nlisten = \"0.0.0.0:8443\"\n"));
}

TEST_CASE("[console] with half of what TLS needs, the daemon's port, or a literal token is refused with the mend") {
    CHECK(has(error_of("[console]\ncertificate = \"console.pem\"\n"), "`key` is missing in [console]"));
    CHECK(has(error_of("[console]\nkey = \"console.key\"\n"), "`certificate` is missing in [console]"));
    CHECK(has(error_of("[console]\nlisten = \"127.0.0.1:1876\"\n"), "same port"));
    CHECK_FALSE(has(error_of("[console]\ntoken = \"hunter2-hunter2-hunter2\"\n"), "hunter2"));
    CHECK(has(error_of("[console]\nlistn = \"127.0.0.1:1877\"\n"), "did you mean"));
}
