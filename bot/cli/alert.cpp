// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/cli/load_config.hpp"
#include "bot/cli/table.hpp"
#include "bot/notify/channel.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::bot::cli {

namespace {

using notify::Took;
using notify::Verdict;

/// Sends and waits.
Verdict send(notify::Channel& channel, boost::asio::io_context& io, std::size_t reader, const std::string& instance,
             const notify::Notice& notice) {
    Verdict out{Took::Later, "no answer"};
    channel.send(reader, notify::Bundle{instance, {notice}}, [&out](const Verdict& verdict) { out = verdict; });
    io.restart();
    io.run();
    return out;
}

struct Line {
    std::string name;
    std::string kind;
    Verdict verdict;
};

void try_channel(const config::Settings& settings, const config::AlertChannel& channel, std::vector<Line>& lines) {
    boost::asio::io_context io(1);
    const std::string instance = settings.daemon.instance();
    std::size_t positions = 0;
    for (const auto& wallet : settings.wallets) positions += wallet.positions.size();
    const auto lanes = notify::lanes_of(channel);
    auto opened = notify::open_channel(io.get_executor(), channel);
    for (std::size_t reader = 0; reader < lanes.size(); ++reader) {
        Line line{lanes[reader].name, channel.kind, {}};
        if (opened) {
            auto notice = notify::test_notice(instance, settings.daemon.name.value_or(""), lanes[reader].name,
                                              positions, unix_ms());
            line.verdict = send(**opened, io, reader, instance, notice);
            if (line.verdict.took == Took::Yes && lanes[reader].keeps_state) {  // nothing stays open of it
                notice.alert.resolved = true;
                line.verdict = send(**opened, io, reader, instance, notice);
            }
        } else {
            line.verdict = {Took::Denied, opened.error().message};
        }
        lines.push_back(std::move(line));
    }
    if (opened) (*opened)->stop();
}

}  // namespace

ExitCode alert_test(const Globals& globals, const AlertTestCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    const auto& settings = loaded->settings;
    std::vector<Line> lines;
    for (const auto& channel : settings.alerts) {
        if (command.name.empty() || channel.name == command.name) try_channel(settings, channel, lines);
    }
    if (lines.empty()) {
        say_error(globals, command.name.empty() ? "there is no channel" : "no channel is named " + command.name,
                  "add [alert.NAME] to the configuration; config/example.toml shows each kind");
        return ExitCode::Usage;
    }
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    bool good = true;
    auto out = nlohmann::ordered_json::array();
    for (const auto& line : lines) {
        const bool taken = line.verdict.took == Took::Yes;
        good = good && taken;
        out.push_back({{"channel", line.name}, {"kind", line.kind}, {"taken", taken}, {"reason", line.verdict.why}});
        if (!command.json)
            fmt::print("{}  {} ({}){}\n", taken ? style.good("taken ") : style.bad("failed"), line.name, line.kind,
                       taken ? "" : ": " + line.verdict.why);
    }
    if (command.json) fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return good ? ExitCode::Done : ExitCode::Notify;
}

}  // namespace plimsoll::bot::cli
