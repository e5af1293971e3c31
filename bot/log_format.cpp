// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "bot/log.hpp"

namespace plimsoll::log {

namespace {

constexpr std::string_view kRedacted = "[redacted]";
constexpr std::size_t kLineMax = 8'192;
constexpr std::array<std::string_view, 10> kSecretWords = {
    "passphrase", "password", "passwd", "secret", "private", "mnemonic", "seed", "token", "apikey", "authorization"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Lower case, without the separators that people put into compound words.
std::string squeezed(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c != '_' && c != '-' && c != ' ') out.push_back(lower(c));
    }
    return out;
}

bool names_secret(std::string_view text) {
    const std::string plain = squeezed(text);
    return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                       [&](std::string_view word) { return plain.find(word) != std::string::npos; });
}

bool is_secret_key(std::string_view key) {
    return key == "key" || names_secret(key);
}

bool ends_url(char c) {
    return c <= ' ' || c == '"' || c == '\'' || c == ')' || c == '>' || c == ',';
}

/// Appends the URL that starts at `at` (its scheme ended before "://") without user info, query and long path parts.
std::size_t append_url(std::string& out, std::string_view text, std::size_t at) {
    constexpr std::size_t kPlainPart = 15;
    std::size_t end = at;
    while (end < text.size() && !ends_url(text[end])) ++end;
    std::string_view rest = text.substr(at, end - at);
    std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(host.size());
    if (const auto user = host.rfind('@'); user != std::string_view::npos) host.remove_prefix(user + 1);
    out += host;
    while (!rest.empty() && rest.front() == '/') {
        const std::string_view part = rest.substr(1, rest.find_first_of("/?#", 1) - 1);
        out += '/';
        out += part.size() > kPlainPart ? kRedacted : part;
        rest.remove_prefix(part.size() + 1);
    }
    if (!rest.empty()) {
        out += rest.front();
        out += kRedacted;
    }
    return end;
}

std::size_t hex_run(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && hex_digit(text[end]) >= 0) ++end;
    return end - at;
}

/// Length of the well-formed UTF-8 sequence at `at`, 0 if there is none (a node's text can be any bytes).
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xc0U) != 0x80U) return 0;
    }
    const unsigned char second = byte(at + 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool outside = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
    const bool control = first == 0xc2 && second < 0xa0;
    return overlong || outside || control ? 0 : length;
}

/// One line whatever the text holds: control characters and bytes that are no text are spelled out.
void append_escaped(std::string& out, std::string_view text, const char* spelled, bool quoted) {
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const auto byte = static_cast<unsigned char>(c);
        const std::size_t length = utf8_length(text, at);
        if (c == '\n') {
            out += "\\n";
        } else if (length == 0 || byte < 0x20 || byte == 0x7f) {
            std::array<char, 8> hex{};
            std::snprintf(hex.data(), hex.size(), "%02x", byte);
            out += spelled;
            out += hex.data();
        } else {
            if (quoted && (c == '"' || c == '\\')) out += '\\';
            out += text.substr(at, length);
        }
        at += std::max<std::size_t>(length, 1);
    }
}

void append_quoted(std::string& out, std::string_view text, bool json) {
    out += '"';
    append_escaped(out, text, json ? "\\u00" : "\\x", true);
    out += '"';
}

bool needs_quotes(std::string_view value) {
    return value.empty() || std::any_of(value.begin(), value.end(), [](char c) {
               return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f;
           });
}

std::string utc(std::int64_t time_ms) {
    const auto seconds = static_cast<std::time_t>(time_ms / 1'000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                  static_cast<int>(time_ms % 1'000));
    return text.data();
}

std::string_view padded(Level level) {
    switch (level) {
        case Level::Trace:
            return "TRACE";
        case Level::Debug:
            return "DEBUG";
        case Level::Info:
            return "INFO ";
        case Level::Warn:
            return "WARN ";
        case Level::Error:
            return "ERROR";
        case Level::Off:
            return "OFF  ";
    }
    return "?";
}

std::string safe_value(const Field& field) {
    return is_secret_key(field.key) ? std::string(kRedacted) : redact(field.value);
}

}  // namespace

std::string redact(std::string_view text) {
    constexpr std::size_t kSecretDigits = 64;
    constexpr std::size_t kLookBack = 40;
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.substr(at, 3) == "://") {
            out += "://";
            at = append_url(out, text, at + 3);
            continue;
        }
        const std::size_t digits = hex_run(text, at);
        if (digits >= kSecretDigits) {
            const std::size_t from = out.size() > kLookBack ? out.size() - kLookBack : 0;
            if (names_secret(std::string_view(out).substr(from)))
                out += kRedacted;
            else
                out += text.substr(at, digits);
            at += digits;
        } else {
            const std::size_t step = std::max<std::size_t>(digits, 1);
            out += text.substr(at, step);
            at += step;
        }
    }
    return out;
}

std::string format_line(Format format, bool live, std::int64_t time_ms, Level level, std::string_view message,
                        std::span<const Field> fields) {
    std::string out;
    out.reserve(160);
    if (format == Format::Json) {
        out += "{\"time\":\"" + utc(time_ms) + "\",\"level\":\"";
        out += to_string(level);
        out += live ? "\",\"mode\":\"live\",\"message\":" : "\",\"mode\":\"dry-run\",\"message\":";
        append_quoted(out, redact(message).substr(0, kLineMax), true);
        for (const Field& field : fields) {
            const std::string value = safe_value(field).substr(0, kLineMax);
            if (out.size() + value.size() > kLineMax) break;
            out += ',';
            append_quoted(out, field.key, true);
            out += ':';
            if (field.number && value != kRedacted)
                out += value;
            else
                append_quoted(out, value, true);
        }
        out += '}';
        return out;
    }
    out += utc(time_ms) + ' ';
    out += padded(level);
    out += live ? " LIVE " : " DRY RUN ";
    append_escaped(out, redact(message), "\\x", false);
    for (const Field& field : fields) {
        out += ' ';
        out += field.key;
        out += '=';
        const std::string value = safe_value(field);
        if (needs_quotes(value))
            append_quoted(out, value, false);
        else
            out += value;
    }
    if (out.size() > kLineMax) out.resize(kLineMax);
    return out;
}

std::string_view to_string(Level level) {
    switch (level) {
        case Level::Trace:
            return "trace";
        case Level::Debug:
            return "debug";
        case Level::Info:
            return "info";
        case Level::Warn:
            return "warn";
        case Level::Error:
            return "error";
        case Level::Off:
            return "off";
    }
    return "?";
}

Result<Level> parse_level(std::string_view text) {
    for (const Level level : {Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Off}) {
        if (text == to_string(level)) return level;
    }
    return fail(Errc::Range, "log level \"" + std::string(text) + "\": trace, debug, info, warn, error or off");
}

Result<Format> parse_format(std::string_view text) {
    if (text == "text") return Format::Text;
    if (text == "json") return Format::Json;
    return fail(Errc::Range, "log format \"" + std::string(text) + "\": text or json");
}

}  // namespace plimsoll::log
