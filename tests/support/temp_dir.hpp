// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>

/// A directory that disappears with the test.
class TempDir {
  public:
    explicit TempDir(const std::filesystem::path& above = std::filesystem::temp_directory_path())
        : root_((above / "plimsoll-test-XXXXXX").string()) {
        if (::mkdtemp(root_.data()) == nullptr) throw std::runtime_error("no temporary directory at " + root_);
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::string& root() const { return root_; }
    std::string path(const std::string& name) const { return root_ + "/" + name; }

  private:
    std::string root_;
};
