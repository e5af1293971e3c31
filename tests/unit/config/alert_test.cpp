// SPDX-License-Identifier: Apache-2.0
// [alert.NAME]: each kind read, printed and read again, and what each of them cannot do without.
#include "config/show.hpp"
#include "section.hpp"

using namespace plimsoll;
using namespace plimsoll::config;

namespace {

const std::string kEach = R"(
[alert.hook]
kind = "webhook"
url = "https://example.org/hook"
secret = { file = "/etc/plimsoll/hook.key" }
ca = "/etc/plimsoll/ca.pem"
test_every = "7d"
[alert.slack]
kind = "slack"
url = "https://hooks.slack.com/services/{secret}"
secret = { credential = "slack" }
level = "warning"
[alert.discord]
kind = "discord"
url = "https://discord.com/api/webhooks/{secret}"
secret = { credential = "discord" }
[alert.phone]
kind = "telegram"
secret = { credential = "telegram" }
chats = ["123456789", "-1001234567890"]
commands = "act"
repeat = "1h"
[alert.push]
kind = "ntfy"
url = "https://ntfy.sh/my-topic"
[alert.pager]
kind = "pagerduty"
secret = { credential = "pagerduty" }
use = "escalation"
after = "10m"
[alert.am]
kind = "alertmanager"
url = "http://127.0.0.1:9093"
[alert.mail]
kind = "email"
server = "smtp.example.org:465"
tls = "implicit"
from = "plimsoll@example.org"
to = ["me@example.org", "you@example.org"]
user = "plimsoll@example.org"
secret = { credential = "smtp" }
use = "backup"
after = "1m"
)";

}  // namespace

TEST_CASE("[alert.NAME] of every kind is read, printed and read again, the same") {
    CHECK(loaded("")->settings.alerts.empty());
    const auto result = loaded(kEach);
    REQUIRE(result.has_value());
    const auto& alerts = result->settings.alerts;
    REQUIRE(alerts.size() == 8);
    CHECK(alerts[0].ca == "/etc/plimsoll/ca.pem");
    CHECK(alerts[0].test_every == std::chrono::hours(7 * 24));
    CHECK_FALSE(alerts[1].test_every);
    CHECK(alerts[1].level == "warning");
    CHECK(alerts[3].chats == std::vector<std::string>{"123456789", "-1001234567890"});
    CHECK(alerts[3].repeat == std::chrono::hours(1));
    CHECK(alerts[5].use == "escalation");
    CHECK(alerts[5].after == std::chrono::minutes(10));
    CHECK(alerts[7].to.size() == 2);
    CHECK(alerts[7].secret == SecretRef{SecretRef::Kind::Credential, "smtp"});
    const auto again = load_text(show_toml(*result, false), "/etc/plimsoll/plimsoll.toml", {});
    REQUIRE(again.has_value());
    CHECK(again->settings.alerts == alerts);
    const auto moved = loaded(kEach, {{"PLIMSOLL__ALERT__PHONE__CHATS", "1, 2"}});
    REQUIRE(moved.has_value());
    CHECK(moved->settings.alerts[3].chats == std::vector<std::string>{"1", "2"});
}

TEST_CASE("what a kind needs is asked for, and what is another's is refused") {
    const auto of = [](std::string_view kind, std::string_view more) {
        return error_of(fmt::format("[alert.x]\nkind = \"{}\"\n{}\n", kind, more));
    };
    const std::string secret = "secret = { fd = 3 }\n";
    for (const auto* kind : {"webhook", "slack", "discord", "ntfy", "alertmanager"})
        CHECK(has(of(kind, ""), "`url` is missing"));
    CHECK(has(of("telegram", "chats = [\"1\"]"), "the bot's token"));
    CHECK(has(of("telegram", secret), "`chats` is missing"));
    CHECK(has(of("pagerduty", ""), "the integration key"));
    CHECK(has(of("email", "from = \"a@b\"\nto = [\"c@d\"]"), "`server` is missing"));
    CHECK(has(of("email", "server = \"h:25\"\nto = [\"c@d\"]"), "`from` is missing"));
    CHECK(has(of("email", "server = \"h:25\"\nfrom = \"a@b\""), "`to` is missing"));
    CHECK(has(of("webhook", "url = \"https://h/x\"\nchats = [\"1\"]"), "it is of telegram"));
    CHECK(has(of("webhook", "url = \"https://h/x\"\ncommands = \"act\""), "it is of telegram"));
    CHECK(has(of("webhook", "url = \"https://h/x\"\nserver = \"h:25\""), "it is of email"));
    CHECK(has(of("pigeon", ""), "webhook"));
    CHECK(has(error_of("[alert.x]\nkind = \"ntfy\"\nurl = \"https://h/t\"\nuse = \"backup\"\n"), "is told at once"));
}

