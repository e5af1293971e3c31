// SPDX-License-Identifier: Apache-2.0
#include "bot/operator.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "bot/alerts.hpp"
#include "bot/journal/writer.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;
using bot::AlertDesk;
using bot::AlertMessage;
using bot::Operator;
using journal::WalletPause;
using namespace std::chrono_literals;

namespace {

class Keeper : public bot::AlertSink {
  public:
    explicit Keeper(std::vector<AlertMessage>& kept) : kept_(kept) {}
    std::string_view channel() const override { return "keeper"; }
    void deliver(const AlertMessage& message, std::function<void(Result<void>)> done) override {
        kept_.push_back(message);
        done({});
    }

  private:
    std::vector<AlertMessage>& kept_;
};

struct House {
    TempDir dir;
    boost::asio::io_context io;
    std::int64_t now = 1'722'820'223'000;  // 2024-08-05 01:10:23Z
    std::vector<AlertMessage> told;
    std::vector<engine::SetWalletPaused> events;
    std::vector<std::vector<std::string>> dry;  // what is dry, each time that it changes
    std::unique_ptr<journal::JournalWriter> writer;
    std::unique_ptr<AlertDesk> desk;
    std::unique_ptr<Operator> who;
    std::optional<Result<void>> answer;

    House() { open(); }

    void open() {
        who.reset();
        desk.reset();
        writer.reset();
        auto journal = *journal::Journal::open(dir.path("journal.db"), journal::Access::Write);
        auto pauses = *journal->wallet_pauses();
        auto dried = *journal->dry_wallets();
        writer = std::make_unique<journal::JournalWriter>(std::move(journal), io.get_executor());
        bot::AlertDeskOptions options;
        options.now_ms = [this] { return now; };
        desk = std::make_unique<AlertDesk>(options, nullptr, nullptr);
        desk->add_sink(std::make_unique<Keeper>(told));
        bot::OperatorServices services;
        services.knows = [](const std::string& name) { return name == "treasury" || name == "alice"; };
        services.tell_engines = [this](const engine::SetWalletPaused& event) { events.push_back(event); };
        services.live = [](const std::string& name) { return name == "treasury"; };
        services.dry_changed = [this] {
            dry.emplace_back();
            for (const auto& one : who->dry()) dry.back().push_back(one.wallet);
        };
        services.now_ms = [this] { return now; };
        services.journal = writer.get();
        services.alerts = desk.get();
        who = std::make_unique<Operator>(services, std::move(pauses), std::move(dried));
    }
    Operator::Done keep() {
        answer.reset();
        return [this](Result<void> result) { answer = std::move(result); };
    }
    void settle() {
        io.restart();
        io.run();
    }
};

}  // namespace

TEST_CASE("a pause reaches the engines at once, is on disk when it is answered, and outlives the process") {
    House house;
    house.who->pause("treasury", std::nullopt, "telegram 7", house.keep());
    REQUIRE(house.events.size() == 1);
    CHECK(house.events[0].pause == engine::Pause{"treasury", engine::kUntilResumed});
    CHECK_FALSE(house.answer);
    house.settle();
    REQUIRE(house.answer);
    CHECK(*house.answer);
    REQUIRE(house.told.size() == 1);
    CHECK(house.told[0].kind == "paused");
    CHECK(house.told[0].text.find("paused by telegram 7 until it is resumed") != std::string::npos);

    house.open();
    CHECK(house.who->pause_of("treasury")->by == "telegram 7");
    CHECK_FALSE(house.who->pause_of("alice"));
    house.who->at_second();
    CHECK(house.told.size() == 2);  // a new process says what it finds
    house.who->at_second();
    CHECK(house.told.size() == 2);

    house.who->resume("treasury", "console", house.keep());
    CHECK(house.events.size() == 1);  // first the disk
    CHECK(house.who->pause_of("treasury"));
    house.settle();
    CHECK(*house.answer);
    REQUIRE(house.events.size() == 2);
    CHECK(house.events[1].pause == engine::Pause{"treasury", 0});
    CHECK(house.told.back().resolved);
    house.open();
    CHECK(house.who->pauses().empty());
}

