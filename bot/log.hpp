// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

/// Structured lines for people and machines. Writing a line never waits: lines go through a bounded queue whose oldest
/// entry is given up when the reader of the log is slower than the writers, and what was given up is counted and said.
namespace plimsoll::log {

enum class Level : std::uint8_t { Trace, Debug, Info, Warn, Error, Off };
enum class Format : std::uint8_t { Text, Json };

std::string_view to_string(Level level);
/// "trace", "debug", "info", "warn", "error", "off"; Errc::Range names the choices.
Result<Level> parse_level(std::string_view text);
/// "text", "json"; Errc::Range names the choices.
Result<Format> parse_format(std::string_view text);

/// One key and its value. Only the types below can be logged: a type that holds a secret has no constructor here and
/// does not compile. A key that names a secret ("passphrase", "api_key") keeps the key and loses the value.
struct Field {
    std::string_view key;  // a literal
    std::string value;
    bool number{};  // printed bare in JSON

    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(v) {}
    Field(std::string_view k, std::string&& v) : key(k), value(std::move(v)) {}
    template <std::same_as<bool> T>
    Field(std::string_view k, T v) : key(k), value(v ? "true" : "false"), number(true) {}
    template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>) Field(std::string_view k, T v)
        : key(k), value(std::to_string(v)), number(is_exact_in_json(v)) {}
    Field(std::string_view k, const U256& v) : key(k), value(plimsoll::to_string(v)) {}
    Field(std::string_view k, const Address& v) : key(k), value(to_checksum(v)) {}
    Field(std::string_view k, const Hash32& v) : key(k), value(to_hex(v.view())) {}
    template <class Tag>
    Field(std::string_view k, const Quantity<Tag>& v) : key(k), value(plimsoll::to_string(v)) {}

  private:
    /// Readers of JSON hold numbers as doubles: beyond 2^53 an integer goes as text.
    template <std::integral T>
    static constexpr bool is_exact_in_json(T v) {
        return std::cmp_less_equal(v, 1LL << 53U) && std::cmp_greater_equal(v, -(1LL << 53U));
    }
};

struct Options {
    Format format = Format::Text;
    Level level = Level::Info;
    bool live = false;          // every line says "LIVE" or "DRY RUN"
    std::size_t queue = 2'048;  // lines kept while the reader is slow
    int fd = 2;
};

/// Text without what must not be read: keys of 32 bytes after a word that names a secret, and user info, query and long
/// path parts of URLs (where nodes' API keys are). Transaction and block hashes stay.
std::string redact(std::string_view text);

/// The finished line without the end of line; `time_ms` is milliseconds since 1970 UTC.
std::string format_line(Format format, bool live, std::int64_t time_ms, Level level, std::string_view message,
                        std::span<const Field> fields);

/// A queue, a thread and a file descriptor. The destructor writes what is queued, waiting at most half a second for a
/// reader that has stopped reading.
class Logger {
  public:
    explicit Logger(Options options);
    ~Logger();
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    void write(Level level, std::string_view message, std::span<const Field> fields);
    bool enabled(Level level) const { return level >= level_.load(std::memory_order_relaxed) && level != Level::Off; }
    void set_level(Level level) { level_.store(level, std::memory_order_relaxed); }
    void set_live(bool live) { live_.store(live, std::memory_order_relaxed); }
    /// Lines that were given up since the start.
    std::uint64_t dropped() const;

  private:
    struct Impl;
    std::string line_now(Level level, std::string_view message, std::span<const Field> fields) const;

    Format format_;
    std::atomic<Level> level_;
    std::atomic<bool> live_;
    std::unique_ptr<Impl> impl_;
};

/// The process's logger. Before install() and after install(nullptr) lines go nowhere. The caller keeps the logger
/// alive until the threads that log have ended.
void install(Logger* logger);
Logger* installed();

void write(Level level, std::string_view message, std::initializer_list<Field> fields);

inline void trace(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::Trace, message, fields);
}
inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::Debug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::Info, message, fields);
}
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::Warn, message, fields);
}
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::Error, message, fields);
}

}  // namespace plimsoll::log
