// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace plimsoll::console {

/// One file of the page, as bot/console/page has it: CMake puts them into the program.
struct Asset {
    std::string_view path;  // "/app.js"
    std::string_view content_type;
    std::string_view etag;  // with its quotes
    std::string_view body;
};

std::span<const Asset> assets();

}  // namespace plimsoll::console