TEST_CASE("a pause with a time ends by itself, and is told") {
    House house;
    house.who->pause("alice", 2h, "console", house.keep());
    house.settle();
    CHECK(house.events[0].pause.until_ms == house.now + 7'200'000);
    CHECK(house.told[0].text.find("until 2024-08-05 03:10:23Z") != std::string::npos);
    house.now += 7'199'999;
    CHECK(house.who->pauses().size() == 1);
    house.now += 1;
    CHECK(house.who->pauses().empty());
    house.who->at_second();
    house.settle();
    CHECK(house.told.back().resolved);
    house.open();
    house.now -= 1'000;
    CHECK(house.who->pauses().empty());  // not on disk either
}

TEST_CASE("what cannot be paused or resumed is answered so, and nothing happens") {
    House house;
    house.who->pause("bob", std::nullopt, "x", house.keep());
    CHECK(house.answer->error().code == Errc::NotFound);
    house.who->pause("alice", 0s, "x", house.keep());
    CHECK(house.answer->error().code == Errc::Range);
    house.who->pause("alice", 24h * 366, "x", house.keep());
    CHECK(house.answer->error().code == Errc::Range);
    house.who->resume("alice", "x", house.keep());
    CHECK(house.answer->error().code == Errc::NotFound);
    CHECK(house.events.empty());
    CHECK(house.told.empty());
}

TEST_CASE("a resumption ends no pause that comes after it") {
    House house;
    house.who->pause("treasury", std::nullopt, "one", house.keep());
    house.settle();
    house.who->resume("treasury", "one", house.keep());
    house.who->pause("treasury", std::nullopt, "two", house.keep());
    house.settle();
    REQUIRE(house.who->pause_of("treasury"));
    CHECK(house.who->pause_of("treasury")->by == "two");
    CHECK(house.events.back().pause.until_ms == engine::kUntilResumed);
    house.open();
    CHECK(house.who->pause_of("treasury"));
}

TEST_CASE("a wallet is switched to a dry run at once and over restarts, and back once that is on disk") {
    House house;
    house.who->dry_run("treasury", "console", house.keep());
    CHECK(house.dry == std::vector<std::vector<std::string>>{{"treasury"}});
    CHECK_FALSE(house.answer);
    house.settle();
    REQUIRE(house.answer);
    CHECK(*house.answer);
    REQUIRE(house.told.size() == 1);
    CHECK(house.told[0].kind == "switched-to-dry-run");
    CHECK(house.told[0].text.find("switched to a dry run by console") != std::string::npos);

    house.open();
    CHECK(house.who->is_dry("treasury"));
    CHECK(house.who->dry()[0].by == "console");
    house.who->at_second();
    CHECK(house.told.size() == 2);  // a new process says what it finds
    house.dry.clear();
    house.who->live("treasury", "console", house.keep());
    CHECK(house.dry.empty());  // first the disk
    CHECK(house.who->is_dry("treasury"));
    house.settle();
    CHECK(*house.answer);
    CHECK(house.dry == std::vector<std::vector<std::string>>{{}});
    CHECK(house.told.back().resolved);
    house.open();
    CHECK_FALSE(house.who->is_dry("treasury"));
}

TEST_CASE("no switch makes a wallet live that its configuration does not") {
    House house;
    house.who->dry_run("alice", "console", house.keep());
    CHECK(house.answer->error().code == Errc::Refused);
    house.who->live("alice", "console", house.keep());
    CHECK(house.answer->error().code == Errc::NotFound);
    CHECK(house.answer->error().message.find("by its configuration") != std::string::npos);
    house.who->live("treasury", "console", house.keep());
    CHECK(house.answer->error().code == Errc::NotFound);
    house.who->dry_run("bob", "console", house.keep());
    CHECK(house.answer->error().code == Errc::NotFound);
    CHECK(house.dry.empty());
    CHECK(house.told.empty());
}

TEST_CASE("a switch back ends no dry run that comes after it") {
    House house;
    house.who->dry_run("treasury", "one", house.keep());
    house.settle();
    house.who->live("treasury", "one", house.keep());
    house.who->dry_run("treasury", "two", house.keep());
    house.settle();
    CHECK(house.who->is_dry("treasury"));
    CHECK(house.dry.back() == std::vector<std::string>{"treasury"});
    house.open();
    CHECK(house.who->is_dry("treasury"));
}
