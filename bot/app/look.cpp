// SPDX-License-Identifier: Apache-2.0
#include "bot/app/look.hpp"

#include <chrono>

#include "bot/app/run_task.hpp"
#include "bot/shell/chain_shell.hpp"
#include "bot/shell/make_engine.hpp"
#include "bot/shell/signers.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::bot {

engine::EngineConfig config_of_one(const config::Settings& settings, const config::Chain& chain,
                                   const std::string& name) {
    auto config = engine::engine_config(settings, chain, sender_addresses(settings, {}));
    config.aggregates = false;
    for (auto& wallet : config.wallets) {
        std::erase_if(wallet.positions, [&](const config::Position& position) { return position.name != name; });
        wallet.live = false;
    }
    std::erase_if(config.wallets, [](const engine::WalletConfig& wallet) { return wallet.positions.empty(); });
    return config;
}

Result<Look> look(const config::Chain& chain, const engine::EngineConfig& config, const engine::Planner& planner) {
    boost::asio::io_context io(1);
    Look out;
    ShellServices services;
    services.now_ms = unix_ms;
    services.observe = [&out](const engine::Command& command) {
        if (const auto* decide = std::get_if<engine::Decide>(&command)) out.decisions.push_back(decide->decision);
        if (const auto* simulate = std::get_if<engine::Simulate>(&command)) out.simulations.push_back(*simulate);
        if (const auto* alert = std::get_if<engine::Alert>(&command)) out.alerts.push_back(*alert);
    };
    TRY(auto engine, make_engine(config, planner));
    ChainShell shell(io.get_executor(), chain, std::move(services), config, std::move(engine));
    TRY_VOID(run_task(io, shell.look(engine::Started())));
    out.status = shell.engine().status();
    return out;
}

}  // namespace plimsoll::bot
