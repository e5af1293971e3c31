// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

#include "tests/support/engine_world.hpp"

namespace plimsoll::test {

using engine::Stage;

inline World running() {
    World world;
    world.position().warn = wad(126);
    world.start();
    world.run();
    world.mine(1);
    return world;
}

inline void check_rules(const World& world) {
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
}

/// Asked of a node, as opposed to the disk and the key.
inline bool is_asked(const engine::Command& command) {
    return !std::holds_alternative<engine::Persist>(command) && !std::holds_alternative<engine::Sign>(command);
}

inline std::vector<engine::TxFields> signed_fields(const World& world) {
    std::vector<engine::TxFields> out;
    for (const auto& sign : world.commands<engine::Sign>()) out.push_back(sign.tx);
    return out;
}

/// The alert of this kind that was told last is not over.
inline bool stands(const World& world, const std::string& kind) {
    const auto told = world.alerts(kind);
    return !told.empty() && !told.back().resolved;
}

inline std::size_t count(const World& world, Stage stage) {
    const auto stages = world.stages();
    return static_cast<std::size_t>(std::count(stages.begin(), stages.end(), stage));
}

}  // namespace plimsoll::test
