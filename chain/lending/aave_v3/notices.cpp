// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/notices.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::lending::aave_v3 {

namespace {

enum class Worse : std::uint8_t { Lower, Higher };

class Teller {
  public:
    explicit Teller(Told& out) : out_(&out) {}

    void rate(const std::string& what, std::uint16_t from, std::uint16_t to, Worse worse) {
        if (from == to) return;
        add(what + " " + percent_of_bps(from) + " to " + percent_of_bps(to),
            worse == Worse::Lower ? to < from : to > from);
    }
    void flag(const std::string& subject, bool from, bool to, const char* on, const char* off, bool on_is_worse) {
        if (from == to) return;
        add(subject + " is " + (to ? on : off), to == on_is_worse);
    }
    void add(std::string text, bool cuts) {
        out_->what.push_back(std::move(text));
        out_->cuts = out_->cuts || cuts;
    }

  private:
    Told* out_;
};

void tell_config(Teller& tell, const std::string& symbol, const ReserveConfig& from, const ReserveConfig& to) {
    tell.rate(symbol + " liquidation threshold", from.threshold, to.threshold, Worse::Lower);
    tell.rate(symbol + " LTV", from.ltv, to.ltv, Worse::Lower);
    tell.rate(symbol + " liquidation bonus", from.bonus, to.bonus, Worse::Higher);
    tell.rate(symbol + " liquidation protocol fee", from.protocol_fee, to.protocol_fee, Worse::Higher);
    tell.flag(symbol, from.active, to.active, "active again", "not active any more", false);
    tell.flag(symbol, from.frozen, to.frozen, "frozen", "not frozen any more", true);
    tell.flag(symbol, from.paused, to.paused, "paused: neither rescue nor liquidation", "not paused any more", true);
    tell.flag(symbol, from.borrowing, to.borrowing, "borrowable", "not borrowable any more", false);
    tell.flag(symbol, from.isolated, to.isolated, "under a debt ceiling", "without a debt ceiling", true);
    if (from.emode_category != to.emode_category)
        tell.add(symbol + " eMode category " + std::to_string(from.emode_category) + " to " +
                     std::to_string(to.emode_category),
                 true);
}

void tell_bits(Teller& tell, const std::string& mode, const MarketState& now, u128 from, u128 to, const char* what,
               bool on_is_worse) {
    for (std::size_t i = 0; i < now.reserves.size(); ++i) {
        const auto id = static_cast<ReserveId>(i);
        if (has_bit(from, id) == has_bit(to, id)) continue;
        const bool on = has_bit(to, id);
        tell.add(now.reserves[i].symbol + " is " + (on ? "" : "no more ") + what + " in " + mode, on == on_is_worse);
    }
}

void tell_emode(Teller& tell, std::size_t number, const MarketState& now, const EModeCategory& from,
                const EModeCategory& to) {
    const std::string mode = "eMode " + std::to_string(number);
    tell.rate(mode + " liquidation threshold", from.threshold, to.threshold, Worse::Lower);
    tell.rate(mode + " LTV", from.ltv, to.ltv, Worse::Lower);
    tell.rate(mode + " liquidation bonus", from.bonus, to.bonus, Worse::Higher);
    tell_bits(tell, mode, now, from.collateral_bitmap, to.collateral_bitmap, "collateral", false);
    tell_bits(tell, mode, now, from.borrowable_bitmap, to.borrowable_bitmap, "borrowable", false);
    tell_bits(tell, mode, now, from.ltvzero_bitmap, to.ltvzero_bitmap, "without LTV", true);
    tell.flag(mode, from.isolated, to.isolated, "isolated", "not isolated any more", true);
    if (from.price_source != to.price_source)
        tell.add(mode + " price source " + to_string(from.price_source) + " to " + to_string(to.price_source), true);
}

}  // namespace

std::string percent_of_bps(std::uint64_t bps) {
    const std::string rest = std::to_string(bps % 100);
    return std::to_string(bps / 100) + "." + (rest.size() < 2 ? "0" : "") + rest + " %";
}

void Notices::config_was(ReserveId id, const ReserveConfig& config) {
    const auto same = [&](const auto& entry) { return entry.first == id; };
    if (listening && std::none_of(configs.begin(), configs.end(), same)) configs.emplace_back(id, config);
}

void Notices::emodes_were(const std::vector<EModeCategory>& before) {
    if (listening && !emodes) emodes = before;
}

void Notices::source_was(ReserveId id, const Address& source, const Price& price) {
    const auto same = [&](const Source& entry) { return entry.reserve == id; };
    if (listening && std::none_of(sources.begin(), sources.end(), same)) sources.push_back({id, source, price});
}

void Notices::say(std::string text, bool cuts) {
    if (!listening || said.size() >= kSaid) return;
    said.push_back(std::move(text));
    said_cuts = said_cuts || cuts;
}

void Notices::forget() {
    const bool still = listening;
    *this = {};
    listening = still;
}

Notices listening() {
    Notices out;
    out.listening = true;
    return out;
}

Told in_words(const Notices& notices, const MarketState& now) {
    Told out{notices.said, notices.said_cuts};
    Teller tell(out);
    for (const auto& [id, before] : notices.configs) {
        if (id < now.reserves.size()) tell_config(tell, now.reserves[id].symbol, before, now.reserves[id].state.config);
    }
    if (notices.emodes) {
        const std::size_t count = std::max(notices.emodes->size(), now.emodes.size());
        for (std::size_t i = 1; i < count; ++i) {
            const EModeCategory before = i < notices.emodes->size() ? (*notices.emodes)[i] : EModeCategory{};
            tell_emode(tell, i, now, before, now.emode(static_cast<std::uint8_t>(i)));
        }
    }
    for (const auto& [id, source, price] : notices.sources) {
        if (id >= now.reserves.size()) continue;
        const ReserveState& state = now.reserves[id].state;
        if (state.source.source != source)
            tell.add(now.reserves[id].symbol + " price source " + to_string(source) + " to " +
                         to_string(state.source.source) + ", price " + to_string(price) + " to " +
                         to_string(state.price),
                     true);
    }
    return out;
}

MarketState as_before(const Notices& notices, const MarketState& now) {
    MarketState out = now;
    for (const auto& [id, before] : notices.configs) {
        if (id < out.reserves.size()) out.reserves[id].edit().config = before;
    }
    if (notices.emodes) {
        auto prices = std::exchange(out.emodes, *notices.emodes);
        for (std::size_t i = 0; i < std::min(prices.size(), out.emodes.size()); ++i) {
            if (out.emodes[i].price_source == prices[i].price_source) out.emodes[i].price = prices[i].price;
        }
    }
    for (const auto& [id, source, price] : notices.sources) {
        if (id < out.reserves.size()) out.reserves[id].edit().price = price;
    }
    return out;
}

}  // namespace plimsoll::lending::aave_v3
