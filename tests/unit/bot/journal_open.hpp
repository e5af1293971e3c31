// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include "bot/journal/journal.hpp"
#include "tests/support/temp_dir.hpp"

namespace plimsoll::testing {

/// The journal of a folder, to be written.
inline std::unique_ptr<journal::Journal> open(const TempDir& dir) {
    auto journal = journal::Journal::open(dir.path("journal.db"), journal::Access::Write);
    REQUIRE_MESSAGE(journal, journal.error().message);
    return std::move(*journal);
}

}  // namespace plimsoll::testing
