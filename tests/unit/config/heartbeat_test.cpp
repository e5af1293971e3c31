// SPDX-License-Identifier: Apache-2.0
// [heartbeat]: read, printed without its secret, and wrong in every way that leaves nobody told.
#include "config/show.hpp"
#include "section.hpp"

using namespace plimsoll;
using namespace plimsoll::config;

TEST_CASE("[heartbeat] is read with its secret by reference, printed and read again; without it nobody is called") {
    CHECK_FALSE(loaded("")->settings.heartbeat.url);
    const auto result = loaded(
        "[heartbeat]\nurl = \"https://hc-ping.com/{secret}\"\nsecret = { credential = \"beat\" }\nevery = \"90s\"\n");
    REQUIRE(result.has_value());
    const auto& beat = result->settings.heartbeat;
    CHECK(beat.url == "https://hc-ping.com/{secret}");
    CHECK(beat.secret == SecretRef{SecretRef::Kind::Credential, "beat"});
    CHECK(beat.every == std::chrono::seconds(90));
    const auto again = load_text(show_toml(*result, false), "/etc/plimsoll/plimsoll.toml", {});
    REQUIRE(again.has_value());
    CHECK(again->settings.heartbeat == beat);
    const auto moved = loaded("", {{"PLIMSOLL__HEARTBEAT__URL", "http://127.0.0.1:9/beat"}});
    REQUIRE(moved.has_value());
    CHECK(moved->settings.heartbeat.url == "http://127.0.0.1:9/beat");
}

TEST_CASE("[heartbeat] with a key in the URL, a placeholder without its secret, or no HTTP is refused with the mend") {
    CHECK(has(error_of("[heartbeat]\nurl = \"https://hc-ping.com/5f2c9a0b7d3e4c1f8a6b2d9e0c4f7a1b\"\n"),
              "holds a secret"));
    CHECK(has(error_of("[heartbeat]\nurl = \"https://hc-ping.com/{secret}\"\n"), "[heartbeat] has no secret"));
    CHECK(has(error_of("[heartbeat]\nurl = \"https://hc-ping.com/x\"\nsecret = { fd = 3 }\n"), "no URL says {secret}"));
    CHECK(has(error_of("[heartbeat]\nurl = \"wss://hc-ping.com/x\"\n"), "http"));
    CHECK(has(error_of("[heartbeat]\nurl = \"https://hc-ping.com/x\"\nevery = \"1ms\"\n"), "every"));
    CHECK(has(error_of("[heartbeat]\nuri = \"https://hc-ping.com/x\"\n"), "did you mean"));
}

TEST_CASE("watch_first of a chain: three blocks unless the file says otherwise, none switches it off") {
    CHECK(loaded("")->settings.chains[0].watch_first == 3);
    const auto off = load_text(with_change("confirmations = \"1 block\"", "watch_first = \"0 blocks\""),
                               "/etc/plimsoll/plimsoll.toml", {});
    REQUIRE(off.has_value());
    CHECK(off->settings.chains[0].watch_first == 0);
}
