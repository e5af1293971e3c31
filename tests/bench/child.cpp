// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/child.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain/types/check.hpp"

extern char** environ;

namespace plimsoll::bench {

Child::Child(const std::vector<std::string>& arguments) {
    int ends[2];
    CHECK_INVARIANT(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> owned = arguments;
    owned.insert(owned.begin(), "plimsoll_bench");
    std::vector<char*> raw;
    for (auto& one : owned) raw.push_back(one.data());
    raw.push_back(nullptr);
    CHECK_INVARIANT(posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, raw.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    out_ = fdopen(ends[0], "r");
}

Child::~Child() {
    stop();
    std::fclose(out_);
}

std::string Child::line() {
    std::string out;
    for (int c = std::fgetc(out_); c != EOF && c != '\n'; c = std::fgetc(out_)) out += static_cast<char>(c);
    return out;
}

int Child::stop() {
    if (pid_ < 0) return 0;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == 0) {
        kill(pid_, SIGTERM);
        waitpid(pid_, &status, 0);
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::size_t Child::resident_bytes() const {
    std::ifstream in("/proc/" + std::to_string(pid_) + "/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    in >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace plimsoll::bench
