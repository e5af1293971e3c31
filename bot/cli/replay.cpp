// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/replay.hpp"

#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "bot/cli/load_config.hpp"
#include "bot/cli/progress.hpp"
#include "bot/shell/make_engine.hpp"

namespace plimsoll::bot::cli {

namespace {

/// A file that tells how much of it has been read.
class ToldFile : public std::streambuf {
  public:
    ToldFile(std::ifstream& file, Progress& progress, std::uint64_t size)
        : file_(file), progress_(progress), size_(size) {}

  protected:
    int_type underflow() override {
        file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        const auto got = file_.gcount();
        if (got <= 0) return traits_type::eof();
        read_ += static_cast<std::uint64_t>(got);
        progress_.bar(read_, size_);
        setg(buffer_.data(), buffer_.data(), buffer_.data() + got);
        return traits_type::to_int_type(buffer_.front());
    }

  private:
    std::ifstream& file_;
    Progress& progress_;
    std::uint64_t size_;
    std::uint64_t read_ = 0;
    std::array<char, 65'536> buffer_{};
};

}  // namespace

ExitCode replay(const Globals& globals, const ReplayCommand& command) {
    std::ifstream file(command.recording, std::ios::binary);
    if (!file) {
        say_error(globals, "cannot read " + command.recording,
                  "recordings are in data_dir/recordings, one file for each chain and start of the daemon");
        return ExitCode::Replay;
    }
    std::error_code unknown;
    const auto size = std::filesystem::file_size(command.recording, unknown);
    Progress progress(globals, "replaying");
    ToldFile told(file, progress, unknown ? 0 : size);
    std::istream recording(&told);
    const auto report = engine::replay(recording, make_markets);
    progress.end();
    if (!report) {
        say_error(globals, command.recording + ": " + report.error().message);
        return ExitCode::Replay;
    }
    fmt::print("{}\n", engine::to_text(*report));
    return report->same() || !command.verify ? ExitCode::Done : ExitCode::Replay;
}

}  // namespace plimsoll::bot::cli
