// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Fields of the artifact as text; artifact_data.cpp.in is filled in when the build is configured.
namespace plimsoll::bot::artifact_data {

extern const std::string_view kProxy;
extern const std::string_view kSalt;
extern const std::string_view kAddress;
extern const std::string_view kInitCode;    // hex
extern const std::string_view kRuntime;     // hex
extern const std::string_view kImmutables;  // "523,1293,"

}  // namespace plimsoll::bot::artifact_data
