// SPDX-License-Identifier: Apache-2.0
// See README.md beside this file.
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>

#include "tests/simulation/world.hpp"

using namespace plimsoll;
using namespace plimsoll::sim;

namespace {

struct Job {
    std::uint64_t seed = 0;
    double hours = 1;
};

std::vector<Job> seeds_of(const std::string& path) {
    std::vector<Job> jobs;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        Job job;
        if (line.empty() || line.front() == '#') continue;
        if (std::sscanf(line.c_str(), "%lu %lf", &job.seed, &job.hours) >= 1) jobs.push_back(job);
    }
    return jobs;
}

Report play(const Job& job, Options options, bool narrates, bool digests) {
    options.seed = job.seed;
    options.hours = job.hours;
    options.digests = digests;
    if (narrates) options.narrate = [](const std::string& what) { fmt::print("{}\n", what); };
    World world(std::move(options));
    return world.run();
}

void tell(const Report& report, const std::string& program, const Options& options) {
    const std::string kind = std::string(options.guards ? " --guards" : "") + (options.relays ? " --relays" : "") +
                             (options.fast ? " --fast" : "") + (options.calm ? " --calm" : "");
    for (const auto& violation : report.violations) fmt::print("seed {}: {}\n", report.seed, violation);
    fmt::print("replay it with: {}{} --seed {} --hours {} --replay\n", program, kind, report.seed, report.hours);
}

void summary(const Report& all, std::size_t runs, double seconds, double worked) {
    const auto& j = all.judged;
    fmt::print("{} runs, {:.0f} simulated hours in {:.1f} s ({:.0f} times real time), {:.1f} s of a processor\n", runs,
               all.hours, seconds, all.hours * 3'600 / seconds, worked);
    fmt::print("  {} events, {} commands, {} blocks, {} reorganisations (deepest {}), {} crashes, {} liquidations\n",
               j.events, j.commands, all.blocks, all.reorgs, all.deepest, all.crashes, all.liquidations);
    fmt::print("  {} storms, {} dangers in fair weather: {} times saved, {} times beyond help, at most {} blocks\n",
               all.storms, all.dangers, all.saved, all.hopeless, all.waited);
    fmt::print(
        "  {} decisions to act, {} rescues mined ({} sales by a guardian), {} replacements, {} reverts, {} mined anew, "
        "{} stopped wallets; {} "
        "times "
        "shown to relays alone\n",
        j.acting, j.rescues, j.sales, j.replacements, j.reverts, j.again, all.stops, j.hidden);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Deterministic simulation of the engine in a simulated world"};
    std::optional<std::uint64_t> seed;
    std::string file;
    std::size_t fresh = 0;
    double hours = 10;
    unsigned jobs = 1;
    std::uint64_t runs = 1;
    double seconds = 0;
    bool first = false;
    Options base;
    bool replay = false;
    bool digest = false;
    app.add_option("--seed", seed, "play this seed");
    app.add_option("--seeds", file, "play the seeds of a file, one `seed hours` a line");
    app.add_option("--fresh", fresh, "play so many new seeds");
    app.add_option("--runs", runs, "with --seed: this seed and the following, so many in all");
    app.add_option("--seconds", seconds, "begin no run after so many seconds of each thread's processor");
    app.add_flag("--first", first, "begin no run after one that fails");
    app.add_option("--hours", hours, "simulated hours of each run");
    app.add_option("--jobs", jobs, "threads");
    app.add_flag("--guards", base.guards, "some worlds have guardians that sell collateral");
    app.add_flag("--relays", base.relays, "every second world has relays");
    app.add_flag("--fast", base.fast, "blocks come faster than some answers");
    app.add_flag("--calm", base.calm, "no storms, falls of prices alone");
    app.add_option("--crash-at", base.crash_at, "the process dies before its so-manyth command, and never else");
    app.add_flag("--replay", replay, "tell what happens");
    app.add_flag("--digest", digest, "print a digest of every event and command");
    CLI11_PARSE(app, argc, argv);

    std::vector<Job> work;
    for (std::uint64_t i = 0; seed && i < runs; ++i) work.push_back({*seed + i, hours});
    if (!file.empty()) {
        const auto kept = seeds_of(file);
        if (kept.empty()) {
            fmt::print("no seeds in {}\n", file);
            return 2;
        }
        work.insert(work.end(), kept.begin(), kept.end());
    }
    std::random_device entropy;
    for (std::size_t i = 0; i < fresh; ++i) work.push_back({entropy() % 1'000'000'000ULL, hours});
    if (work.empty()) work.push_back({1, hours});

    const auto began = std::chrono::steady_clock::now();
    std::mutex mutex;
    std::atomic<std::size_t> next = 0;
    Report all;
    std::size_t failed = 0;
    std::size_t played = 0;
    std::atomic<bool> over = false;
    const auto took = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
    // Of the processor, by thread: what else runs on the machine does not count.
    const auto worked = [&] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC / std::max(jobs, 1U); };
    const auto worker = [&] {
        for (std::size_t i = next++; i < work.size() && !over; i = next++) {
            if (seconds > 0 && worked() > seconds) return;
            const Report report = play(work[i], base, replay, digest);
            const std::lock_guard lock(mutex);
            all.add(report);
            ++played;
            if (digest) fmt::print("seed {} digest {:016x}\n", report.seed, report.digest);
            if (report.violations.empty()) continue;
            ++failed;
            over = first;
            tell(report, argv[0], base);
            std::fflush(stdout);
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(worker);
    worker();
    for (auto& thread : threads) thread.join();
    summary(all, played, took(), worked());
    if (failed > 0) fmt::print("{} of {} runs FAILED\n", failed, played);
    return failed == 0 ? 0 : 1;
}
