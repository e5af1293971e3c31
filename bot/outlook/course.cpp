// SPDX-License-Identifier: Apache-2.0
#include "bot/outlook/course.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "bot/engine/text.hpp"
#include "bot/view/position_view.hpp"
#include "chain/lending/supposing.hpp"

namespace plimsoll::bot::outlook {

namespace {

using lending::AssetPosition;

bool is_steady(const AssetPosition& asset, const U256& unit) {
    constexpr std::uint64_t kNear = 3;  // per cent
    const auto part = mul_div_down(asset.price.value, U256{100}, unit);
    return part && *part >= U256{100 - kNear} && *part < U256{100 + kNear};
}

bool counts(const AssetPosition& asset) {
    return asset.collateral && !asset.supplied.is_zero() && asset.threshold_bps > 0;
}

Course course(const std::vector<const AssetPosition*>& assets, bool rises) {
    Course out;
    out.rises = rises;
    for (std::size_t i = 0; i < assets.size(); ++i) {
        out.assets.push_back(assets[i]->asset);
        if (i > 0) out.name += i + 1 == assets.size() ? " and " : ", ";
        out.name += assets[i]->symbol;
    }
    return out;
}

std::string with_commas(std::string digits) {
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
    return digits;
}

}  // namespace

std::vector<Course> courses_of(const lending::Position& position) {
    std::vector<const AssetPosition*> falling;
    std::vector<const AssetPosition*> rising;
    std::vector<const AssetPosition*> pledged;
    bool owes = false;
    for (const auto& asset : position.assets) {
        owes = owes || !asset.debt.is_zero();
        if (counts(asset)) pledged.push_back(&asset);
        if (is_steady(asset, position.base_unit)) continue;
        const bool more = counts(asset) && asset.supplied_value > asset.debt_value;
        if (more) falling.push_back(&asset);
        if (!more && !asset.debt.is_zero()) rising.push_back(&asset);
    }
    std::vector<Course> out;
    if (!owes || pledged.empty()) return out;
    if (!falling.empty()) out.push_back(course(falling, false));
    if (!rising.empty()) out.push_back(course(rising, true));
    if (out.empty()) out.push_back(course(pledged, false));
    return out;
}

Result<std::optional<Course>> course_of(const lending::Market& market, const lending::Position& position) {
    std::optional<Course> out;
    std::optional<std::uint32_t> nearest;
    for (auto& candidate : courses_of(position)) {
        TRY(const auto part, part_to(market, position.account, candidate, Wad{kWad}, position.as_of));
        if (out && (!part || (nearest && *nearest <= *part))) continue;
        nearest = part;
        out = std::move(candidate);
    }
    return out;
}

Price moved(Price price, const Course& course, std::uint32_t part) {
    const std::uint64_t whole = kWhole;
    const std::uint64_t factor = course.rises ? whole + part : whole - std::min<std::uint64_t>(part, whole);
    return Price{mul_div_down(price.value, U256{factor}, U256{whole}).value_or(U256{})};
}

std::vector<lending::SupposedPrice> prices_at(const lending::Market& market, const Course& course, std::uint32_t part) {
    std::vector<lending::SupposedPrice> out;
    for (const auto& use : market.price_uses()) {
        if (std::find(course.assets.begin(), course.assets.end(), use.asset) != course.assets.end())
            out.push_back({use.asset, moved(use.price, course, part)});
    }
    return out;
}

Result<Wad> health_at(const lending::Market& market, const Address& account, const Course& course, std::uint32_t part,
                      Timestamp at) {
    const auto prices = prices_at(market, course, part);
    const lending::Supposing as_if(market, prices);
    TRY(const auto summary, market.summary(account, at));
    return summary.health_factor;
}

Result<std::optional<std::uint32_t>> part_to(const lending::Market& market, const Address& account,
                                             const Course& course, Wad level, Timestamp at) {
    std::uint32_t low = 0;
    std::uint32_t high = course.rises ? kRiseMost : kWhole - 1;  // no market has a price of zero
    TRY(const Wad now, health_at(market, account, course, low, at));
    if (now < level) return std::optional<std::uint32_t>(low);
    TRY(const Wad then, health_at(market, account, course, high, at));
    if (then >= level) return std::optional<std::uint32_t>();
    while (high - low > 1) {
        const std::uint32_t middle = low + (high - low) / 2;
        TRY(const Wad health, health_at(market, account, course, middle, at));
        (health < level ? high : low) = middle;
    }
    return std::optional<std::uint32_t>(high);
}

std::string part_text(std::uint32_t part) {
    constexpr std::uint32_t kPercent = 10'000;
    constexpr std::uint32_t kHundredth = 100;
    if (part < kPercent) return fmt::format("0.{:02} %", part / kHundredth);
    return fmt::format("{}.{} %", part / kPercent, part % kPercent / (kPercent / 10));
}

std::string amount_text(const U256& value, unsigned decimals) {
    constexpr unsigned kDigits = 2;
    constexpr unsigned kOfOne = 4;
    constexpr unsigned kSmall = 6;
    std::string text = fixed(value, decimals, kDigits);
    if (text.starts_with("0.") && !value.is_zero()) return fixed(value, decimals, std::min(decimals, kSmall));
    if (text.find('.') == 1 && !value.is_zero()) return fixed(value, decimals, std::min(decimals, kOfOne));
    const auto point = text.find('.');
    return with_commas(text.substr(0, point)) + text.substr(point);
}

unsigned decimals_of(const U256& unit) {
    return static_cast<unsigned>(to_string(unit).size() - 1);
}

std::string currency_of(const lending::Position& position, bool dollars) {
    if (dollars) return "USD";
    for (const auto& asset : position.assets) {
        if (!asset.debt.is_zero()) return asset.symbol;
    }
    return "of the loan token";
}

std::string holdings_text(const lending::Position& position) {
    std::string supplied;
    std::string owed;
    const auto add = [](std::string& to, const AssetPosition& asset, const TokenAmount& amount) {
        to +=
            fmt::format("{}{} {}", to.empty() ? "" : " and ", amount_text(amount.value, asset.decimals), asset.symbol);
    };
    for (const auto& asset : position.assets) {
        if (counts(asset)) add(supplied, asset, asset.supplied);
        if (!asset.debt.is_zero()) add(owed, asset, asset.debt);
    }
    if (supplied.empty()) supplied = "nothing";
    if (owed.empty()) return supplied + ", nothing owed";
    return fmt::format("{} against {}, health factor {}", supplied, owed,
                       engine::health_text(position.summary.health_factor));
}

std::string levels_text(const lending::Position& position, const Course& course, std::uint32_t part,
                        const std::string& currency) {
    std::string out;
    for (const auto& asset : position.assets) {
        if (std::find(course.assets.begin(), course.assets.end(), asset.asset) == course.assets.end()) continue;
        const Price price = moved(asset.price, course, part);
        if (!out.empty()) out += " and ";
        if (course.assets.size() > 1) out += asset.symbol + ' ';
        out += fmt::format("{} {}", amount_text(price.value, decimals_of(position.base_unit)), currency);
    }
    return out;
}

}  // namespace plimsoll::bot::outlook
