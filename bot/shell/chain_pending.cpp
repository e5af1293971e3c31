// SPDX-License-Identifier: Apache-2.0
// Pending transactions to the feeds behind the prices, for the engine.
#include "bot/shell/chain_shell.hpp"

namespace plimsoll::bot {

void ChainShell::watch_pending(const std::vector<rpc::Roles>& roles) {
    if (chain_.pending_prices == "off") return;
    std::vector<std::shared_ptr<rpc::EthClient>> nodes;
    const auto& clients = eth_->clients();
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (roles.empty() || roles[i].follow) nodes.push_back(clients[i]);
    }
    PendingWatch::Tell tell;
    tell.seen = [this](PendingTransaction transaction, bool gone) {
        deliver(engine::PendingSeen{std::move(transaction), gone});
    };
    tell.lacking = [this](const std::string& url, const std::string& what) {
        if (services_.alerts != nullptr)
            services_.alerts->raise(chain_.name, engine::AlertLevel::Warning, "pending-prices", "",
                                    url + ": " + what +
                                        ". No pending price is seen before it is in a block; public feeds and levels "
                                        "warn as without pending_prices");
    };
    tell.partly = [this](const std::string& url) {
        if (services_.alerts != nullptr)
            services_.alerts->raise(
                chain_.name, engine::AlertLevel::Info, "pending-hashes", url,
                url + " tells the hashes of pending transactions alone: " + std::to_string(PendingWatch::kLookUps) +
                    " a second are looked up, and most reports are missed");
    };
    tell.telling = [this](const std::string& url) {
        if (services_.alerts != nullptr)
            services_.alerts->clear(chain_.name, "pending-prices", "", url + " tells pending transactions");
    };
    pending_ = std::make_shared<PendingWatch>(executor_, std::move(nodes), std::move(tell));
}

void ChainShell::on(engine::WatchPending command) {
    if (pending_) pending_->watch(command.to, command.held);
}

}  // namespace plimsoll::bot
