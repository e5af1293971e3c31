// SPDX-License-Identifier: Apache-2.0
#include "tests/support/gz.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <zlib.h>

namespace plimsoll::test {

namespace {

[[noreturn]] void give_up(const std::string& path, const char* why) {
    std::fprintf(stderr, "test data %s: %s\n", path.c_str(), why);
    std::abort();
}

}  // namespace

std::string read_gz(const std::string& path) {
    constexpr std::size_t kLimit = std::size_t{256} << 20U;
    const std::string full = std::string(PLIMSOLL_TEST_DATA) + "/" + path;
    gzFile file = gzopen(full.c_str(), "rb");
    if (file == nullptr) give_up(full, "cannot be opened");
    std::string out;
    std::array<char, 65'536> buffer{};
    for (;;) {
        const int size = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()));
        if (size < 0) give_up(full, "is broken");
        if (size == 0) break;
        out.append(buffer.data(), static_cast<std::size_t>(size));
        if (out.size() > kLimit) give_up(full, "unpacks to more than 256 MiB");
    }
    if (gzclose(file) != Z_OK) give_up(full, "is cut short");
    return out;
}

}  // namespace plimsoll::test
