// SPDX-License-Identifier: Apache-2.0
#include "bot/view/level_price.hpp"

#include <algorithm>

#include "chain/lending/supposing.hpp"

namespace plimsoll::bot {

namespace {

using lending::SupposedPrice;

/// The health factor as a function of one price.
class Curve {
  public:
    Curve(const lending::Market& market, const Address& account, Timestamp at, const Address& asset,
          std::span<const SupposedPrice> others)
        : market_(market), account_(account), at_(at), prices_(others.begin(), others.end()) {
        std::erase_if(prices_, [&](const SupposedPrice& other) { return other.asset == asset; });
        prices_.push_back({asset, {}});
    }
    Result<Wad> at(const U256& price) {
        prices_.back().price = Price{price};
        const lending::Supposing as_if(market_, prices_);
        TRY(const auto summary, market_.summary(account_, at_));
        return summary.health_factor;
    }

  private:
    const lending::Market& market_;
    const Address& account_;
    Timestamp at_;
    std::vector<SupposedPrice> prices_;
};

U256 middle_of(const U256& a, const U256& b) {
    const U256& low = std::min(a, b);
    return checked_add(low, shift_right(saturating_sub(std::max(a, b), low), 1)).value_or(low);
}

/// `above` is a price at which the health factor is above the level, `reached` one at which it is not.
Result<U256> meet(Curve& curve, U256 above, U256 reached, const Wad& level) {
    for (;;) {
        const U256 middle = middle_of(above, reached);
        if (middle == above || middle == reached) return reached;
        TRY(const Wad health, curve.at(middle));
        (level < health ? above : reached) = middle;
    }
}

}  // namespace

Result<std::optional<Price>> price_at_health(const lending::Market& market, const Address& account, Timestamp at,
                                             const lending::AssetPosition& asset, const Wad& level,
                                             std::span<const SupposedPrice> others) {
    constexpr std::uint64_t kRise = 1'000;  // times the price of now: beyond, it is no price to be told of
    const U256 now = asset.price.value;
    const std::optional<Price> none;
    if (now.is_zero()) return none;
    Curve curve(market, account, at, asset.asset, others);
    TRY(const Wad health, curve.at(now));
    if (!(level < health)) return none;
    TRY(const Wad low, curve.at(U256{1}));
    if (!(level < low)) {
        TRY(const U256 price, meet(curve, now, U256{1}, level));
        return std::optional<Price>(Price{price});
    }
    TRY(const U256 top, checked_mul(now, U256{kRise}));
    TRY(const Wad high, curve.at(top));
    if (level < high) return none;
    TRY(const U256 price, meet(curve, now, top, level));
    return std::optional<Price>(Price{price});
}

Result<std::vector<SupposedPrice>> prices_at_health(const lending::Market& market, const lending::Position& position,
                                                    const Wad& level, std::span<const SupposedPrice> others) {
    std::vector<SupposedPrice> out;
    for (const auto& asset : position.assets) {
        TRY(const auto price, price_at_health(market, position.account, position.as_of, asset, level, others));
        if (price) out.push_back({asset.asset, *price});
    }
    return out;
}

}  // namespace plimsoll::bot
