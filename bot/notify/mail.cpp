// SPDX-License-Identifier: Apache-2.0
#include "bot/notify/mail.hpp"

#include <array>
#include <ctime>
#include <fmt/format.h>

#include "chain/codec/base64.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/types/text_bytes.hpp"

namespace plimsoll::bot::notify {

namespace {

/// Encoded words, each of whole characters and at most 75 long (RFC 2047), where a plain text would not do.
std::string header_text(std::string_view text) {
    bool plain = true;
    for (const char c : text) plain = plain && c >= 0x20 && c < 0x7f;
    constexpr std::size_t kPlainMost = 60;
    if (plain && text.size() <= kPlainMost && text.find("=?") == std::string_view::npos) return std::string(text);
    constexpr std::size_t kBytes = 42;
    std::string out;
    while (!text.empty()) {
        std::size_t size = std::min(text.size(), kBytes);
        while (size > 1 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
        out += fmt::format("{}=?utf-8?B?{}?=", out.empty() ? "" : "\r\n ", base64(text.substr(0, size)));
        text.remove_prefix(size);
    }
    return out;
}

/// "Mon, 05 Aug 2024 01:10:23 +0000", whatever the locale.
std::string date_text(std::int64_t ms) {
    constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto time = static_cast<std::time_t>(ms / 1'000);
    std::tm parts{};
    gmtime_r(&time, &parts);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays.at(static_cast<std::size_t>(parts.tm_wday)),
                       parts.tm_mday, kMonths.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string id_of(const std::string& text, const std::string& from) {
    constexpr std::size_t kDigits = 32;
    const std::string hash = to_hex(keccak256(bytes_of(text)).view()).substr(2, kDigits);
    return fmt::format("<{}@{}>", hash, from.substr(from.find('@') + 1));
}

}  // namespace

std::string letter_of(const std::string& from, const std::vector<std::string>& to, const Bundle& bundle,
                      std::int64_t now_ms) {
    constexpr std::size_t kSubjectMax = 200;
    constexpr std::size_t kTextMax = 64U << 10U;
    constexpr std::size_t kLine = 76;
    const std::string text = text_of(bundle, kTextMax);
    const Notice& worst = bundle.notices.front();
    std::string out = fmt::format("Date: {}\r\nFrom: plimsoll <{}>\r\n", date_text(now_ms), from);
    for (std::size_t i = 0; i < to.size(); ++i) out += fmt::format("{}<{}>", i == 0 ? "To: " : ",\r\n ", to[i]);
    out += fmt::format("\r\nSubject: {}\r\n", header_text(cut_text(first_line(text), kSubjectMax)));
    out += fmt::format("Message-ID: {}\r\n", id_of(text + std::to_string(now_ms), from));
    // All that is said of one condition is shown together.
    const std::string thread = id_of(worst.key, from);
    out += fmt::format("In-Reply-To: {}\r\nReferences: {}\r\n", thread, thread);
    if (worst.alert.level == engine::AlertLevel::Critical && !worst.alert.resolved)
        out += "Importance: high\r\nX-Priority: 1\r\n";
    out +=
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n";
    const std::string body = base64(text + "\n");
    for (std::size_t at = 0; at < body.size(); at += kLine) out += body.substr(at, kLine) + "\r\n";
    return out;
}

}  // namespace plimsoll::bot::notify
