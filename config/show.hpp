// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/loader.hpp"

/// What is in force, for people and for bug reports: no secret is ever in Settings, so there is none here.
namespace plimsoll::config {

/// TOML that loads again to equal Settings. With `origins` each line says where its value comes from.
std::string show_toml(const Loaded& loaded, bool origins = true);

/// {"schema": 1, "settings": [{"key", "value", "origin"}, ...]}; values are spelled as in the file.
std::string show_json(const Loaded& loaded);

/// "plimsoll.toml:12", "environment PLIMSOLL__DAEMON__LISTEN", "known market" or "default".
std::string describe_origin(const Loaded& loaded, const std::string& key);

}  // namespace plimsoll::config
