// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <ctime>

#include "bot/advice.hpp"
#include "bot/alerts.hpp"
#include "bot/log.hpp"

namespace plimsoll::bot {

namespace {

std::string_view word(const engine::Alert& alert) {
    if (alert.resolved) return "OK again";
    switch (alert.level) {
        case engine::AlertLevel::Info:
            return "INFO";
        case engine::AlertLevel::Warning:
            return "WARN";
        case engine::AlertLevel::Critical:
            return "CRITICAL";
    }
    return "?";
}

/// Addresses and hashes as "0x1234...abcd": the log has them whole. Control characters other than line ends go.
std::string shortened(std::string_view text) {
    constexpr std::size_t kAddressDigits = 40;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at, 2) == "0x") {
            std::size_t end = at + 2;
            while (end < text.size() && hex_digit(text[end]) >= 0) ++end;
            const std::size_t digits = end - at - 2;
            if (digits >= kAddressDigits) {
                out += std::string(text.substr(at, 6)) + "\xe2\x80\xa6" + std::string(text.substr(end - 4, 4));
            } else {
                out += text.substr(at, end - at);
            }
            at = end;
            continue;
        }
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 || text[at] == '\n') out += text[at];
        ++at;
    }
    return out;
}

/// At most `size` bytes, cut between characters.
std::string cut(std::string text, std::size_t size) {
    constexpr std::string_view kMore = " [...]";
    if (text.size() <= size) return text;
    std::size_t end = size > kMore.size() ? size - kMore.size() : 0;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    text.resize(end);
    return text.append(kMore);
}

}  // namespace

std::string duration_text(std::int64_t ms) {
    const std::int64_t seconds = ms / 1'000;
    const auto two = [](std::int64_t big, const char* big_unit, std::int64_t small, const char* small_unit) {
        std::string out = std::to_string(big) + ' ' + big_unit;
        if (small != 0) out += ' ' + std::to_string(small) + ' ' + small_unit;
        return out;
    };
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3'600) return std::to_string(seconds / 60) + " min";
    if (seconds < 86'400) return two(seconds / 3'600, "h", seconds / 60 % 60, "min");
    return two(seconds / 86'400, "d", seconds / 3'600 % 24, "h");
}

std::string utc_text(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text.data();
}

std::string name_mark(std::string_view name) {
    return name.empty() ? std::string() : '[' + std::string(name) + "] ";
}

std::string alert_text(const engine::Alert& alert, const AlertContext& context) {
    std::string head = name_mark(context.name) + (context.live ? "" : "DRY RUN ");
    head += word(alert);
    if (!alert.position.empty()) head += ' ' + cut(shortened(alert.position), 128);
    if (context.standing_ms > 0) {
        const std::string lasted = duration_text(context.standing_ms);
        head += alert.resolved ? " (after " + lasted + ")" : " (still, " + lasted + ")";
    }
    std::string tail = "\n";
    if (!alert.resolved) {
        const std::string advice = advice_of(alert.kind, cut(alert.position, 64));
        if (!advice.empty()) tail += advice + '\n';
    }
    if (context.block != 0)
        tail += "block " + std::to_string(context.block) + " of " +
                utc_text(static_cast<std::int64_t>(context.block_timestamp)) + ", ";
    tail += "sent " + utc_text(context.now_ms / 1'000);
    if (!context.chain.empty()) tail += "  " + cut(context.chain, 64);
    tail += "  " + cut(alert.kind, 64);
    const std::size_t room = kAlertTextMax - 1 - head.size() - tail.size() - 2;
    return head + ": " + cut(shortened(log::redact(alert.text)), room) + tail;
}

}  // namespace plimsoll::bot
