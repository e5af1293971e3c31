// SPDX-License-Identifier: Apache-2.0
#include "bot/alerts.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "bot/journal/writer.hpp"
#include "bot/metrics.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;
using bot::AlertContext;
using bot::AlertDesk;
using bot::AlertMessage;
using engine::Alert;
using engine::AlertLevel;

namespace {

constexpr std::int64_t kNow = 1'722'820'223'000;  // 2024-08-05 01:10:23Z
constexpr std::int64_t kRepeat = 600'000;

struct Told {
    std::vector<AlertMessage> messages;
    bool fail_next{};
};

class Listener : public bot::AlertSink {
  public:
    explicit Listener(Told& told) : told_(told) {}
    std::string_view channel() const override { return "listener"; }
    void deliver(const AlertMessage& message, std::function<void(Result<void>)> done) override {
        told_.messages.push_back(message);
        if (told_.fail_next)
            done(fail(Errc::Timeout, "no answer"));
        else
            done({});
    }

  private:
    Told& told_;
};

struct Desk {
    std::int64_t now = kNow;
    bool live = true;
    Told told;
    AlertDesk desk;

    explicit Desk(journal::JournalWriter* journal = nullptr, metrics::Metrics* metrics = nullptr)
        : desk({.instance = "box",
                .repeat_ms = kRepeat,
                .standing_max = 100,
                .now_ms = [this] { return now; },
                .live = [this](const std::string&) { return live; }},
               journal, metrics) {
        desk.add_sink(std::make_unique<Listener>(told));
    }
    std::string last() const { return told.messages.empty() ? "" : told.messages.back().text; }
    std::string last_line() const { return last().substr(0, last().find('\n')); }
};

Alert warning(std::string text, AlertLevel level = AlertLevel::Warning) {
    return {level, "below-warn", "main", std::move(text), false};
}

}  // namespace

