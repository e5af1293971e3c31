// SPDX-License-Identifier: Apache-2.0
// What the journal keeps of its dealings with people: pauses, and messages that wait.
#include <doctest/doctest.h>
#include <string>

#include "bot/journal/journal.hpp"
#include "tests/unit/bot/journal_open.hpp"
#include "tests/unit/bot/journal_records.hpp"

using namespace plimsoll;
using namespace plimsoll::testing;
using journal::Access;
using journal::Journal;

TEST_SUITE("journal") {
    TEST_CASE("pauses last until they are taken back") {
        const TempDir dir;
        REQUIRE(open(dir)->set_paused("main", true, 1));
        auto journal = open(dir);
        REQUIRE(journal->set_paused("main", true, 2));
        REQUIRE(journal->set_paused("second", true, 2));
        CHECK(*journal->paused() == std::vector<std::string>{"main", "second"});
        REQUIRE(journal->set_paused("main", false, 3));
        CHECK(*journal->paused() == std::vector<std::string>{"second"});
        CHECK(journal->probe(5));
    }

    TEST_CASE("a wallet's pause lasts until it is taken back, with who wanted it and until when") {
        const TempDir dir;
        const journal::WalletPause first{"treasury", 1, 9'000, "console"};
        const journal::WalletPause second{"treasury", 2, engine::kUntilResumed, "telegram 7"};
        const journal::WalletPause other{"alice", 3, 4, "console"};
        REQUIRE(open(dir)->pause_wallet(first));
        auto journal = open(dir);
        CHECK(*journal->wallet_pauses() == std::vector{first});
        REQUIRE(journal->pause_wallet(second));
        REQUIRE(journal->pause_wallet(other));
        CHECK(*journal->wallet_pauses() == std::vector{other, second});
        REQUIRE(journal->resume_wallet("treasury"));
        REQUIRE(journal->resume_wallet("nobody"));
        CHECK(*journal->wallet_pauses() == std::vector{other});
    }

    TEST_CASE("a wallet's switch to a dry run lasts until it is taken back, with who wanted it and since when") {
        const TempDir dir;
        const journal::WalletDry first{"treasury", 1, "console"};
        const journal::WalletDry second{"treasury", 2, "telegram 7"};
        const journal::WalletDry other{"alice", 3, "console"};
        REQUIRE(open(dir)->dry_wallet(first));
        auto journal = open(dir);
        CHECK(*journal->dry_wallets() == std::vector{first});
        REQUIRE(journal->dry_wallet(second));
        REQUIRE(journal->dry_wallet(other));
        CHECK(*journal->dry_wallets() == std::vector{other, second});
        REQUIRE(journal->live_wallet("treasury"));
        REQUIRE(journal->live_wallet("nobody"));
        CHECK(*journal->dry_wallets() == std::vector{other});
    }

    TEST_CASE("messages wait in the journal until they have ended, and ended ones are known for a while") {
        const TempDir dir;
        journal::DeliveryRow row;
        row.id = 5;
        row.channel = "phone";
        row.state = "waiting";
        row.raised_ms = 1;
        row.due_ms = 2;
        row.until_ms = 3;
        row.tries = 4;
        row.alert = {engine::AlertLevel::Critical, "stuck", "main", "text\nmore", true, true};
        row.chain = "ethereum";
        row.key = "plimsoll/x";
        row.note = "status 503";
        REQUIRE(open(dir)->put_deliveries(std::vector{row}));
        auto journal = open(dir);
        auto rows = *journal->deliveries(1'000);
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].id == 5);
        CHECK(rows[0].channel == "phone");
        CHECK(rows[0].waits());
        CHECK(rows[0].raised_ms == 1);
        CHECK(rows[0].due_ms == 2);
        CHECK(rows[0].until_ms == 3);
        CHECK(rows[0].tries == 4);
        CHECK(rows[0].alert.level == engine::AlertLevel::Critical);
        CHECK(rows[0].alert.kind == "stuck");
        CHECK(rows[0].alert.position == "main");
        CHECK(rows[0].alert.text == "text\nmore");
        CHECK(rows[0].alert.resolved);
        CHECK(rows[0].alert.event);
        CHECK(rows[0].chain == "ethereum");
        CHECK(rows[0].key == "plimsoll/x");
        CHECK(rows[0].note == "status 503");
        row.state = "sent";
        row.ended_ms = 500;
        REQUIRE(journal->put_deliveries(std::vector{row}));
        auto tried = row;
        tried.id = 4;
        tried.raised_ms = 300;
        tried.alert.kind = "test";
        tried.state = "expired";
        tried.ended_ms = 600;
        REQUIRE(journal->put_deliveries(std::vector{tried}));
        REQUIRE(journal->channels()->size() == 1);
        CHECK(journal->channels()->front().channel == "phone");
        CHECK(journal->channels()->front().taken_ms == 500);
        CHECK(journal->channels()->front().tested_ms == 300);
        tried.ended_ms = 1;
        REQUIRE(journal->put_deliveries(std::vector{tried}));
        CHECK(journal->deliveries(1'000)->empty());
        CHECK(journal->deliveries(500)->size() == 1);
        CHECK(*journal->last_delivery() == 5);
        row.state = "somehow";
        CHECK_FALSE(journal->put_deliveries(std::vector{row}));

        REQUIRE(journal->acknowledge({"k", 7, "me"}));
        REQUIRE(journal->acknowledge({"k", 8, "you"}));
        REQUIRE(journal->acknowledged()->size() == 1);
        CHECK(journal->acknowledged()->front().by == "you");
        REQUIRE(journal->forget_acknowledged("k"));
        CHECK(journal->acknowledged()->empty());
    }
}
