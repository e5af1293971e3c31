// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/registry.hpp"

#include <array>
#include <string>

#include "chain/lending/aave_v3/market.hpp"
#include "chain/lending/morpho_blue/market.hpp"

namespace plimsoll::lending {

namespace {

struct Protocol {
    std::string_view name;
    std::unique_ptr<Market> (*make)(const Entry& entry);
};

constexpr std::array kProtocols = {
    Protocol{"aave-v3", [](const Entry& entry) { return make_aave_v3_market(entry.contract); }},
    Protocol{"morpho-blue", [](const Entry& entry) { return make_morpho_blue_market(entry.contract, entry.id); }},
};

}  // namespace

Result<std::unique_ptr<Market>> make_market(std::string_view protocol, const Entry& entry) {
    std::string known;
    for (const auto& it : kProtocols) {
        if (it.name == protocol) return it.make(entry);
        known += known.empty() ? "" : ", ";
        known += it.name;
    }
    return fail(Errc::Unsupported, "unknown protocol \"" + std::string(protocol) + "\"; known: " + known);
}

}  // namespace plimsoll::lending
