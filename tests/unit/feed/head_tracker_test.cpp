// SPDX-License-Identifier: Apache-2.0
#include "chain/feed/head_tracker.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <map>
#include <sstream>

using namespace plimsoll;
using namespace plimsoll::feed;

namespace {

/// Blocks by short names: "a5" is block 5 of branch a. The parent is the block below on the same branch unless said.
class Blocks {
  public:
    static Hash32 hash(const std::string& name) {
        Hash32 out;
        out.bytes[0] = static_cast<std::uint8_t>(name[0]);
        const auto number = static_cast<std::uint32_t>(std::stoul(name.substr(1)));
        for (std::size_t i = 0; i < 4; ++i) out.bytes[31 - i] = static_cast<std::uint8_t>(number >> (8 * i));
        return out;
    }
    static std::string name(const Hash32& hash) {
        std::uint32_t number = 0;
        for (std::size_t i = 28; i < 32; ++i) number = number << 8U | hash.bytes[i];
        return std::string(1, static_cast<char>(hash.bytes[0])) + std::to_string(number);
    }
    rpc::Header operator()(const std::string& block) const {
        rpc::Header out;
        out.ref.number = std::stoul(block.substr(1));
        out.ref.hash = hash(block);
        const auto parent = parents.find(block);
        out.ref.parent =
            hash(parent == parents.end() ? block.substr(0, 1) + std::to_string(out.ref.number - 1) : parent->second);
        return out;
    }
    std::map<std::string, std::string> parents;
};

std::string names(const std::vector<BlockRef>& blocks) {
    std::string out;
    for (const auto& block : blocks) out += (out.empty() ? "" : " ") + Blocks::name(block.hash);
    return out;
}

std::string shown(const Verdict& verdict) {
    struct Shower {
        std::string operator()(const Advanced&) const { return "advanced"; }
        std::string operator()(const Duplicate&) const { return "duplicate"; }
        std::string operator()(const Old&) const { return "old"; }
        std::string operator()(const Gap& gap) const {
            return fmt::format("gap {}-{} {}", gap.from, gap.to, Blocks::name(gap.parent));
        }
        std::string operator()(const Reorganised& reorg) const {
            return fmt::format("reorg to {} -[{}] +[{}]", Blocks::name(reorg.ancestor.hash), names(reorg.removed),
                               names(reorg.added));
        }
        std::string operator()(const Unjoinable& it) const { return "unjoinable: " + it.reason; }
        std::string operator()(const Contradiction& it) const { return "contradiction: " + it.reason; }
    };
    return std::visit(Shower{}, verdict);
}

/// Delivers all there is: "+a5" is an added block, "<a3(a5 a4)" a rollback to a3 that removes a5 and a4.
std::string delivered(HeadTracker& tracker) {
    std::string out;
    while (const auto step = tracker.step()) {
        if (!out.empty()) out += ' ';
        if (const auto* rollback = std::get_if<HeadTracker::Rollback>(&*step))
            out += fmt::format("<{}({})", Blocks::name(rollback->ancestor.hash), names(rollback->removed));
        else
            out += "+" + Blocks::name(std::get<rpc::Header>(*step).ref.hash);
        tracker.done();
    }
    return out;
}

struct Row {
    const char* name;
    const char* heads;     // offered in turn; "=": deliver all before the next; "^x": the parent that was asked for
    const char* verdicts;  // of each, by "; "
    const char* delivered;
};

const Row kTable[] = {
    {"one after the other", "a11 a12 a13", "advanced; advanced; advanced", "+a11 +a12 +a13"},
    {"the newest twice", "a11 a11 = a11", "advanced; duplicate; duplicate", "+a11"},
    {"the start itself", "a10", "duplicate", ""},
    {"an older one again", "a11 a12 a11 = a11 a10", "advanced; advanced; old; old; old", "+a11 +a12"},
    {"out of order", "a12 ^a11 a11", "gap 11-11 a11; advanced; old", "+a11 +a12"},
    {"one is missing", "a11 a13 ^a12", "advanced; gap 12-12 a12; advanced", "+a11 +a12 +a13"},
    {"three are missing", "a14 ^a13 ^a12 ^a11", "gap 11-13 a13; gap 11-12 a12; gap 11-11 a11; advanced",
     "+a11 +a12 +a13 +a14"},
    {"a newer head drops the gap under way", "a13 a11 a12 a13", "gap 11-12 a12; advanced; advanced; advanced",
     "+a11 +a12 +a13"},
    {"an answer that is another block", "a13 ^b12 a11",
     "gap 11-12 a12; contradiction: another block than the parent that was asked for; advanced", "+a11"},
    {"an answer that nobody asked for", "a11 ^a10", "advanced; old", "+a11"},
    {"reorganised by one", "a11 a12 = b12", "advanced; advanced; reorg to a11 -[a12] +[b12]",
     "+a11 +a12 <a11(a12) +b12"},
    {"reorganised by two, the deeper one first seen by its child", "a11 a12 a13 = b13 ^b12",
     "advanced; advanced; advanced; gap 12-12 b12; reorg to a11 -[a13 a12] +[b12 b13]",
     "+a11 +a12 +a13 <a11(a13 a12) +b12 +b13"},
    {"reorganised by three to a shorter branch", "a11 a12 a13 = c11",
     "advanced; advanced; advanced; reorg to a10 -[a13 a12 a11] +[c11]", "+a11 +a12 +a13 <a10(a13 a12 a11) +c11"},
    {"reorganised and back", "a11 a12 = b12 = a13 ^a12",
     "advanced; advanced; reorg to a11 -[a12] +[b12]; gap 12-12 a12; reorg to a11 -[b12] +[a12 a13]",
     "+a11 +a12 <a11(a12) +b12 <a11(b12) +a12 +a13"},
    {"a branch replaced before it was told was never there", "a11 = a12 a13 b12 b13",
     "advanced; advanced; advanced; advanced; advanced", "+a11 +b12 +b13"},
    {"partly told, then replaced below", "a11 a12 = a13 a14 b12",
     "advanced; advanced; advanced; advanced; reorg to a11 -[a12] +[b12]", "+a11 +a12 <a11(a12) +b12"},
    {"a reorganisation taken back before it was told", "a11 a12 = b12 a13",
     "advanced; advanced; reorg to a11 -[a12] +[b12]; advanced", "+a11 +a12 +a13"},
    {"a number that does not follow", "x12", "contradiction: block 12 is not one above its parent", ""},
    {"a parent's number that does not follow", "y14 ^y12",
     "gap 11-13 y12; contradiction: block 14 is not one above its parent", ""},
    {"below all that is known", "a11 = e9",
     "advanced; unjoinable: block 9 is not above any block known, the oldest is 10", "+a11"},
    {"a branch that starts below all that is known", "a11 = d11 ^d10",
     "advanced; gap 10-10 d10; unjoinable: block 10 is not above any block known, the oldest is 10", "+a11"},
    {"too far ahead", "a100", "unjoinable: more than 8 blocks are missing below block 100", ""},
    {"as far as can be filled", "a18", "gap 11-17 a17", ""},
};

}  // namespace

