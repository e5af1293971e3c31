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

}  // namespace

template <>
std::span<const Setting<Settings>> settings_of<Settings>() {
    return kTop;
}
template <>
std::span<const Setting<Daemon>> settings_of<Daemon>() {
    return kDaemon;
}

std::vector<std::string> choices_of(const Rule& rule) {
    std::vector<std::string> out;
    std::istringstream in{std::string(rule.choices)};
    for (std::string choice; std::getline(in, choice, '|');) out.push_back(choice);
    return out;
}

}  // namespace plimsoll::config
