// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/replay.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <istream>

#include "bot/engine/engine.hpp"
#include "bot/engine/recording.hpp"

namespace plimsoll::engine {

namespace {

bool is_decision(const std::string& line) {
    return line.starts_with("{\"command\":\"decide\"");
}

/// One event's commands, recorded and replayed.
void compare(ReplayReport& report, const std::vector<std::string>& recorded, const std::vector<std::string>& replayed,
             std::uint64_t line) {
    report.commands += recorded.size();
    const auto count = std::max(recorded.size(), replayed.size());
    bool same = true;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string nothing = "(nothing)";
        const std::string& was = i < recorded.size() ? recorded[i] : nothing;
        const std::string& is = i < replayed.size() ? replayed[i] : nothing;
        const bool decision = is_decision(was) || is_decision(is);
        if (decision) ++report.decisions;
        if (was == is) continue;
        same = false;
        if (decision) ++report.decisions_differ;
        if (report.first_difference.empty()) {
            report.first_difference =
                fmt::format("after the event of line {}, command {}\nrecorded: {}\nreplayed: {}", line, i + 1, was, is);
        }
    }
    if (!same) ++report.differ;
}

}  // namespace

Result<ReplayReport> replay(std::istream& recording, const MarketFactory& factory, const Planner& planner) {
    std::string line;
    if (!std::getline(recording, line)) return fail(Errc::Decode, "recording: empty");
    TRY(const auto config, parse_header(line));
    TRY(auto markets, factory(config));
    Engine engine(config, std::move(markets), planner);

    ReplayReport report;
    std::uint64_t number = 1;
    std::uint64_t event_number = 0;
    std::vector<std::string> recorded;
    std::vector<std::string> replayed;
    const auto close_event = [&] {
        if (event_number != 0) compare(report, recorded, replayed, event_number);
        recorded.clear();
        replayed.clear();
    };
    while (std::getline(recording, line)) {
        ++number;
        if (recording.eof() && (line.empty() || line.back() != '}')) {  // the writer was stopped in the middle
            report.cut_short = true;
            break;
        }
        if (is_command_line(line)) {
            recorded.push_back(line);
            continue;
        }
        close_event();
        auto event = parse_event(line);
        if (!event) return fail(event.error(), "line " + std::to_string(number));
        event_number = number;
        ++report.events;
        for (const auto& command : engine.step(*event)) replayed.push_back(encode(command));
    }
    // The last event's commands may not all have reached the file; a shorter list that agrees so far is no difference.
    const bool prefix =
        recorded.size() < replayed.size() && std::equal(recorded.begin(), recorded.end(), replayed.begin());
    if (prefix) {
        report.cut_short = true;
        replayed.resize(recorded.size());
    }
    close_event();
    return report;
}

std::string to_text(const ReplayReport& report) {
    std::string out =
        std::to_string(report.decisions) + " decisions, " + std::to_string(report.decisions_differ) + " differ";
    if (report.differ != report.decisions_differ)
        out += " (of " + std::to_string(report.events) + " events, " + std::to_string(report.differ) +
               " led to other commands)";
    if (report.cut_short) out += " (the recording ends early)";
    if (!report.first_difference.empty()) out += "\nfirst difference " + report.first_difference;
    return out;
}

}  // namespace plimsoll::engine
