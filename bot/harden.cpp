// SPDX-License-Identifier: Apache-2.0
#include "bot/harden.hpp"

#include <cstdlib>
#include <new>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace plimsoll::bot {

namespace {

/// The leak check of a sanitizer traces its own process.
constexpr bool traced_by_sanitizer() {
#ifdef __SANITIZE_ADDRESS__
    return true;
#else
    return false;
#endif
}

[[noreturn]] void end_without_memory() {
    constexpr std::string_view kText = "plimsoll: no memory is left, ending; the journal is complete\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kText.data(), kText.size());
    std::abort();
}

bool locks_memory() {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* area = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) return false;
    const bool locked = ::mlock(area, page) == 0;
    ::munmap(area, page);
    return locked;
}

}  // namespace

void harden_process() {
    std::set_new_handler(end_without_memory);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);  // a service manager may have done it, and forbidden this
    if (!traced_by_sanitizer()) ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

std::optional<std::string> weakness() {
    if (!traced_by_sanitizer() && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return "a crash could write keys into a core file: set LimitCORE=0 or `ulimit -c 0`";
    if (!locks_memory())
        return "keys cannot be kept out of swap: allow some locked memory (LimitMEMLOCK=8M or `ulimit -l 8192`)";
    return std::nullopt;
}

}  // namespace plimsoll::bot
