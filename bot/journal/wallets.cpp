// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>

#include "bot/journal/journal.hpp"
#include "bot/journal/statement.hpp"

/// What the operator wants of wallets: it outlives the process.
namespace plimsoll::journal {

Result<void> Journal::pause_wallet(const WalletPause& pause) {
    return change(*database_, "writing a pause",
                  "INSERT OR REPLACE INTO paused_wallets(wallet, since_ms, until_ms, operator) VALUES(?, ?, ?, ?)",
                  {pause.wallet, pause.since_ms, pause.until_ms, pause.by});
}

Result<void> Journal::resume_wallet(const std::string& wallet) {
    return change(*database_, "ending a pause", "DELETE FROM paused_wallets WHERE wallet = ?", {wallet});
}

Result<std::vector<WalletPause>> Journal::wallet_pauses() {
    return rows_of<WalletPause>(
        *database_, "reading pauses", "SELECT wallet, since_ms, until_ms, operator FROM paused_wallets ORDER BY wallet",
        [](const auto& row) {
            return WalletPause{text_in(row, 0), integer_in(row, 1), integer_in(row, 2), text_in(row, 3)};
        });
}

Result<void> Journal::dry_wallet(const WalletDry& dry) {
    return change(*database_, "writing a switch to a dry run",
                  "INSERT OR REPLACE INTO dry_wallets(wallet, since_ms, operator) VALUES(?, ?, ?)",
                  {dry.wallet, dry.since_ms, dry.by});
}

Result<void> Journal::live_wallet(const std::string& wallet) {
    return change(*database_, "ending a dry run", "DELETE FROM dry_wallets WHERE wallet = ?", {wallet});
}

Result<std::vector<WalletDry>> Journal::dry_wallets() {
    return rows_of<WalletDry>(*database_, "reading dry runs",
                              "SELECT wallet, since_ms, operator FROM dry_wallets ORDER BY wallet",
                              [](const auto& row) {
                                  return WalletDry{text_in(row, 0), integer_in(row, 1), text_in(row, 2)};
                              });
}

}  // namespace plimsoll::journal
