// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "chain/types/result.hpp"

namespace plimsoll::bot {

/// Flight recording: lines appended to one file by a thread of its own, so that a slow disk never delays a rescue.
///
/// A recording is only worth having whole. When the queue or the file reaches its bound, or a write fails, recording
/// ends there: what is in the file stays a true prefix that replays. The daemon goes on.
class Recorder {
  public:
    /// Creates `path` (0600), which must not exist. Errc::Io otherwise.
    static Result<std::unique_ptr<Recorder>> create(std::filesystem::path path, std::uint64_t bytes_max);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// Adds one line (without newline). Never waits.
    void append(std::string line);
    /// Why recording ended early; empty while it goes on.
    std::string ended() const;
    /// Waits until everything appended is in the file.
    void flush();
    const std::filesystem::path& path() const { return path_; }

  private:
    Recorder(std::filesystem::path path, int descriptor, std::uint64_t bytes_max);
    void write_loop();

    static constexpr std::size_t kQueueBytesMax = 64U << 20U;

    std::filesystem::path path_;
    int descriptor_;
    std::uint64_t bytes_left_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable idle_;
    std::string queue_;
    std::string ended_;
    bool writing_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace plimsoll::bot
