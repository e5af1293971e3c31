// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// A disk for SQLite that tells what reached it and fails on demand. While one exists, every database opened is on it.
/// One at a time.
class FaultyDisk {
  public:
    FaultyDisk();
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    /// Bytes written to files whose name ends so, and not yet followed by a sync of that file.
    static int unsynced(const std::string& suffix);
    static int syncs();
    /// The next `count` syncs fail with an I/O error; as with a real disk, what they should have written is in doubt.
    static void fail_syncs(int count);
    static void fail_writes(int count);
};
