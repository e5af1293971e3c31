// SPDX-License-Identifier: Apache-2.0
// Outside references: what pools say of prices over time, held against what the markets count. It is told and bounds
// what is sold; it never changes a health factor.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"
#include "chain/codec/abi_words.hpp"
#include "chain/dex/twap.hpp"

namespace plimsoll::engine {

namespace {

constexpr std::uint64_t kApartBps = 300;  // further away than fees, spreads and a usual deviation threshold explain
constexpr std::size_t kLooked = 64;       // positions looked at for the decimals of a pair
constexpr std::uint64_t kBpsPerPercent = 100;
const std::string kAway = "price-reference";
const std::string kDown = "reference-down";

struct Pair {
    lending::AssetPosition first;
    lending::AssetPosition second;
};

std::optional<Pair> pair_in(const lending::Position& view, const Address& first, const Address& second) {
    const auto find = [&](const Address& token) {
        return std::find_if(view.assets.begin(), view.assets.end(),
                            [&](const auto& asset) { return asset.asset == token; });
    };
    const auto a = find(first);
    const auto b = find(second);
    if (a == view.assets.end() || b == view.assets.end() || a->price.is_zero() || b->price.is_zero())
        return std::nullopt;
    return Pair{*a, *b};
}

/// One whole unit of the first in the smallest units of the second, as the market counts.
std::optional<U256> counted(const Pair& pair) {
    const auto unit = pow10(pair.second.decimals);
    if (!unit) return std::nullopt;
    const auto out = mul_div_down(*unit, pair.first.price.value, pair.second.price.value);
    if (!out || out->is_zero()) return std::nullopt;
    return *out;
}

}  // namespace

void Core::want_reference(std::vector<ExtraRead>& reads, std::size_t p) {
    const auto& pool = config.pools[p];
    reference_reads_[p].asked = follower.at().number;
    const auto seconds = static_cast<std::uint32_t>(pool.reference->count());
    const auto getter = [&](const Selector& which) { return Call{pool.address, abi::call_data(which)}; };
    reads.push_back(
        {ExtraRead::Kind::Reference,
         0,
         0,
         0,
         p,
         {},
         {dex::twap_call(pool.address, seconds), getter(selector("token0()")), getter(selector("token1()"))}});
}

/// Now and then while all is well; by whoever is near its trigger at each block.
void Core::reference_reads(std::vector<ExtraRead>& reads) {
    const BlockNumber head = follower.at().number;
    for (std::size_t p = 0; p < config.pools.size(); ++p) {
        const ReferenceReads& known = reference_reads_[p];
        if (config.pools[p].reference && (known.asked == 0 || known.asked + config.refresh_blocks <= head))
            want_reference(reads, p);
    }
}

void Core::take_reference(const ExtraAnswer& answer) {
    ReferenceReads& known = reference_reads_[answer.read.index];
    const auto& pool = config.pools[answer.read.index];
    const auto tick = dex::mean_tick(answer.results[0], static_cast<std::uint32_t>(pool.reference->count()));
    known.mean_tick.reset();
    known.at = follower.at().number;
    if (!tick) {
        alerts_.raise(out, now, AlertLevel::Info, kDown, pool.name,
                      "the pool gives no mean price, and what it said is not used: " + tick.error().message);
        alerts_.clear(out, kAway, pool.name, "there is nothing to hold against the protocol's price");
        return;
    }
    known.mean_tick = *tick;
    alerts_.clear(out, kDown, pool.name, "the pool gives a mean price again");
    const auto first = abi::sole_address(answer.results[1]);
    const auto second = abi::sole_address(answer.results[2]);
    if (first && second) compare_reference(answer.read.index, *first, *second);
}

void Core::compare_reference(std::size_t p, const Address& first, const Address& second) {
    const auto& pool = config.pools[p];
    std::size_t looked = 0;
    for (std::size_t m = 0; m < follower.size(); ++m) {
        if (!follower.in_sync(m)) continue;
        for (const auto i : local_[m]) {
            if (positions[i].removed || ++looked > kLooked) continue;
            const auto view = market_at(m).position(account_of(i), follower.at().timestamp);
            const auto pair = view ? pair_in(*view, first, second) : std::nullopt;
            const auto ours = pair ? counted(*pair) : std::nullopt;
            if (!ours) continue;
            const auto unit = pow10(pair->first.decimals);
            if (!unit) continue;
            const auto theirs = dex::quote_at_tick(*reference_reads_[p].mean_tick, *unit, true);
            if (!theirs) continue;
            const U256 apart = *theirs > *ours ? saturating_sub(*theirs, *ours) : saturating_sub(*ours, *theirs);
            const auto bps = mul_div_down(apart, kBps, *ours);
            if (bps && *bps <= U256{kApartBps}) {
                alerts_.clear(out, kAway, pool.name, "the reference and the protocol's price agree again");
                return;
            }
            const std::string much =
                bps && bps->fits_u64() ? std::to_string(bps->low_u64() / kBpsPerPercent) + " %" : "far";
            std::string text = "over " + std::to_string(pool.reference->count() / 60) + " min " + pair->first.symbol +
                               " was worth " + much + (*theirs > *ours ? " more " : " less ") + pair->second.symbol +
                               " in the pool " + pool.name + " than the protocol counts; health factors are by the " +
                               "protocol's count, and what is sold is held to the pool's";
            bool held = false;
            for (const auto& use : ahead_[m].uses) {
                if (use.asset != first && use.asset != second) continue;
                const std::string why = feeds_.held(use.source);
                held = held || !why.empty();
                if (!why.empty()) text += "; the price of " + use.symbol + " " + why;
            }
            alerts_.raise(out, now, held ? AlertLevel::Critical : AlertLevel::Warning, kAway, pool.name,
                          std::move(text));
            return;
        }
    }
}

}  // namespace plimsoll::engine
