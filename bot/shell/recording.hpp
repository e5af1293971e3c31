// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bot/engine/engine_config.hpp"
#include "bot/recorder.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// A new recording in data_dir, begun with what the engine was made of. Errc::Io also when the disk is nearly full: its
/// last room is the journal's.
Result<std::unique_ptr<Recorder>> open_recording(const config::Daemon& settings, const engine::EngineConfig& engine,
                                                 std::int64_t now_ms);

}  // namespace plimsoll::bot
