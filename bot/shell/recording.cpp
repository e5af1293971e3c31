// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/recording.hpp"

#include <filesystem>
#include <fmt/format.h>

#include "bot/engine/recording.hpp"

namespace plimsoll::bot {

Result<std::unique_ptr<Recorder>> open_recording(const config::Daemon& settings, const engine::EngineConfig& engine,
                                                 std::int64_t now_ms) {
    constexpr std::uintmax_t kLeft = 16U << 20U;
    const auto folder = std::filesystem::path(settings.data_dir) / "recordings";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return fail(Errc::Io, fmt::format("{}: {}", folder.string(), error.message()));
    const auto space = std::filesystem::space(folder, error);
    if (!error && space.available < kLeft)
        return fail(Errc::Io, fmt::format("less than {} MiB are free at {}", kLeft >> 20U, folder.string()));
    const auto path = folder / fmt::format("{}-{}.jsonl", engine.chain, now_ms);
    TRY(auto recorder, Recorder::create(path, settings.recording_bytes_max));
    recorder->append(engine::encode(engine));
    return recorder;
}

}  // namespace plimsoll::bot
