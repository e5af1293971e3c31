// SPDX-License-Identifier: Apache-2.0
#include "config/durations.hpp"
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<AlertChannel> kAlert[] = {
    setting<&AlertChannel::kind>({
        .key = "kind",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "webhook|slack|discord|telegram|email|ntfy|pagerduty|alertmanager",
        .example = "\"telegram\"",
        .text = "How the other side wants it.",
        .restart = true,
    }),
    setting<&AlertChannel::url>({
        .key = "url",
        .kind = Kind::Url,
        .need = Need::Optional,
        .example = "\"https://hooks.slack.com/services/{secret}\"",
        .text =
            "Where messages go. Of ntfy with the topic as its last part; of Alertmanager without /api. Telegram and "
            "PagerDuty need none.",
        .restart = true,
    }),
    setting<&AlertChannel::secret>({
        .key = "secret",
        .kind = Kind::Secret,
        .need = Need::Optional,
        .example = "{ credential = \"telegram\" }",
        .text =
            "Stands in for {secret} in the URL. Where the URL has none: the bot's token (telegram), the integration "
            "key (pagerduty), the password (email), an access token sent as Bearer (webhook, ntfy, alertmanager).",
        .restart = true,
    }),
    setting<&AlertChannel::chats>({
        .key = "chats",
        .kind = Kind::Texts,
        .most = U256{8},
        .example = "[\"123456789\"]",
        .text = "Telegram: the chats that get alerts, and the only ones that may give commands.",
        .restart = true,
    }),
    setting<&AlertChannel::commands>({
        .key = "commands",
        .kind = Kind::Choice,
        .choices = "off|look|act",
        .example = "\"act\"",
        .text = "Telegram: what may be asked by its chats. look: /status, /plan, /ack; act: /pause and /resume too.",
        .restart = true,
    }),
    setting<&AlertChannel::server>({
        .key = "server",
        .kind = Kind::Text,
        .need = Need::Optional,
        .example = "\"smtp.example.org:587\"",
        .text = "Email: host and port that take it.",
        .restart = true,
    }),
    setting<&AlertChannel::tls>({
        .key = "tls",
        .kind = Kind::Choice,
        .choices = "starttls|implicit|none",
        .example = "\"implicit\"",
        .text = "Email: starttls (port 587) and implicit (port 465) never fall back; none is for 127.0.0.1 alone.",
        .restart = true,
    }),
    setting<&AlertChannel::from>({
        .key = "from",
        .kind = Kind::Text,
        .need = Need::Optional,
        .example = "\"plimsoll@example.org\"",
        .text = "Email: the sender's address.",
        .restart = true,
    }),
    setting<&AlertChannel::to>({
        .key = "to",
        .kind = Kind::Texts,
        .most = U256{8},
        .example = "[\"me@example.org\"]",
        .text = "Email: who gets it.",
        .restart = true,
    }),
    setting<&AlertChannel::user>({
        .key = "user",
        .kind = Kind::Text,
        .need = Need::Optional,
        .example = "\"plimsoll@example.org\"",
        .text = "Email: who logs in, with the secret as password.",
        .restart = true,
    }),
    setting<&AlertChannel::level>({
        .key = "level",
        .kind = Kind::Choice,
        .choices = "info|warning|critical",
        .example = "\"warning\"",
        .text = "The least that is told. The end of what was told is told too.",
        .restart = true,
    }),
    setting<&AlertChannel::use>({
        .key = "use",
        .kind = Kind::Choice,
        .choices = "always|escalation|backup",
        .example = "\"escalation\"",
        .text = "escalation: only what is critical, lasts, and was acknowledged by nobody within `after`. backup: only "
                "what no other channel has taken within `after`.",
        .restart = true,
    }),
    setting<&AlertChannel::after>({
        .key = "after",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{kSecond},
        .most = U256{kDay},
        .example = "\"5m\"",
        .text = "Of escalation and backup: so long the others are given.",
        .restart = true,
    }),
    setting<&AlertChannel::repeat>({
        .key = "repeat",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{60 * kSecond},
        .most = U256{kDay},
        .example = "\"30m\"",
        .text = "What lasts and was not acknowledged is told again after this time.",
        .restart = true,
    }),
    setting<&AlertChannel::test_every>({
        .key = "test_every",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .need = Need::Optional,
        .least = U256{kSecond},
        .most = U256{31 * kDay},
        .example = "\"7d\"",
        .text =
            "A test message goes out so often, whatever `level` and `use` say, so that silence is noticed. Without it "
            "none does.",
        .restart = true,
    }),
    setting<&AlertChannel::ca>({
        .key = "ca",
        .kind = Kind::Path,
        .need = Need::Optional,
        .example = "\"/etc/plimsoll/ca.pem\"",
        .text = "Certificates (PEM) of the only authorities that are trusted here, for a service with a private one. "
                "Without it those of the system.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<AlertChannel>> settings_of<AlertChannel>() {
    return kAlert;
}

}  // namespace plimsoll::config
