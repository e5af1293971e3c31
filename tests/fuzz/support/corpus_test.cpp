// SPDX-License-Identifier: Apache-2.0
// The committed inputs of every fuzz target, without libFuzzer.
#include <algorithm>
#include <cstdio>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/support/targets.hpp"

using namespace plimsoll;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> out;
    if (!fs::is_directory(folder)) return out;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_regular_file()) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<std::uint8_t> contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What fails ends the process at once: the last line told is the input that did it.
void tell(const std::string& target, const std::string& input) {
    std::printf("%s < %s\n", target.c_str(), input.c_str());
    std::fflush(stdout);
}

}  // namespace

TEST_CASE("X16 every target takes its corpus and its regressions") {
    const fs::path root = PLIMSOLL_FUZZ_ROOT;
    REQUIRE_FALSE(fuzz::targets().empty());
    for (const auto& target : fuzz::targets()) {
        const std::string name(target.name);
        const auto corpus = files_in(root / "corpus" / name);
        CHECK_MESSAGE(corpus.size() >= 2, name, ": a corpus of its own is missing");
        auto files = files_in(root / "regressions" / name);
        files.insert(files.end(), corpus.begin(), corpus.end());
        for (const auto& path : files) {
            tell(name, path.string());
            const auto data = contents(path);
            target.run(data.data(), data.size());
        }
        tell(name, "an empty input");
        target.run(nullptr, 0);
    }
}

TEST_CASE("no folder of inputs without its target") {
    for (const auto* kind : {"corpus", "regressions"}) {
        const fs::path folder = fs::path(PLIMSOLL_FUZZ_ROOT) / kind;
        if (!fs::is_directory(folder)) continue;
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (!entry.is_directory()) continue;
            const auto name = entry.path().filename().string();
            const bool known = std::any_of(fuzz::targets().begin(), fuzz::targets().end(),
                                           [&](const fuzz::Target& target) { return target.name == name; });
            CHECK_MESSAGE(known, kind, "/", name);
        }
    }
}
