// SPDX-License-Identifier: Apache-2.0
#include "bot/journal/journal.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <functional>
#include <string>

#include "tests/unit/bot/journal_open.hpp"
#include "tests/unit/bot/journal_records.hpp"

using namespace plimsoll;
using namespace plimsoll::testing;
using journal::Access;
using journal::Journal;

namespace {

using Records = std::vector<JournalRecord>;

Records head(const Records& all, std::size_t count) {
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_SUITE("journal") {
    TEST_CASE("records come back word for word, until their step has ended") {
        const TempDir dir;
        auto journal = open(dir);
        const auto rescue = story("main/1", 7);
        Records written;
        for (std::size_t i = 0; i + 1 < rescue.size(); ++i) {
            REQUIRE(journal->append(std::span(&rescue[i], 1)));
            written.push_back(rescue[i]);
            CHECK(*journal->unsettled() == written);
        }
        REQUIRE(journal->append(std::span(&rescue.back(), 1)));
        CHECK(journal->unsettled()->empty());
        const auto all = journal->history({});
        REQUIRE(all->size() == 1);
        CHECK(all->front() == rescue);
    }

    TEST_CASE("killed after any append, the next start sees exactly what was acknowledged") {
        const auto rescue = story("main/1", 7);
        for (std::size_t count = 1; count <= rescue.size(); ++count) {
            CAPTURE(count);
            const TempDir dir;
            CHECK(in_child([&] {
                      auto journal = Journal::open(dir.path("journal.db"), Access::Write);
                      if (!journal) return 1;
                      for (std::size_t i = 0; i < count; ++i) {
                          if (!(*journal)->append(std::span(&rescue[i], 1))) return 2;
                      }
                      return 42;
                  }) == 42);
            auto journal = open(dir);
            if (count < rescue.size())
                CHECK(*journal->unsettled() == head(rescue, count));
            else
                CHECK(journal->unsettled()->empty());
            // The daemon goes on from there; saying again what is there already is no error.
            CHECK(journal->append(std::span(rescue).subspan(count - 1)));
            CHECK(journal->unsettled()->empty());
        }
    }

    TEST_CASE("K17 a record said twice is taken as written, a different one in its place is refused") {
        const TempDir dir;
        auto journal = open(dir);
        const auto rescue = story("main/1", 7);
        REQUIRE(journal->append(head(rescue, 3)));
        auto again = rescue[2];
        again.time_ms += 5'000;
        CHECK(journal->append(std::span(&again, 1)));
        CHECK(*journal->unsettled() == head(rescue, 3));

        auto other = signed_record("main/1", 7, 0);
        other.raw.push_back(0xff);
        other.hash = keccak256(other.raw);
        const auto refused = journal->append(std::span(&other, 1));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::Mismatch);
        CHECK(refused.error().message.find(
                  "UNIQUE constraint failed: records.incident, records.step, records.attempt") != std::string::npos);
        CHECK(*journal->unsettled() == head(rescue, 3));
    }

    TEST_CASE("one nonce of a wallet belongs to one step of one incident on a chain") {
        const TempDir dir;
        auto journal = open(dir);
        REQUIRE(journal->append(Records{intent("a/1"), reserved("a/1", 7)}));
        const auto taken = journal->append(Records{intent("b/1"), reserved("b/1", 7)});
        REQUIRE_FALSE(taken);
        CHECK(taken.error().code == Errc::Mismatch);
        CHECK(taken.error().message.find("UNIQUE constraint failed: nonces.") != std::string::npos);
        CHECK(journal->unsettled()->size() == 2);  // not even b's intent stayed

        auto other_chain = reserved("b/1", 7);
        other_chain.chain_id = 10;
        CHECK(journal->append(Records{intent("b/1"), other_chain}));
        auto other_wallet = reserved("c/1", 7);
        other_wallet.address.bytes[0] ^= 1U;
        CHECK(journal->append(Records{intent("c/1"), other_wallet}));
        CHECK(journal->append(Records{intent("a/1", 1), reserved("a/1", 8, 1)}));
        CHECK_FALSE(journal->append(Records{reserved("a/1", 9, 1)}));  // a step has one nonce

        CHECK(*journal->highest_nonce(1, intent("a/1").address) == 8);
        CHECK(*journal->highest_nonce(10, intent("a/1").address) == 7);
        CHECK_FALSE(journal->highest_nonce(5, intent("a/1").address)->has_value());
    }

    TEST_CASE("a nonce passes on only from a step that has ended") {
        const TempDir dir;
        auto journal = open(dir);
        const Address& wallet = intent("a/1").address;
        REQUIRE(journal->append(Records{intent("a/1"), reserved("a/1", 7)}));
        REQUIRE(journal->append(Records{after(reserved("a/1", 7), Stage::Abandoned)}));
        CHECK_FALSE(journal->highest_nonce(1, wallet)->has_value());  // nothing was signed: as if it had not been
        REQUIRE(journal->append(Records{intent("b/1"), reserved("b/1", 7), signed_record("b/1", 7)}));
        CHECK(journal->append(Records{intent("c/1"), reserved("c/1", 7)}).error().code == Errc::Mismatch);
        REQUIRE(journal->append(Records{after(signed_record("b/1", 7), Stage::Abandoned)}));
        CHECK(*journal->highest_nonce(1, wallet) == 7);
        REQUIRE(journal->append(Records{intent("c/1"), reserved("c/1", 7), signed_record("c/1", 7)}));
        CHECK_FALSE(journal->append(Records{signed_record("b/1", 7, 1)}));
        REQUIRE(journal->append(Records{after(signed_record("c/1", 7), Stage::Settled)}));
        REQUIRE(journal->append(Records{intent("d/1"), reserved("d/1", 7)}));
        CHECK(journal->unsettled()->size() == 2);
    }

    TEST_CASE("records that cannot be true are refused with the reason, and nothing of their group stays") {
        const TempDir dir;
        auto journal = open(dir);
        REQUIRE(journal->append(Records{intent("a/1"), reserved("a/1", 7), signed_record("a/1", 7)}));
        REQUIRE(journal->append(story("z/9", 6)));
        struct Case {
            const char* what;
            std::function<JournalRecord()> make;
            Errc code;
            const char* text;
        };
        const auto changed = [](JournalRecord r, const std::function<void(JournalRecord&)>& change) {
            change(r);
            return r;
        };
        const auto second = signed_record("a/1", 7, 1);
        const std::vector<Case> cases = {
            {"hash of other bytes", [&] { return changed(second, [](auto& r) { r.raw.back() ^= 1U; }); },
             Errc::Mismatch, "the hash is not that of the raw bytes"},
            {"no bytes", [&] { return changed(second, [](auto& r) { r.raw.clear(); }); }, Errc::Mismatch,
             "a signed record without raw bytes"},
            {"nonce of the transaction", [&] { return changed(second, [](auto& r) { r.tx.nonce = 8; }); },
             Errc::Mismatch, "the transaction has another nonce"},
            {"chain of the transaction", [&] { return changed(second, [](auto& r) { r.tx.chain_id = 5; }); },
             Errc::Mismatch, "the transaction is for another chain"},
            {"nonce not reserved",
             [&] {
                 return changed(second, [](auto& r) {
                     r.nonce = 8;
                     r.tx.nonce = 8;
                 });
             },
             Errc::Mismatch, "does not hold the nonce it uses"},
            {"signed without a reservation", [&] { return signed_record("b/1", 9); }, Errc::Mismatch,
             "does not hold the nonce it uses"},
            {"bytes in another stage", [&] { return changed(second, [](auto& r) { r.stage = Stage::Sent; }); },
             Errc::Mismatch, "CHECK constraint failed"},
            {"signed after the end", [&] { return signed_record("z/9", 6, 2); }, Errc::Mismatch, "has ended (settled)"},
            {"settled and abandoned", [&] { return after(signed_record("z/9", 6, 1), Stage::Abandoned); },
             Errc::Mismatch, "has ended (settled)"},
            {"no incident", [&] { return intent(""); }, Errc::Mismatch, "CHECK constraint failed"},
            {"64 bits", [&] { return changed(second, [](auto& r) { r.tx.gas_limit = 1ULL << 63U; }); }, Errc::Range,
             "tx_gas_limit has more than 63 bits"},
        };
        const auto before = *journal->unsettled();
        for (const Case& c : cases) {
            CAPTURE(c.what);
            const auto result = journal->append(Records{intent("new/1"), c.make()});
            REQUIRE_FALSE(result);
            CHECK(result.error().code == c.code);
            CHECK_MESSAGE(result.error().message.find(c.text) != std::string::npos, result.error().message);
            CHECK(*journal->unsettled() == before);
        }
        // What comes late from endpoints and chain is still noted after the end.
        CHECK(journal->append(Records{after(signed_record("z/9", 6, 1), Stage::Sent)}));
        CHECK(journal->append(Records{after(signed_record("z/9", 6, 1), Stage::Seen)}));
    }

    TEST_CASE("groups that share a commit succeed and fail each by itself") {
        const TempDir dir;
        auto journal = open(dir);
        const std::vector<Records> groups = {{intent("a/1"), reserved("a/1", 1)},
                                             {intent("b/1"), reserved("b/1", 1)},
                                             {intent("c/1"), reserved("c/1", 2)},
                                             {}};
        const auto results = journal->append_groups(groups);
        REQUIRE(results.size() == 4);
        CHECK(results[0]);
        CHECK_FALSE(results[1]);
        CHECK(results[2]);
        CHECK(results[3]);
        CHECK(journal->unsettled()->size() == 4);
    }

    TEST_CASE("bytes that are not what was written are found, and records cannot be edited by accident") {
        struct Edit {
            const char* sql;
            const char* text;
        };
        for (const Edit& edit :
             {Edit{"UPDATE records SET raw = CAST(substr(raw, 1, 5) || 'x' || substr(raw, 7) AS BLOB) WHERE stage = "
                   "'signed'",
                   "damaged"},
              Edit{"UPDATE records SET hash = replace(hash, 'a', 'b') WHERE stage = 'signed'", "damaged"},
              Edit{"UPDATE records SET amount = '1' WHERE stage = 'intent'", "damaged"},
              Edit{"UPDATE records SET nonce = 8 WHERE stage = 'reserved'", "damaged"},
              Edit{"UPDATE records SET digest = zeroblob(32) WHERE stage = 'intent'", "damaged"}}) {
            CAPTURE(edit.sql);
            const TempDir dir;
            REQUIRE(open(dir)->append(head(story("a/1", 7), 3)));
            {
                SQLite::Database sql(dir.path("journal.db"), SQLite::OPEN_READWRITE);
                CHECK_THROWS_AS(sql.exec(edit.sql), SQLite::Exception);
                CHECK_THROWS_AS(sql.exec("DELETE FROM records"), SQLite::Exception);
                sql.exec("DROP TRIGGER records_stay");
                CHECK(sql.exec(edit.sql) == 1);
            }
            const auto read = open(dir)->unsettled();
            REQUIRE_FALSE(read);
            CHECK(read.error().code == Errc::Mismatch);
            CHECK(read.error().message.find(edit.text) != std::string::npos);
        }
    }

    TEST_CASE("what was spent and what happened can be asked for") {
        const TempDir dir;
        auto journal = open(dir);
        auto early = story("main/1", 7);
        for (auto& r : early) r.time_ms = 1'000;
        auto late = story("other/2", 8);
        for (auto& r : late) r.time_ms = 2'000;
        late.back().succeeded = false;
        late.back().purpose = Purpose::Approve;
        REQUIRE(journal->append(early));
        REQUIRE(journal->append(late));
        auto begun = intent("main/3");
        begun.time_ms = 2'000;
        REQUIRE(journal->append(Records{begun}));

        const auto spent = journal->spent_since(0);
        REQUIRE(spent->size() == 2);
        const auto& settled = early.back();
        CHECK(spent->front() ==
              engine::Spending{"main", "treasury", 1'000, Purpose::Rescue, true, settled.value, settled.gas_spent});
        CHECK(spent->back().succeeded == false);
        CHECK(spent->back().value.is_zero());  // it reverted
        CHECK(spent->back().purpose == Purpose::Approve);
        CHECK(journal->spent_since(1'001)->size() == 1);
        CHECK(*journal->ended_lately(2'000, 999) == late);
        CHECK(*journal->ended_lately(5'000'000'000, 999) == late);  // the clock was set forward
        Records both = early;
        both.insert(both.end(), late.begin(), late.end());
        CHECK(*journal->ended_lately(2'000, 1'000) == both);  // and not main/3, which is open
        CHECK(journal->spent_since(2'001)->empty());

        auto reader = Journal::open(dir.path("journal.db"), Access::Read);
        REQUIRE(reader);
        const auto all = (*reader)->history({});
        REQUIRE(all->size() == 3);
        CHECK(all->at(0).front().incident == "main/3");
        CHECK(all->at(1) == late);
        CHECK((*reader)->history({.position = "main"})->size() == 2);
        CHECK((*reader)->history({.position = "nobody"})->empty());
        CHECK((*reader)->history({.since_ms = 1'500})->size() == 2);
        CHECK((*reader)->history({.limit = 1})->size() == 1);
        CHECK((*reader)->append(Records{intent("x/1")}).error().code == Errc::Io);
    }

    TEST_CASE("what was given up and is found in a block after all has spent, once") {
        const TempDir dir;
        auto journal = open(dir);
        auto rows = story("main/1", 7);
        const auto seen = std::find_if(rows.begin(), rows.end(), [](const auto& r) { return r.stage == Stage::Seen; });
        REQUIRE(seen != rows.end());
        rows.erase(seen + 1, rows.end());
        auto found = rows.back();
        rows.push_back(after(found, Stage::Abandoned));
        REQUIRE(journal->append(rows));
        CHECK(journal->spent_since(0)->empty());  // seen before, in a block that went away
        for (const std::int64_t time : {3'000, 4'000}) {
            found.time_ms = time;
            REQUIRE(journal->append(Records{found}));
        }
        const auto spent = journal->spent_since(0);
        REQUIRE(spent->size() == 1);
        CHECK(spent->front().time_ms == 4'000);
        CHECK(spent->front().gas == found.gas_spent);
    }

    TEST_CASE("decisions, alerts and changes come back, and make room for newer ones") {
        const TempDir dir;
        auto opened =
            Journal::open(dir.path("journal.db"), Access::Write, {.decisions = 3, .alerts = 2, .settings_changes = 2});
        REQUIRE(opened);
        auto& journal = **opened;
        engine::Decision decision;
        decision.position = "main";
        decision.block = {
            5, Hash32::literal("0x0000000000000000000000000000000000000000000000000000000000000005"), {}, 50, {}};
        decision.health_now = Wad(U256{1'190'000'000'000'000'000});
        decision.health_next = Wad(kU256Max);
        decision.trigger = Wad(kWad);
        decision.target = Wad(kWad);
        decision.outcome = engine::Outcome::Refused;
        decision.reason = "limit-value-per-day";
        decision.plan = "repay 1";
        decision.gates = {{"mode", true, "live", "live"}, {"limit", false, "\"2\" \xff", "1"}};
        std::vector<journal::DecisionRow> rows;
        for (std::int64_t i = 0; i < 10; ++i) rows.push_back({i, decision});
        rows[8].decision.position = "other";
        REQUIRE(journal.add_decisions(rows));
        const auto found = journal.decisions("main", 10);
        REQUIRE(found->size() == 2);  // 9 and 7 of the three newest
        CHECK(found->at(0).time_ms == 9);
        auto expected = decision;
        expected.gates[1].measured = "\"2\" \xef\xbf\xbd";  // what is no text is replaced
        CHECK(found->at(0).decision == expected);

        const engine::Alert alert{engine::AlertLevel::Critical, "audit-mismatch", "main", "text", true};
        REQUIRE(
            journal.add_alerts(std::vector<journal::AlertRow>{{1, alert, "log ok"}, {2, alert, "b"}, {3, alert, "c"}}));
        const auto alerts = journal.alerts(0, 10);
        REQUIRE(alerts->size() == 2);
        CHECK(alerts->front().delivered == "c");
        CHECK(alerts->front().alert.level == engine::AlertLevel::Critical);
        CHECK(alerts->front().alert.resolved);
        CHECK(journal.alerts(3, 10)->size() == 1);

        REQUIRE(journal.add_settings_changes(
            std::vector<journal::SettingsChange>{{1, "a", "1", "2"}, {2, "b", "1", "2"}, {3, "c", "1", "2"}}));
        CHECK(journal.settings_changes(0, 10)->size() == 2);
        CHECK(journal.settings_changes(0, 1)->front().key == "c");
    }
}