TEST_CASE("an authority is for what is encrypted, and a daemon's name has no blanks") {
    CHECK(has(error_of("[alert.x]\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/x\"\nca = \"/ca.pem\"\n"),
              "nothing is encrypted"));
    CHECK(has(error_of("[alert.x]\nkind = \"email\"\nserver = \"127.0.0.1:25\"\ntls = \"none\"\nfrom = "
                       "\"a@b.c\"\nto = [\"c@d.e\"]\nca = \"/ca.pem\"\n"),
              "nothing is encrypted"));
    CHECK(has(error_of("[alert.x]\nkind = \"ntfy\"\nurl = \"https://h/t\"\ntest_every = \"0s\"\n"), "test_every"));
    const auto named = [](std::string_view name) {
        return load_text(with_change("[daemon]", fmt::format("[daemon]\nname = \"{}\"", name)),
                         "/etc/plimsoll/plimsoll.toml", {});
    };
    const auto good = named("desk-1.eu_west");
    REQUIRE(good.has_value());
    CHECK(good->settings.daemon.instance() == "desk-1.eu_west");
    CHECK(loaded("")->settings.daemon.instance() == "plimsoll");
    for (const auto& wrong : std::vector<std::string>{"", "a b", "a/b", "a\\nb", "ä", std::string(41, 'a')}) {
        CAPTURE(wrong);
        CHECK_FALSE(named(wrong).has_value());
    }
}

TEST_CASE("secrets are neither in the file nor in the clear on the way") {
    const auto of = [](std::string_view more) { return error_of(fmt::format("[alert.x]\n{}\n", more)); };
    CHECK(has(of("kind = \"slack\"\nurl = \"https://hooks.slack.com/services/T1/B1/5f2c9a0b7d3e4c1f8a6b2d9e0c4f7a1b\""),
              "holds a secret"));
    CHECK(has(of("kind = \"telegram\"\nchats = [\"1\"]\nsecret = \"123:ABC\""), "no reference to a secret"));
    CHECK(has(of("kind = \"slack\"\nurl = \"https://h/{secret}\""), "stands for nothing"));
    CHECK(has(of("kind = \"slack\"\nurl = \"https://h/x\"\nsecret = { fd = 3 }"), "no URL says {secret}"));
    CHECK(has(of("kind = \"telegram\"\nchats = [\"1\"]\nurl = \"https://h/{secret}\"\nsecret = { fd = 3 }"),
              "goes into each request by itself"));
    CHECK(has(of("kind = \"webhook\"\nurl = \"http://example.org/x\"\nsecret = { fd = 3 }"), "over plain http"));
    CHECK(has(of("kind = \"email\"\nserver = \"smtp.example.org:25\"\ntls = \"none\"\nfrom = \"a@b\"\nto = [\"c@d\"]"),
              "in the clear"));
    CHECK(has(of("kind = \"email\"\nserver = \"h:25\"\nfrom = \"a@b\"\nto = [\"c@d\"]\nsecret = { fd = 3 }"),
              "somebody who logs in"));
    const auto open = loaded("[alert.x]\nkind = \"webhook\"\nurl = \"http://example.org/x\"\n");
    REQUIRE(open.has_value());
    CHECK_FALSE(open->warnings.empty());
}

TEST_CASE("addresses, chats and servers have their forms") {
    const auto mail = [](std::string_view from, std::string_view to, std::string_view server) {
        return loaded(fmt::format("[alert.x]\nkind = \"email\"\nserver = \"{}\"\nfrom = \"{}\"\nto = [\"{}\"]\n",
                                  server, from, to))
            .has_value();
    };
    CHECK(mail("a@b.c", "d@e.f", "smtp.example.org:587"));
    for (const auto* wrong : {"a", "@b", "a@", "a@b>", "a b@c", "a@b\\nBcc: x@y", "a@b,c@d"}) {
        CHECK_FALSE(mail(wrong, "d@e.f", "h:25"));
        CHECK_FALSE(mail("a@b.c", wrong, "h:25"));
    }
    for (const auto* wrong : {"h", "h:", ":25", "h:x", "h:123456", "smtp://h:25", "u@h:25"})
        CHECK_FALSE(mail("a@b.c", "d@e.f", wrong));
    for (const auto* wrong : {"", "-", "me", "1.5", "@channel", "123456789012345678901"})
        CHECK(has(
            error_of(fmt::format("[alert.x]\nkind = \"telegram\"\nsecret = {{ fd = 3 }}\nchats = [\"{}\"]\n", wrong)),
            "chats"));
    for (const auto* wrong : {"https://ntfy.sh", "https://ntfy.sh/"})
        CHECK(has(error_of(fmt::format("[alert.x]\nkind = \"ntfy\"\nurl = \"{}\"\n", wrong)), "topic"));
}
