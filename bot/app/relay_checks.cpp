// SPDX-License-Identifier: Apache-2.0
#include "bot/app/relay_checks.hpp"

#include <fmt/format.h>

#include "bot/app/run_task.hpp"
#include "bot/shell/relays.hpp"

namespace plimsoll::bot {

std::vector<CheckLine> relay_checks(const config::Settings& settings) {
    std::vector<CheckLine> lines;
    for (const auto& entry : settings.relays) {
        const std::string name = "relay " + entry.name;
        const auto relay = open_relay(entry);
        if (!relay) {
            lines.push_back(
                {name, false, relay.error().message, fmt::format("see `identity` of [relay.{}]", entry.name)});
            continue;
        }
        boost::asio::io_context io(1);
        const auto answered = run_task(io, (*relay)->check());
        (*relay)->stop();
        if (answered)
            lines.push_back({name, true, "answers " + to_string((*relay)->identity()), {}});
        else
            lines.push_back({name, false, answered.error().message,
                             "see that `url` is right; without it rescues are shown to all at once"});
    }
    return lines;
}

}  // namespace plimsoll::bot
