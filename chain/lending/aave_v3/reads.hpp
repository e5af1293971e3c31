// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <set>

namespace plimsoll::lending::aave_v3 {

/// One thing to be read at the state's block. The order of the kinds is the order of reading: a stage begins when all
/// before it are answered, because it builds on them. `a` and `b` say which; see each kind.
struct Read {
    enum class Kind : std::uint8_t {
        // stage 0: the provider
        Pool,
        Configurator,
        Oracle,
        DataProvider,
        Sentinel,
        // stage 1: the pool as a whole
        Revision,
        Probe,  // a: which getter, see kProbeCount
        BaseUnit,
        ReservesList,
        // stage 2
        ReserveData,  // a: place in the list
        // stage 3
        Symbol,         // a: reserve
        Source,         // a: reserve
        Configuration,  // a: reserve
        EModeData,      // a: category (3.0, 3.1)
        EModeConfig,    // a: category (3.2 on), as the next four
        EModeCollaterals,
        EModeBorrowables,
        EModeLtvzero,
        EModeIsolated,
        AccountConfig,  // a: account
        AccountEMode,   // a: account
        // stage 4
        AllPrices,
        OnePrice,         // a: reserve
        EModePrice,       // a: category
        Aggregator,       // a: reserve
        Supply,           // a: account, b: reserve
        Debt,             // as Supply
        StablePrincipal,  // as Supply
        StableRate,
        StableUpdated,
        // stage 5
        SourceAnswer,      // a: reserve
        AggregatorAnswer,  // a: reserve
        // stage 6
        Calibration,  // a: account
    };
    Kind kind{};
    std::uint32_t a{};
    std::uint32_t b{};

    auto operator<=>(const Read&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads it
};

constexpr int stage_of(Read::Kind kind) {
    if (kind <= Read::Kind::Sentinel) return 0;
    if (kind <= Read::Kind::ReservesList) return 1;
    if (kind <= Read::Kind::ReserveData) return 2;
    if (kind <= Read::Kind::AccountEMode) return 3;
    if (kind <= Read::Kind::StableUpdated) return 4;
    return kind <= Read::Kind::AggregatorAnswer ? 5 : 6;
}

using ReadSet = std::set<Read>;

inline constexpr std::uint32_t kProbeCount = 6;

}  // namespace plimsoll::lending::aave_v3
