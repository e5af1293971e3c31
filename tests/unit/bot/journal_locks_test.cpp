// SPDX-License-Identifier: Apache-2.0
// A file system whose locks lie: flock(2) of this executable stands before the system's.
#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bot/journal/database.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;

namespace {

bool locks_lie = false;

}  // namespace

extern "C" int flock(int fd, int operation) noexcept {
    return locks_lie ? 0 : static_cast<int>(::syscall(SYS_flock, fd, operation));
}

TEST_CASE("D19 a file system whose locks do nothing is noticed before the journal is used") {
    const TempDir dir;
    locks_lie = true;
    const auto refused = journal::Database::open(dir.path("journal.db"), journal::Access::Write);
    locks_lie = false;
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("locks do nothing") != std::string::npos);
    CHECK(refused.error().message.find("local file system") != std::string::npos);
    CHECK(journal::Database::open(dir.path("journal.db"), journal::Access::Write));
}
