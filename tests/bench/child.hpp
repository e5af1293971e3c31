// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <sys/types.h>
#include <vector>

namespace plimsoll::bench {

/// This program once more, with other arguments. Ends with its owner.
class Child {
  public:
    explicit Child(const std::vector<std::string>& arguments);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// The next line of its standard output; empty at the end.
    std::string line();
    /// Asks it to end, if it has not by itself; its exit code, 128 and more for a signal.
    int stop();
    std::size_t resident_bytes() const;

  private:
    pid_t pid_ = -1;
    std::FILE* out_ = nullptr;
};

}  // namespace plimsoll::bench
