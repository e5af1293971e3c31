// SPDX-License-Identifier: Apache-2.0
// Whose journal it is, and how the lives before this one ended.
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <vector>

#include "bot/shell/memory.hpp"
#include "tests/unit/bot/journal_open.hpp"
#include "tests/unit/bot/journal_records.hpp"

using namespace plimsoll;
using namespace plimsoll::testing;
using journal::Access;
using journal::Journal;
using journal::Owner;

namespace {

constexpr Address kOther = Address::literal("0x3535353535353535353535353535353535353535");
constexpr std::int64_t kNow = 1'722'820'223'045;
constexpr std::int64_t kMinute = 60'000;

Owner us(ChainId chain = 1) {
    return {chain, intent("main/1").address};
}

Result<void> claim(Journal& journal, std::vector<Owner> owners, bool adopt = false) {
    return journal.claim(owners, adopt, kNow);
}

}  // namespace

TEST_CASE(
    "D15 a journal belongs to the keys that acted with it: others are refused with the mend, unless the owner says "
    "so") {
    const TempDir dir;
    {
        auto journal = open(dir);
        CHECK(claim(*journal, {}));  // watches only: nobody's yet
        CHECK(claim(*journal, {us()}));
        CHECK(claim(*journal, {us(), {1, kOther}}));  // a wallet more
    }
    auto journal = open(dir);
    CHECK(claim(*journal, {{1, kOther}}));  // and the first one less
    const Owner stranger{1, Address::literal("0x1111111111111111111111111111111111111111")};
    for (const auto& wrong : {stranger, us(10), Owner{10, kOther}}) {
        const auto refused = claim(*journal, {wrong});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::Refused);
        CHECK(refused.error().message.find("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed on chain 1") !=
              std::string::npos);
        CHECK(refused.error().message.find("run --adopt") != std::string::npos);
    }
    CHECK(claim(*journal, {stranger}, true));
    CHECK(claim(*journal, {stranger}));
}

TEST_CASE("D15 a journal of before belongs to those whose records it holds") {
    const TempDir dir;
    auto journal = open(dir);
    const auto records = story("main/1", 7);
    REQUIRE(journal->append(records));
    CHECK(claim(*journal, {us()}));
    CHECK_FALSE(claim(*journal, {{1, kOther}}));
}

TEST_CASE("D14 what the journal knows of a key's nonces goes to the engine") {
    const TempDir dir;
    auto journal = open(dir);
    engine::EngineConfig chain;
    chain.chain_id = 1;
    chain.wallets = {{"treasury", us().address, us().address, true, {}, {}}, {"other", kOther, kOther, true, {}, {}}};
    auto memory = bot::recall(*journal, kNow, false);
    REQUIRE(memory);
    CHECK(bot::started(*memory, *journal, chain, false)->nonces.empty());
    REQUIRE(journal->append(story("main/1", 7)));
    const auto first = bot::started(*memory, *journal, chain, true);
    REQUIRE(first);
    REQUIRE(first->nonces.size() == 1);
    CHECK(first->nonces[0].address == us().address);
    CHECK(first->nonces[0].next == 8);
    CHECK(first->adopted);
}

TEST_CASE("D21 lives that ended by a crash are counted, newest first, within the window") {
    const TempDir dir;
    const auto life = [&](std::int64_t at, bool clean) {
        auto journal = open(dir);
        const auto crashes = journal->begin_life(at, 10 * kMinute);
        REQUIRE(crashes);
        if (clean) REQUIRE(journal->end_life(at + 1));
        return *crashes;
    };
    CHECK(life(kNow, false) == 0);
    CHECK(life(kNow + kMinute, false) == 1);
    CHECK(life(kNow + 2 * kMinute, true) == 2);
    CHECK(life(kNow + 3 * kMinute, false) == 0);  // the one before ended well
    CHECK(life(kNow + 4 * kMinute, false) == 1);
    CHECK(life(kNow + 13 * kMinute + 1, false) == 1);  // one of them is long ago
    CHECK(life(kNow + 99 * kMinute, false) == 0);
}

TEST_CASE("D21 after five crashes in a row the engine is told to watch only") {
    const TempDir dir;
    for (std::uint32_t n = 0; n <= bot::kCrashesMax; ++n) {
        auto journal = open(dir);
        const std::int64_t now = kNow + n * 1'000;
        REQUIRE(bot::recall(*journal, now, true));  // a look is no life
        const auto memory = bot::recall(*journal, now, false);
        REQUIRE(memory);
        CHECK(memory->safe_until_ms == (n == bot::kCrashesMax ? now + bot::kSafeMs : 0));
    }
}

TEST_CASE(
    "D12 the end of the file is damaged: what was acknowledged there is gone, and the nonces that are left tell it") {
    const TempDir dir;
    const std::string log = dir.path("journal.db-wal");
    const std::string kept = dir.path("kept");
    {
        auto journal = open(dir);
        REQUIRE(journal->append(story("main/1", 7)));
        const auto size = std::filesystem::file_size(log);
        REQUIRE(journal->append(std::vector<JournalRecord>{intent("main/2"), reserved("main/2", 8)}));
        CHECK(*journal->highest_nonce(1, us().address) == 8);
        std::filesystem::copy_file(log, kept);  // the process is killed here: a clean end would fold it in
        std::filesystem::copy_file(dir.path("journal.db"), dir.path("kept.db"));
        std::fstream file(kept, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(size) + 64);
        file << "torn";
    }
    std::filesystem::rename(dir.path("kept.db"), dir.path("journal.db"));
    std::filesystem::rename(kept, log);
    std::filesystem::remove(dir.path("journal.db-shm"));
    auto journal = open(dir);
    CHECK(journal->unsettled()->empty());
    CHECK(*journal->highest_nonce(1, us().address) == 7);
    REQUIRE(journal->history({})->size() == 1);
    CHECK(journal->history({})->front() == story("main/1", 7));
}
