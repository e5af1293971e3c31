// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bot/notify/open_alerts.hpp"
#include "chain/types/result.hpp"

/// What the command line orders of the running daemon: a line of JSON each way, over bot/control/socket.hpp.
///
///     {"order":"pause","wallet":"main","seconds":7200,"by":"anna"} {"order":"resume","wallet":"main","by":"anna"}
///     {"order":"dry-run","wallet":"main","by":"anna"}                    {"order":"live","wallet":"main","by":"anna"}
///     {"order":"acknowledge","which":"1a2b3c4d","by":"anna"}             {"order":"alerts"}
///
/// The answer is {"ok":true,...} or {"error":"what and how to mend it","code":to_string(Errc)}.
namespace plimsoll::bot::control {

struct OrderServices {
    using Done = std::function<void(Result<void>)>;
    std::function<void(const std::string& wallet, std::optional<std::chrono::milliseconds> span, const std::string& by,
                       const Done& done)>
        pause;
    std::function<void(const std::string& wallet, const std::string& by, const Done& done)> resume;
    std::function<void(const std::string& wallet, bool dry, const std::string& by, const Done& done)> dry_run;
    /// `which`: id or key of one; empty: all. How many were open and are acknowledged now.
    std::function<Result<std::size_t>(const std::string& which, const std::string& by)> acknowledge;
    std::function<notify::AlertsNow()> alerts;
    std::function<std::int64_t()> now_ms;
};

inline constexpr std::size_t kOrderBytes = 4'096;
inline constexpr std::size_t kAnswerBytes = 4U << 20U;

/// `answer` is called once, at once or later, with a line without its end. What is no order is answered so.
void obey(std::string_view line, const OrderServices& services, const std::function<void(std::string)>& answer);

}  // namespace plimsoll::bot::control
