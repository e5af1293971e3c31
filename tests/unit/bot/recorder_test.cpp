// SPDX-License-Identifier: Apache-2.0
#include "bot/recorder.hpp"

#include <csignal>
#include <doctest/doctest.h>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace plimsoll;
using plimsoll::bot::Recorder;

namespace {

std::filesystem::path fresh_path(const char* name) {
    const auto path = std::filesystem::temp_directory_path() / (std::string("plimsoll-recorder-") + name);
    std::filesystem::remove(path);
    return path;
}

std::string contents(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace

TEST_CASE("a recording keeps every line in order and is private") {
    const auto path = fresh_path("order");
    std::string expected;
    {
        auto recorder = Recorder::create(path, 1U << 20U);
        REQUIRE(recorder);
        for (int i = 0; i < 5'000; ++i) {
            (*recorder)->append(std::to_string(i));
            expected += std::to_string(i) + "\n";
        }
        CHECK((*recorder)->ended().empty());
    }
    CHECK(contents(path) == expected);
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600U);
    CHECK(Recorder::create(path, 1).error().code == Errc::Io);  // an old recording is never overwritten
    std::filesystem::remove(path);
}

TEST_CASE("at its size limit a recording ends with a true prefix") {
    const auto path = fresh_path("limit");
    auto recorder = Recorder::create(path, 10);
    REQUIRE(recorder);
    (*recorder)->append("1234");  // 5 bytes with the newline
    (*recorder)->append("567");   // 4 more
    (*recorder)->append("89");    // would be 12
    (*recorder)->append("");      // would fit, but after the end nothing follows
    (*recorder)->flush();
    CHECK((*recorder)->ended() == "the size limit of a recording is reached");
    CHECK(contents(path) == "1234\n567\n");
    std::filesystem::remove(path);
}

TEST_CASE("a disk that refuses ends the recording, not the daemon") {
    const auto path = fresh_path("refused");
    auto recorder = Recorder::create(path, 1U << 20U);
    REQUIRE(recorder);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 4;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    (*recorder)->append("0123456789");
    (*recorder)->flush();
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    CHECK((*recorder)->ended().starts_with("writing failed: "));
    (*recorder)->append("more");
    (*recorder)->flush();
    CHECK(contents(path) == "0123");
    std::filesystem::remove(path);
    CHECK(Recorder::create("/nonexistent-directory/x", 10).error().code == Errc::Io);
}
