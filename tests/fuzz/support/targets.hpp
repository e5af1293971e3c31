// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace plimsoll::fuzz {

/// One fuzz target in a build without libFuzzer.
struct Target {
    std::string_view name;
    int (*run)(const std::uint8_t* data, std::size_t size);
};

const std::vector<Target>& targets();

}  // namespace plimsoll::fuzz
