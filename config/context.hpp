// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>

#include "config/document.hpp"
#include "config/loader.hpp"
#include "config/schema.hpp"

/// What the parts of the loader share.
namespace plimsoll::config {

struct Context {
    Report& report;
    Origins origins;
    std::set<std::string> failed;  // keys whose value is wrong and reported already
    std::string folder;

    /// Place of a key that was read; the fallback for one that was not.
    Place place(const std::string& key, const Place& fallback = {}) const {
        const auto found = origins.find(key);
        return found == origins.end() ? fallback : found->second.place;
    }
    bool good(const std::string& key) const { return !failed.contains(key); }
};

/// Replaces or adds what PLIMSOLL__SECTION__KEY variables say.
void apply_environment(const Environment& environment, Node& root, Report& report);

/// Rules between settings: references, order of the health factors, live and signer, names that clash.
/// Fills in known markets.
void check_cross_rules(Settings& settings, Context& context);

}  // namespace plimsoll::config