TEST_SUITE("alerts") {
    TEST_CASE("the text has level, subject and case first, block, time and kind last") {
        const Alert alert{AlertLevel::Critical, "limit-gas-per-day", "treasury-aave",
                          "HF 1.06 (trigger 1.20), gas 0.51 ETH today (limit 0.50). Raise max_gas_per_day.", false};
        AlertContext context{true, kNow, 0, "ethereum", 20'459'121, 1'722'820'211};
        CHECK(
            bot::alert_text(alert, context) ==
            "CRITICAL treasury-aave: HF 1.06 (trigger 1.20), gas 0.51 ETH today (limit 0.50). Raise max_gas_per_day.\n"
            "Your limit holds the rescue back. Raise max_gas_per_day and SIGHUP, or repay by hand.\n"
            "block 20459121 of 2024-08-05 01:10:11Z, sent 2024-08-05 01:10:23Z  ethereum  limit-gas-per-day");
        context.live = false;
        context.standing_ms = 45 * 60'000;
        context.block = 0;
        CHECK(bot::alert_text(alert, context).starts_with("DRY RUN CRITICAL treasury-aave (still, 45 min): HF 1.06"));
        CHECK(bot::alert_text(alert, context).find("\nsent 2024-08-05 01:10:23Z  ethereum") != std::string::npos);
        auto over = alert;
        over.resolved = true;
        context.standing_ms = 72 * 60'000;
        CHECK(bot::alert_text(over, context).starts_with("DRY RUN OK again treasury-aave (after 1 h 12 min): "));
        const Alert plain{AlertLevel::Info, "started", "", "watching 3 positions", false};
        CHECK(bot::alert_text(plain, {true, kNow, 0, "", 0, 0}) ==
              "INFO: watching 3 positions\nsent 2024-08-05 01:10:23Z  started");
    }

    TEST_CASE("where several daemons speak, the name of this one stands before everything") {
        AlertContext context{false, kNow, 0, "", 0, 0};
        context.name = "desk-1";
        const engine::Alert alert{engine::AlertLevel::Critical, "stuck", "main", "x", false};
        CHECK(bot::alert_text(alert, context).starts_with("[desk-1] DRY RUN CRITICAL main: x\n"));
        context.name.clear();
        CHECK(bot::alert_text(alert, context).starts_with("DRY RUN CRITICAL main: x\n"));
    }

    TEST_CASE("texts are short and hold neither secrets nor control characters") {
        const AlertContext context{true, kNow, 60'000, std::string(500, 'c'), 1, 1};
        Alert alert{AlertLevel::Warning, std::string(500, 'k'), std::string(500, 'p'), std::string(5'000, 'x'), false};
        CHECK(bot::alert_text(alert, context).size() < bot::kAlertTextMax);
        CHECK(bot::alert_text(alert, context).find(" [...]\nblock") != std::string::npos);
        alert.text.clear();
        for (int i = 0; i < 2'000; ++i) alert.text += "\xe2\x82\xac";
        const std::string euro = bot::alert_text(alert, context);
        CHECK(euro.size() < bot::kAlertTextMax);
        CHECK(euro.find("\xe2\x82\xac [...]\n") != std::string::npos);
        CHECK(euro.size() > bot::kAlertTextMax - 10);

        alert = {AlertLevel::Warning, "k", "p",
                 "wallet 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed tx 0x" + std::string(64, 'a') + " passphrase " +
                     std::string(64, 'b') + " at wss://user:pw@h/" + std::string(32, 'c') + "\x1b[0m",
                 false};
        const std::string text = bot::alert_text(alert, context);
        CHECK(text.find("wallet 0x5aAe\xe2\x80\xa6"
                        "eAed tx 0xaaaa\xe2\x80\xa6"
                        "aaaa passphrase [redacted] at wss://h/[redacted]") != std::string::npos);
        CHECK(text.find('\x1b') == std::string::npos);
    }

    TEST_CASE("what plimsoll does and what one can do is said while it lasts, and fits in with the longest text") {
        const AlertContext context{true, kNow, 60'000, "ethereum", 1, 1};
        Alert alert{AlertLevel::Critical, "still-below", "treasury-aave", "health factor 1.1 after a rescue", false};
        CHECK(bot::alert_text(alert, context)
                  .find("\nThe next step follows with the next block. What is missing: "
                        "plimsoll why treasury-aave\nblock 1") != std::string::npos);
        alert.kind = "strategy:no-balance";
        CHECK(bot::alert_text(alert, context).find("plimsoll plan treasury-aave") != std::string::npos);
        alert.text = std::string(5'000, 'x');
        alert.position = std::string(300, 'p');
        CHECK(bot::alert_text(alert, context).size() < bot::kAlertTextMax);
        CHECK(bot::alert_text(alert, context).find("repay by hand.\nblock 1") != std::string::npos);
        alert.resolved = true;
        CHECK(bot::alert_text(alert, context).find("repay by hand") == std::string::npos);
    }

    TEST_CASE("durations") {
        CHECK(bot::duration_text(45'999) == "45 s");
        CHECK(bot::duration_text(60'000) == "1 min");
        CHECK(bot::duration_text(3'599'000) == "59 min");
        CHECK(bot::duration_text(3'600'000) == "1 h");
        CHECK(bot::duration_text(4'320'000) == "1 h 12 min");
        CHECK(bot::duration_text(3 * 86'400'000LL + 4 * 3'600'000LL) == "3 d 4 h");
    }

    TEST_CASE("an engine's alerts are all delivered; its repeats say how long it lasts, its news never do") {
        Desk d;
        d.desk.take("ethereum", warning("HF 1.38"));
        CHECK(d.last_line() == "WARN main: HF 1.38");
        d.now += kRepeat;
        d.desk.take("ethereum", warning("HF 1.36"));
        CHECK(d.last_line() == "WARN main (still, 10 min): HF 1.36");
        d.now += 1'000;
        d.desk.take("ethereum", warning("HF 1.1", AlertLevel::Critical));
        CHECK(d.last_line() == "CRITICAL main (still, 10 min): HF 1.1");
        d.now += 60'000;
        d.desk.take("ethereum", {AlertLevel::Info, "below-warn", "main", "HF 1.52", true});
        CHECK(d.last_line() == "OK again main (after 11 min): HF 1.52");
        d.desk.take("ethereum", warning("HF 1.39"));
        CHECK(d.last_line() == "WARN main: HF 1.39");

        const Alert event{AlertLevel::Warning, "reverted", "main", "a rescue reverted", false};
        d.desk.take("ethereum", event);
        d.now += 60'000;
        d.desk.take("ethereum", event);
        CHECK(d.last_line() == "WARN main: a rescue reverted");
        d.now += 100 * kRepeat;
        d.desk.take("ethereum", event);
        CHECK(d.last_line() == "WARN main: a rescue reverted");
        CHECK(d.told.messages.size() == 8);
    }

    TEST_CASE("a condition of the shell is told when new, when worse, after the interval, and when over") {
        Desk d;
        const auto raise = [&](AlertLevel level) {
            const auto before = d.told.messages.size();
            d.desk.raise("", level, "journal-failing", "", "disk full");
            return d.told.messages.size() - before;
        };
        CHECK(raise(AlertLevel::Warning) == 1);
        d.now += kRepeat - 1;
        CHECK(raise(AlertLevel::Warning) == 0);
        CHECK(raise(AlertLevel::Critical) == 1);
        CHECK(raise(AlertLevel::Warning) == 0);
        d.now += kRepeat;
        CHECK(raise(AlertLevel::Critical) == 1);
        CHECK(d.last_line() == "CRITICAL (still, 19 min): disk full");
        d.desk.raise("", AlertLevel::Warning, "journal-failing", "other subject", "x");
        CHECK(d.told.messages.size() == 4);
        d.desk.clear("", "journal-failing", "", "writable again");
        CHECK(d.last_line() == "OK again (after 19 min): writable again");
        d.desk.clear("", "journal-failing", "", "writable again");
        d.desk.clear("", "never-raised", "", "fine");
        CHECK(d.told.messages.size() == 5);
        CHECK(raise(AlertLevel::Warning) == 1);
    }

    TEST_CASE("remembered conditions are bounded") {
        Desk d;
        for (int i = 0; i < 1'000; ++i) {
            d.now += 1;
            d.desk.raise("", AlertLevel::Warning, "k", "p" + std::to_string(i), "x");
        }
        const auto before = d.told.messages.size();
        d.desk.clear("", "k", "p0", "over");  // forgotten
        CHECK(d.told.messages.size() == before);
        d.desk.clear("", "k", "p999", "over");
        CHECK(d.told.messages.size() == before + 1);
    }

    TEST_CASE("each alert is one journal row with what became of it, and counted per channel") {
        const TempDir dir;
        boost::asio::io_context loop;
        metrics::Metrics metrics({"0", "0"}, 0);
        {
            auto opened = journal::Journal::open(dir.path("journal.db"), journal::Access::Write);
            REQUIRE(opened);
            journal::JournalWriter writer(std::move(*opened), loop.get_executor());
            Desk d(&writer, &metrics);
            d.live = false;
            d.desk.at_block("ethereum", {77, {}, {}, 1'722'820'211, {}});
            d.desk.take("ethereum", warning("HF 1.38"));
            CHECK(d.told.messages.back().dedup_key == "plimsoll/box/main/below-warn");
            d.told.fail_next = true;
            d.desk.take("ethereum", warning("HF 1.37"));
            auto long_name = warning("x");
            long_name.position = std::string(400, 'p');
            d.desk.take("ethereum", long_name);
            CHECK(d.told.messages.back().dedup_key.size() == 255);
        }
        auto journal = journal::Journal::open(dir.path("journal.db"), journal::Access::Read);
        REQUIRE(journal);
        const auto rows = (*journal)->alerts(0, 10);
        REQUIRE(rows->size() == 3);
        CHECK(rows->at(2).delivered == "listener ok, log ok");
        CHECK(rows->at(1).delivered == "listener failed, log ok");
        CHECK(rows->at(2).time_ms == kNow);
        CHECK(rows->at(2).alert.text.starts_with("DRY RUN WARN main: HF 1.38\nplimsoll watches on"));
        CHECK(rows->at(2).alert.text.find("\nblock 77 of 2024-08-05 01:10:11Z") != std::string::npos);
        const std::string text = metrics.text(0);
        CHECK(text.find(R"(plimsoll_alert_total{channel="listener",level="warning",outcome="failed"} 2)") !=
              std::string::npos);
        CHECK(text.find(R"(plimsoll_alert_total{channel="log",level="warning",outcome="sent"} 3)") !=
              std::string::npos);
    }
}
