// SPDX-License-Identifier: Apache-2.0
#include "bot/log.hpp"

#include <array>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <string>
#include <type_traits>
#include <unistd.h>
#include <vector>

using namespace plimsoll;
using log::Field;
using log::Format;
using log::Level;

namespace {

constexpr std::int64_t kTime = 1'722'820'223'045;  // 2024-08-05T01:10:23.045Z
const std::string kKey(64, 'a');

std::string text_line(std::string_view message, std::vector<Field> fields, bool live = true) {
    return log::format_line(Format::Text, live, kTime, Level::Info, message, fields);
}

struct Pipe {
    Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
    ~Pipe() {
        close_writer();
        ::close(ends[0]);
    }
    void close_writer() {
        if (ends[1] >= 0) ::close(ends[1]);
        ends[1] = -1;
    }
    std::string read_all() {
        close_writer();
        std::string out;
        std::array<char, 4096> buffer{};
        for (;;) {
            const ssize_t n = ::read(ends[0], buffer.data(), buffer.size());
            if (n <= 0) return out;
            out.append(buffer.data(), static_cast<std::size_t>(n));
        }
    }
    /// Up to the line with `mark`; gives up when nothing comes for five seconds.
    std::string read_until(std::string_view mark) {
        std::string out;
        std::array<char, 512> buffer{};
        pollfd entry{ends[0], POLLIN, 0};
        while (out.find(mark) == std::string::npos && ::poll(&entry, 1, 5'000) > 0) {
            const ssize_t n = ::read(ends[0], buffer.data(), buffer.size());
            if (n <= 0) break;
            out.append(buffer.data(), static_cast<std::size_t>(n));
        }
        return out;
    }
    std::array<int, 2> ends{};
};

struct Secret {
    std::array<std::uint8_t, 32> bytes{};
};
using SecretBytes = FixedBytes<32, struct SecretTag>;

}  // namespace

TEST_SUITE("log") {
    TEST_CASE("a text line has time, level, mode, message and fields") {
        CHECK(text_line("rescue sent", {{"position", "treasury-aave"}, {"nonce", 7}, {"note", "a b"}}) ==
              "2024-08-05T01:10:23.045Z INFO  LIVE rescue sent position=treasury-aave nonce=7 note=\"a b\"");
        CHECK(text_line("x", {}, false) == "2024-08-05T01:10:23.045Z INFO  DRY RUN x");
    }

    TEST_CASE("a JSON line parses and keeps types") {
        const std::vector<Field> fields = {{"n", 7},
                                           {"big", 1ULL << 60U},
                                           {"ok", true},
                                           {"who", "a\"b\\c\nd"},
                                           {"raw", std::string("\xff\x01")},
                                           {"word", "\xc3\xa9"}};
        const auto json =
            nlohmann::json::parse(log::format_line(Format::Json, false, kTime, Level::Warn, "told \"you\"", fields));
        CHECK(json["time"] == "2024-08-05T01:10:23.045Z");
        CHECK(json["level"] == "warn");
        CHECK(json["mode"] == "dry-run");
        CHECK(json["message"] == "told \"you\"");
        CHECK(json["n"] == 7);
        CHECK(json["big"] == "1152921504606846976");
        CHECK(json["ok"] == true);
        CHECK(json["who"] == "a\"b\\c\nd");
        CHECK(json["raw"] == "\xc3\xbf\x01");  // U+00FF, U+0001
        CHECK(json["word"] == "\xc3\xa9");
    }

    TEST_CASE("one message is one line, whatever a node put into it") {
        const std::string line = text_line("a\nb\x1b[31m\r", {{"reason", "c\nd\x7f"}});
        CHECK(line.find('\n') == std::string::npos);
        CHECK(line.find('\x1b') == std::string::npos);
        CHECK(line.find('\x7f') == std::string::npos);
        CHECK(line.find("a\\nb\\x1b[31m\\x0d") != std::string::npos);
        CHECK(text_line(std::string(100'000, 'x'), {}).size() <= 8'192);
        const std::vector<Field> long_field = {{"v", std::string(100'000, '"')}};
        const auto json = log::format_line(Format::Json, true, kTime, Level::Info, "m", long_field);
        CHECK(nlohmann::json::accept(json));
        CHECK(json.size() < 20'000);
    }

    TEST_CASE("fields that name a secret lose their value") {
        for (const char* key : {"passphrase", "api_key", "API-Key", "password", "private_key", "seed", "mnemonic",
                                "token", "rpc_secret", "Authorization", "key"}) {
            CAPTURE(key);
            const std::string line = text_line("m", {{key, kKey}});
            CHECK(line.find(kKey) == std::string::npos);
            CHECK(line.find("[redacted]") != std::string::npos);
        }
        const std::vector<Field> number = {{"token", 5}};
        CHECK(nlohmann::json::parse(log::format_line(Format::Json, true, kTime, Level::Info, "m", number))["token"] ==
              "[redacted]");
    }

    TEST_CASE("keys and URLs in free text are hidden, hashes stay") {
        CHECK(log::redact("private key: 0x" + kKey) == "private key: 0x[redacted]");
        CHECK(log::redact("Passphrase=" + kKey + " x") == "Passphrase=[redacted] x");
        CHECK(log::redact("transaction 0x" + kKey) == "transaction 0x" + kKey);
        CHECK(log::redact("wss://eth.example.org/v3/0123456789abcdef0123456789abcdef failed") ==
              "wss://eth.example.org/v3/[redacted] failed");
        CHECK(log::redact("http://user:pass@host:8545/x?apikey=1 y") == "http://host:8545/x?[redacted] y");
        CHECK(log::redact("ws://127.0.0.1:8545") == "ws://127.0.0.1:8545");
        CHECK(log::redact("") == "");
        CHECK(log::redact("://") == "://");
        CHECK(text_line("m", {{"url", "ws://a:b@h/"}}).find("a:b") == std::string::npos);
    }

    TEST_CASE("types that hold secrets cannot become fields") {
        static_assert(!std::is_constructible_v<Field, std::string_view, Secret>);
        static_assert(!std::is_constructible_v<Field, std::string_view, SecretBytes>);
        static_assert(!std::is_constructible_v<Field, std::string_view, Bytes>);
        static_assert(!std::is_constructible_v<Field, std::string_view, std::array<std::uint8_t, 32>>);
        static_assert(!std::is_constructible_v<Field, std::string_view, const void*>);
        static_assert(std::is_constructible_v<Field, std::string_view, Hash32>);
        static_assert(std::is_constructible_v<Field, std::string_view, Wei>);
    }

    TEST_CASE("names parse and wrong ones name the choices") {
        for (const Level level : {Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Off})
            CHECK(*log::parse_level(log::to_string(level)) == level);
        CHECK(log::parse_level("loud").error().message == "log level \"loud\": trace, debug, info, warn, error or off");
        CHECK(*log::parse_format("json") == Format::Json);
        CHECK(log::parse_format("xml").error().code == Errc::Range);
    }

    TEST_CASE("lines reach the descriptor in order, below the level nothing") {
        Pipe pipe;
        {
            log::Logger logger({.format = Format::Text, .level = Level::Info, .fd = pipe.ends[1]});
            log::install(&logger);
            log::debug("hidden");
            log::info("one", {{"n", 1}});
            logger.set_live(true);
            logger.set_level(Level::Debug);
            log::debug("two");
            log::install(nullptr);
            log::error("nowhere");
            CHECK_FALSE(logger.enabled(Level::Off));
        }
        const std::string text = pipe.read_all();
        CHECK(text.find("INFO  DRY RUN one n=1\n") != std::string::npos);
        CHECK(text.find("DEBUG LIVE two\n") > text.find("one"));
        CHECK(text.find("hidden") == std::string::npos);
        CHECK(text.find("nowhere") == std::string::npos);
    }

    TEST_CASE("X07 a reader that does not read costs lines, never time, and they are counted and told") {
        Pipe pipe;
        ::fcntl(pipe.ends[1], F_SETPIPE_SZ, 4096);
        constexpr int kLines = 2'000;
        {
            log::Logger logger({.format = Format::Json, .level = Level::Info, .queue = 64, .fd = pipe.ends[1]});
            const std::array fields = {Field{"fill", std::string(100, 'x')}};
            for (int i = 0; i < kLines; ++i) logger.write(Level::Info, "burst", fields);
            CHECK(logger.dropped() > 1'500);
            // The reader comes back: the next lines say what is missing.
            const std::string rest = pipe.read_until("log lines were given up");
            INFO(rest.substr(0, 300));
            CHECK(rest.find("\"lines\":") != std::string::npos);
        }
    }

    TEST_CASE("X07 the destructor ends even when nobody ever reads") {
        Pipe pipe;
        ::fcntl(pipe.ends[1], F_SETPIPE_SZ, 4096);
        {
            log::Logger logger({.queue = 32, .fd = pipe.ends[1]});
            for (int i = 0; i < 500; ++i) logger.write(Level::Info, std::string(200, 'y'), {});
        }
        CHECK(true);
    }
}
