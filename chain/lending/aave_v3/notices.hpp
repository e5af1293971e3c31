// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chain/lending/aave_v3/state.hpp"

namespace plimsoll::lending::aave_v3 {

/// What the market's owners changed since it was last told: how things were before, the first time each was touched.
struct Notices {
    static constexpr std::size_t kSaid = 64;

    struct Source {
        ReserveId reserve{};
        Address source;
        Price price;
    };
    bool listening{};  // before, all is new and nothing is a change
    std::vector<std::pair<ReserveId, ReserveConfig>> configs;
    std::optional<std::vector<EModeCategory>> emodes;
    std::vector<Source> sources;
    std::vector<std::string> said;  // by events that bring their own numbers
    bool said_cuts{};

    void config_was(ReserveId id, const ReserveConfig& config);
    void emodes_were(const std::vector<EModeCategory>& emodes);
    void source_was(ReserveId id, const Address& source, const Price& price);
    void say(std::string text, bool cuts);
    bool empty() const { return configs.empty() && !emodes && sources.empty() && said.empty(); }
    /// The health factor depends on some of it.
    bool weighs() const { return !configs.empty() || emodes.has_value() || !sources.empty(); }
    /// The same state of listening, nothing heard.
    void forget();
};
Notices listening();

/// Each change in words, and whether one of them cuts.
struct Told {
    std::vector<std::string> what;
    bool cuts{};
};
Told in_words(const Notices& notices, const MarketState& now);

/// The market as it would be had nobody changed it: these settings as they were, the rest as it is now.
MarketState as_before(const Notices& notices, const MarketState& now);

/// "82.50 %"
std::string percent_of_bps(std::uint64_t bps);

}  // namespace plimsoll::lending::aave_v3
