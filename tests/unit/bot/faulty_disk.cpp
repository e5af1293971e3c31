// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/bot/faulty_disk.hpp"

#include <map>
#include <sqlite3.h>
#include <string_view>

namespace {

struct State {
    std::map<std::string, int> unsynced;
    int syncs = 0;
    int failing_syncs = 0;
    int failing_writes = 0;
} g_state;

sqlite3_vfs* g_real = nullptr;
sqlite3_vfs g_faulty;
sqlite3_io_methods g_methods;

struct File {
    sqlite3_file base;
    std::string* name;
    sqlite3_file* real;  // lies behind this struct, in the space SQLite gives
};

File& mine(sqlite3_file* file) {
    void* raw = file;
    return *static_cast<File*>(raw);
}
sqlite3_file* real(sqlite3_file* file) {
    return mine(file).real;
}

int close_file(sqlite3_file* file) {
    const int code = real(file)->pMethods->xClose(real(file));
    delete mine(file).name;
    return code;
}
int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    if (g_state.failing_writes > 0) {
        --g_state.failing_writes;
        return SQLITE_IOERR_WRITE;
    }
    g_state.unsynced[*mine(file).name] += size;
    return real(file)->pMethods->xWrite(real(file), data, size, at);
}
int sync_file(sqlite3_file* file, int flags) {
    ++g_state.syncs;
    if (g_state.failing_syncs > 0) {
        --g_state.failing_syncs;
        return SQLITE_IOERR_FSYNC;
    }
    g_state.unsynced[*mine(file).name] = 0;
    return real(file)->pMethods->xSync(real(file), flags);
}

void fill_methods() {
    g_methods = {};
    g_methods.iVersion = 2;  // with shared memory, which the write-ahead log needs
    g_methods.xClose = close_file;
    g_methods.xRead = [](sqlite3_file* f, void* data, int size, sqlite3_int64 at) {
        return real(f)->pMethods->xRead(real(f), data, size, at);
    };
    g_methods.xWrite = write_file;
    g_methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
        return real(f)->pMethods->xTruncate(real(f), size);
    };
    g_methods.xSync = sync_file;
    g_methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
        return real(f)->pMethods->xFileSize(real(f), size);
    };
    g_methods.xLock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); };
    g_methods.xUnlock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); };
    g_methods.xCheckReservedLock = [](sqlite3_file* f, int* out) {
        return real(f)->pMethods->xCheckReservedLock(real(f), out);
    };
    g_methods.xFileControl = [](sqlite3_file* f, int op, void* arg) {
        return real(f)->pMethods->xFileControl(real(f), op, arg);
    };
    g_methods.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    g_methods.xDeviceCharacteristics = [](sqlite3_file* f) {
        return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    g_methods.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    };
    g_methods.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
        return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
    };
    g_methods.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    g_methods.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    File& wrapper = mine(file);
    void* behind = &wrapper + 1;
    wrapper.real = static_cast<sqlite3_file*>(behind);
    wrapper.base.pMethods = nullptr;
    const int code = g_real->xOpen(g_real, name, wrapper.real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    wrapper.name = new std::string(name == nullptr ? "" : name);
    wrapper.base.pMethods = &g_methods;
    return SQLITE_OK;
}

}  // namespace

FaultyDisk::FaultyDisk() {
    g_state = {};
    g_real = sqlite3_vfs_find(nullptr);
    g_faulty = *g_real;
    g_faulty.pNext = nullptr;
    g_faulty.zName = "faulty";
    g_faulty.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
    g_faulty.xOpen = open_file;
    fill_methods();
    sqlite3_vfs_register(&g_faulty, 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(&g_faulty);
    sqlite3_vfs_register(g_real, 1);
}

int FaultyDisk::unsynced(const std::string& suffix) {
    int sum = 0;
    for (const auto& [name, bytes] : g_state.unsynced) {
        if (name.ends_with(suffix)) sum += bytes;
    }
    return sum;
}
int FaultyDisk::syncs() {
    return g_state.syncs;
}
void FaultyDisk::fail_syncs(int count) {
    g_state.failing_syncs = count;
}
void FaultyDisk::fail_writes(int count) {
    g_state.failing_writes = count;
}