TEST_SUITE("head tracker") {
    TEST_CASE("where blocks come fast few missing ones are filled in, and more are remembered") {
        using std::chrono::milliseconds;
        CHECK(limits_for(milliseconds(12'000)).gap == HeadTrackerLimits().gap);
        CHECK(limits_for(milliseconds(12'000)).history == HeadTrackerLimits().history);
        CHECK(limits_for(milliseconds(2'000)).gap == 50);
        CHECK(limits_for(milliseconds(2'000)).history == 450);
        CHECK(limits_for(milliseconds(250)).gap == 16);
        CHECK(limits_for(milliseconds(250)).history == 3'600);
    }

    TEST_CASE("N06 N10 N11 N12 N17 N26 conversations") {
        Blocks blocks;
        blocks.parents = {{"b12", "a11"}, {"c11", "a10"}, {"x12", "a10"}, {"y14", "y12"}};
        for (const auto& row : kTable) {
            CAPTURE(std::string(row.name));
            HeadTrackerLimits limits;
            limits.gap = 8;
            HeadTracker tracker(limits);
            tracker.restart(blocks("a10").ref);
            std::string verdicts;
            std::string told;
            const auto deliver = [&] {
                const auto more = delivered(tracker);
                if (!more.empty()) told += (told.empty() ? "" : " ") + more;
            };
            std::istringstream words(row.heads);
            for (std::string word; words >> word;) {
                if (word == "=") {
                    deliver();
                    continue;
                }
                const auto verdict =
                    word[0] == '^' ? tracker.offer_parent(blocks(word.substr(1))) : tracker.offer(blocks(word));
                verdicts += (verdicts.empty() ? "" : "; ") + shown(verdict);
            }
            deliver();
            CHECK(verdicts == row.verdicts);
            CHECK(told == row.delivered);
        }
    }

    TEST_CASE("N13 reorganisations of every depth that is kept") {
        for (std::uint64_t depth = 1; depth < 40; ++depth) {
            Blocks blocks;
            HeadTrackerLimits limits;
            limits.history = 32;
            limits.gap = 64;
            HeadTracker tracker(limits);
            tracker.restart(blocks("a100").ref);
            for (int number = 101; number <= 150; ++number) {
                CHECK(shown(tracker.offer(blocks(fmt::format("a{}", number)))) == "advanced");
                delivered(tracker);
            }
            blocks.parents[fmt::format("b{}", 151 - depth)] = fmt::format("a{}", 150 - depth);
            auto verdict = tracker.offer(blocks("b151"));
            for (std::uint64_t number = 150; std::holds_alternative<Gap>(verdict); --number)
                verdict = tracker.offer_parent(blocks(fmt::format("b{}", number)));
            CAPTURE(depth);
            if (depth < 32) {
                const auto* reorg = std::get_if<Reorganised>(&verdict);
                REQUIRE(reorg != nullptr);
                CHECK(reorg->ancestor.number == 150 - depth);
                CHECK(reorg->removed.size() == depth);
                CHECK(reorg->added.size() == depth + 1);
                delivered(tracker);
                CHECK(Blocks::name(tracker.delivered()->hash) == "b151");
            } else {
                CHECK(std::holds_alternative<Unjoinable>(verdict));
                CHECK(Blocks::name(tracker.newest()->hash) == "a150");
            }
        }
    }

    TEST_CASE("nothing to join to before the first restart; a restart forgets") {
        const Blocks blocks;
        HeadTracker tracker;
        CHECK(shown(tracker.offer(blocks("a11"))) == "contradiction: nothing to join to");
        CHECK(tracker.delivered() == nullptr);
        CHECK(tracker.newest() == nullptr);
        tracker.restart(blocks("a10").ref);
        tracker.offer(blocks("a11"));
        tracker.restart(blocks("b50").ref);
        CHECK_FALSE(tracker.step());
        CHECK(shown(tracker.offer(blocks("b51"))) == "advanced");
        CHECK(shown(tracker.offer(blocks("a11"))) ==
              "unjoinable: block 11 is not above any block known, the oldest is 50");
    }
}
