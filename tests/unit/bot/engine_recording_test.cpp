// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "bot/engine/recording.hpp"
#include "bot/engine/replay.hpp"
#include "tests/support/engine_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using namespace plimsoll::engine;

namespace {

Result<std::vector<std::unique_ptr<lending::Market>>> fake_markets(const EngineConfig& config) {
    std::vector<std::unique_ptr<lending::Market>> out;
    for (std::size_t i = 0; i < config.markets.size(); ++i)
        out.push_back(std::make_unique<FakeMarket>(FakeMarket::Options{}));
    return out;
}

Result<ReplayReport> replay_text(const std::string& text) {
    std::istringstream in(text);
    return replay(in, fake_markets, sell_or_repay);
}

/// A rescue with a crash in it, an approval, a replacement, a reorganisation and new settings.
World eventful() {
    World world;
    world.add_guarded();
    world.offers = {{"stand-in",
                     kEth,
                     kUsd,
                     TokenAmount{units(1, 18)},
                     TokenAmount{units(1'485, 6)},
                     TokenAmount{units(1'480, 6)},
                     address_of(0xA66),
                     {1, 2, 3},
                     210'000,
                     0}};
    world.position().swap_into = {kEth};
    world.position().close_below = wad(101);
    world.position().close_at_price = {{kEth, Price{units(1'000, 8)}}};
    world.position().limits.max_value_per_day = BaseValue{U256{1'000'000'000'000}};
    world.position().limits.allowed_contracts = {address_of(9)};
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.paused = {"nobody"};
    world.pauses = {{"nobody", engine::kUntilResumed}};
    world.start();
    world.run();
    world.set_price(1'500);
    world.inclusion = false;
    world.mine(3);
    world.start();
    world.run();
    world.inclusion = true;
    world.mine(3);
    world.reorg(1, true);
    world.mine(2);
    world.give(FeedStale{"silence \"\\\x01\xff"});
    world.give(FeedLive{});
    world.give(Tick{});
    world.give(SettingsReloaded{world.config});
    world.give(SetPaused{"main", true});
    world.give(FinalityTold{world.head().number, world.head().hash, true, {}});
    world.give(SetWalletPaused{{"treasury", world.now() + 60'000}});
    world.run();
    world.mine(2);
    return world;
}

}  // namespace

TEST_CASE("every event and command comes back from its line unchanged") {
    const World world = eventful();
    std::istringstream in(world.recording);
    std::string line;
    REQUIRE(std::getline(in, line));
    const auto config = parse_header(line);
    REQUIRE(config);
    CHECK(encode(*config) == line);
    std::set<std::string> kinds;
    while (std::getline(in, line)) {
        kinds.insert(line.substr(0, line.find(',')));
        if (is_command_line(line)) {
            const auto command = parse_command(line);
            REQUIRE_MESSAGE(command, line);
            CHECK(encode(*command) == line);
        } else {
            REQUIRE(is_event_line(line));
            const auto event = parse_event(line);
            REQUIRE_MESSAGE(event, line);
            CHECK(encode(*event) == line);
        }
    }
    // All events and all commands but those of pending prices, which engine_pending_test.cpp holds to the same.
    CHECK(kinds.size() == 22 + 14);
    for (const auto& command : world.done) CHECK(encode(*parse_command(encode(command))) == encode(command));
}

TEST_CASE("a recording replays to the same commands, bit for bit") {
    const World world = eventful();
    const auto report = replay_text(world.recording);
    REQUIRE(report);
    CHECK_MESSAGE(report->same(), to_text(*report));
    CHECK(report->events > 50);
    CHECK(report->decisions > 3);
    CHECK(to_text(*report) == std::to_string(report->decisions) + " decisions, 0 differ");
}

TEST_CASE("a changed recording is found out, and the place is named") {
    const World world = eventful();
    std::string text = world.recording;
    const std::size_t at = text.find("\"outcome\":5");
    REQUIRE(at != std::string::npos);
    text[at + 10] = '4';
    const auto report = replay_text(text);
    REQUIRE(report);
    CHECK_FALSE(report->same());
    CHECK(report->decisions_differ == 1);
    CHECK(report->first_difference.find("recorded: {\"command\":\"decide\"") != std::string::npos);
    CHECK(to_text(*report).find(" decisions, 1 differ\nfirst difference after the event of line ") !=
          std::string::npos);
}

TEST_CASE("a recording that ends in the middle of a line replays up to there") {
    const World world = eventful();
    for (const std::size_t cut :
         {world.recording.size() - 20, world.recording.size() / 2, world.recording.size() / 3}) {
        const auto report = replay_text(world.recording.substr(0, cut));
        REQUIRE(report);
        CHECK_MESSAGE(report->same(), to_text(*report));
        CHECK(report->cut_short);
    }
}

TEST_CASE("lines that are no recording are refused with their place") {
    const std::string header = encode(EngineConfig{});
    CHECK(replay_text("").error().message == "recording: empty");
    CHECK(parse_header("{}").error().message == "recording: header: field recording is missing or of another form");
    CHECK(parse_header("{\"recording\":9,\"config\":{}}").error().code == Errc::Unsupported);
    CHECK(parse_header("{\"recording\":5,\"config\":{\"chain\":1}}").error().message ==
          "recording: header: field config.chain is missing or of another form");
    CHECK(replay_text(header + "\nnonsense\n").error().message == "line 2: recording: a line is no JSON object");
    CHECK(parse_event("{\"event\":\"party\",\"time_ms\":1}").error().message == "recording: unknown event party");
    CHECK(parse_event("{\"event\":\"gas_done\",\"time_ms\":1,\"id\":1,\"error\":\"\",\"gas\":-1}").error().message ==
          "recording: gas_done: field gas is missing or of another form");
    CHECK(parse_event("{\"event\":\"tick\",\"time_ms\":1.5}").error().code == Errc::Decode);
    CHECK(parse_command("{\"command\":\"broadcast\",\"raw\":\"0x1\",\"hash\":\"0x\"}").error().code == Errc::Decode);
}

namespace {

/// By name below tests/fuzz/corpus: each kind of line once, and two recordings as long as a fuzzer can make use of.
std::map<std::string, std::string> seeds_of(const World& world) {
    constexpr std::size_t kLongest = 32'768;
    std::map<std::string, std::string> out;
    std::istringstream in(world.recording);
    std::string line;
    std::getline(in, line);
    out["recording/header"] = line;
    std::string& all = out["replay/rescue"] = line + '\n';
    std::string& events = out["replay/events"] = line + '\n';
    while (std::getline(in, line)) {
        std::string name = line.substr(2, line.find(',') - 3);  // command":"alert
        name.replace(name.find('"'), 3, "-");
        out.try_emplace("recording/" + name, line);
        if (all.size() + line.size() < kLongest) all += line + '\n';
        if (is_event_line(line) && events.size() + line.size() < kLongest) events += line + '\n';
    }
    return out;
}

std::string written(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the fuzzers begin with recordings of this version") {
    const std::filesystem::path corpus = std::filesystem::path(PLIMSOLL_TEST_DATA) / "../fuzz/corpus";
    for (const auto& [name, seed] : seeds_of(eventful())) {
        CAPTURE(name);
        if (std::getenv("PLIMSOLL_WRITE_SEEDS") != nullptr) std::ofstream(corpus / name, std::ios::binary) << seed;
        const std::string mend = "PLIMSOLL_WRITE_SEEDS=1 bot_test -tc='the fuzzers begin*' writes it anew";
        const std::string text = written(corpus / name);
        const std::string first = text.substr(0, text.find('\n'));
        if (name == "recording/header" || name.starts_with("replay/"))
            CHECK_MESSAGE(parse_header(first), mend);
        else if (is_command_line(first))
            CHECK_MESSAGE(parse_command(first), mend);
        else
            CHECK_MESSAGE(parse_event(first), mend);
        if (name.starts_with("replay/")) CHECK_MESSAGE(replay_text(text), mend);
    }
}
