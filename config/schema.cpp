// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"

#include <sstream>

#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<Settings> kTop[] = {
    setting<&Settings::mode>({
        .key = "mode",
        .kind = Kind::Choice,
        .choices = "dry-run|live",
        .example = "\"live\"",
        .text = "dry-run decides and records but sends nothing. live sends, for wallets that say live too and have a "
                "signer.",
        .restart = true,
    }),
};

constexpr Setting<Daemon> kDaemon[] = {
    setting<&Daemon::name>({
        .key = "name",
        .kind = Kind::Text,
        .need = Need::Optional,
        .example = "\"desk-1\"",
        .text = "Which daemon speaks, where there are several: in every message and on the console. Letters, digits, - "
                "_ and dots, at most 40.",
        .restart = true,
    }),
    setting<&Daemon::data_dir>({
        .key = "data_dir",
        .kind = Kind::Path,
        .example = "\"/var/lib/plimsoll\"",
        .text = "Folder of the journal and the recordings, readable by the daemon's user alone.",
        .restart = true,
    }),
    setting<&Daemon::listen>({
        .key = "listen",
        .kind = Kind::Listen,
        .example = "\"127.0.0.1:1876\"",
        .text = "Address and port of metrics, health and readiness. They are open to whoever reaches them: keep it on "
                "loopback.",
        .restart = true,
    }),
    setting<&Daemon::log_format>({
        .key = "log_format",
        .kind = Kind::Choice,
        .choices = "text|json",
        .example = "\"json\"",
        .text = "Form of the log lines on standard error.",
        .restart = true,
    }),
    setting<&Daemon::log_level>({
        .key = "log_level",
        .kind = Kind::Choice,
        .choices = "trace|debug|info|warn|error",
        .example = "\"info\"",
        .text = "Lines below this level are not written.",
        .restart = true,
    }),
    setting<&Daemon::record>({
        .key = "record",
        .kind = Kind::Bool,
        .example = "true",
        .text = "Record every event and command into data_dir, for `plimsoll replay`.",
        .restart = true,
    }),
    setting<&Daemon::recording_bytes_max>({
        .key = "max_recording",
        .kind = Kind::Amount,
        .unit = Unit::Size,
        .least = U256{1ULL << 20U},
        .most = U256{1ULL << 40U},
        .example = "\"1 GiB\"",
        .text = "A recording ends at this size; the daemon goes on.",
        .restart = true,
    }),
};

constexpr Setting<Heartbeat> kHeartbeat[] = {
    setting<&Heartbeat::url>({
        .key = "url",
        .kind = Kind::Url,
        .need = Need::Optional,
        .example = "\"https://hc-ping.com/{secret}\"",
        .text =
            "Asked (GET) while every chain is followed and the journal can be written. Whoever serves it alarms when "
            "the calls stop.",
        .restart = true,
    }),
    setting<&Heartbeat::secret>({
        .key = "secret",
        .kind = Kind::Secret,
        .need = Need::Optional,
        .example = "{ credential = \"heartbeat\" }",
        .text = "Stands in for {secret} in the URL.",
        .restart = true,
    }),
    setting<&Heartbeat::every>({
        .key = "every",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{1'000},
        .most = U256{86'400'000},
        .example = "\"1m\"",
        .text = "Time between two calls.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<Settings>> settings_of<Settings>() {
    return kTop;
}
template <>
std::span<const Setting<Daemon>> settings_of<Daemon>() {
    return kDaemon;
}
template <>
std::span<const Setting<Heartbeat>> settings_of<Heartbeat>() {
    return kHeartbeat;
}

std::vector<std::string> choices_of(const Rule& rule) {
    std::vector<std::string> out;
    std::istringstream in{std::string(rule.choices)};
    for (std::string choice; std::getline(in, choice, '|');) out.push_back(choice);
    return out;
}

}  // namespace plimsoll::config
