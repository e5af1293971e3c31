// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "chain/types/result.hpp"
#include "config/diagnostic.hpp"
#include "config/settings.hpp"

/// From a file to Settings, or to everything that is wrong with it.
namespace plimsoll::config {

/// Where a value comes from. Keys of the map are those of diagnostics ("wallet.treasury.position.0.trigger").
struct Origin {
    enum class Kind : std::uint8_t { File, Environment, Known };
    Kind kind = Kind::File;
    Place place;
};
using Origins = std::map<std::string, Origin>;  // what is not in it has its default

/// Variables of the environment by name, of which PLIMSOLL__SECTION__KEY override the file.
using Environment = std::map<std::string, std::string>;
Environment process_environment();

struct Loaded {
    Settings settings;
    Origins origins;
    std::vector<Diagnostic> warnings;
};

/// All or nothing: Settings only if nothing is wrong. The error holds every finding, warnings too, in the file's order.
using LoadResult = tl::expected<Loaded, std::vector<Diagnostic>>;

/// A missing or unreadable file is an error, as is one above 1 MiB.
LoadResult load_file(const std::string& path, const Environment& environment);

/// `path` is for messages and as the start of relative paths.
LoadResult load_text(std::string_view text, const std::string& path, const Environment& environment);

/// For callers that want the text alone: Errc::Range with all findings rendered without colour.
Result<Settings> load_settings(const std::string& path, const Environment& environment);

}  // namespace plimsoll::config
