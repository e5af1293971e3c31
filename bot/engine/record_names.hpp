// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "bot/engine/command.hpp"
#include "bot/engine/event.hpp"

namespace plimsoll::engine {

/// Names in a recording, in the order of the variants' alternatives.
inline constexpr std::array<std::string_view, 23> kEventNames = {"started",
                                                                 "tick",
                                                                 "block_added",
                                                                 "reorg",
                                                                 "restarted",
                                                                 "feed_stale",
                                                                 "feed_live",
                                                                 "read_done",
                                                                 "account_done",
                                                                 "fees_done",
                                                                 "simulation_done",
                                                                 "gas_done",
                                                                 "persisted",
                                                                 "signed",
                                                                 "sent",
                                                                 "receipt_done",
                                                                 "settings_reloaded",
                                                                 "set_paused",
                                                                 "offers_done",
                                                                 "finality_told",
                                                                 "pending_seen",
                                                                 "set_wallet_paused",
                                                                 "each_told"};
inline constexpr std::array<std::string_view, 15> kCommandNames = {
    "read",    "fetch_fees",     "fetch_account", "simulate",      "estimate_gas",
    "persist", "sign",           "broadcast",     "fetch_receipt", "alert",
    "decide",  "set_log_filter", "fetch_offers",  "watch_pending", "ask_each"};
static_assert(kEventNames.size() == std::variant_size_v<EventBody>);
static_assert(kCommandNames.size() == std::variant_size_v<Command>);

}  // namespace plimsoll::engine
