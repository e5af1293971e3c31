// SPDX-License-Identifier: Apache-2.0
#include "bot/app/look.hpp"

#include <chrono>

#include "bot/app/run_task.hpp"
#include "bot/shell/chain_shell.hpp"
#include "bot/shell/make_engine.hpp"

namespace plimsoll::bot {

namespace {

std::int64_t wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

Result<Look> look(const config::Chain& chain, const engine::EngineConfig& config) {
    boost::asio::io_context io(1);
    Look out;
    ShellServices services;
    services.now_ms = wall_ms;
    services.observe = [&out](const engine::Command& command) {
        if (const auto* decide = std::get_if<engine::Decide>(&command)) out.decisions.push_back(decide->decision);
        if (const auto* simulate = std::get_if<engine::Simulate>(&command)) out.simulations.push_back(*simulate);
        if (const auto* alert = std::get_if<engine::Alert>(&command)) out.alerts.push_back(*alert);
    };
    TRY(auto engine, make_engine(config));
    ChainShell shell(io.get_executor(), chain, std::move(services), config, std::move(engine));
    TRY_VOID(run_task(io, shell.look(engine::Started())));
    out.status = shell.engine().status();
    return out;
}

}  // namespace plimsoll::bot
