// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chain/lending/market.hpp"

/// What if: the prices of a position's assets move, all else stays.
namespace plimsoll::bot::outlook {

/// Assets whose prices move together, by the same part of each.
struct Course {
    std::vector<Address> assets;
    std::string name;  // "WETH", "WETH and WBTC"
    bool rises{};      // towards liquidation they rise: the debt is what moves, against collateral that does not

    bool operator==(const Course&) const = default;
};

/// Parts are millionths.
inline constexpr std::uint32_t kWhole = 1'000'000;
/// As far as a rise is looked for: tenfold.
inline constexpr std::uint32_t kRiseMost = 9'000'000;

/// The courses that may liquidate a position, without what is worth one unit of the base currency (3 % more or less):
/// the collateral that it has more of than it owes falls, what it owes more of than it has rises. Where there is
/// neither, all collateral falls. None without debt or without collateral.
std::vector<Course> courses_of(const lending::Position& position);

/// That of them which liquidates the position soonest; nullopt where there is none.
Result<std::optional<Course>> course_of(const lending::Market& market, const lending::Position& position);

/// `price` moved by `part`.
Price moved(Price price, const Course& course, std::uint32_t part);

/// For Market::suppose: the course's assets moved by `part` from what they count now.
std::vector<lending::SupposedPrice> prices_at(const lending::Market& market, const Course& course, std::uint32_t part);

Result<Wad> health_at(const lending::Market& market, const Address& account, const Course& course, std::uint32_t part,
                      Timestamp at);

/// The least part by which the course must go for the health factor to be below `level`: zero when it is. nullopt when
/// it never is.
Result<std::optional<std::uint32_t>> part_to(const lending::Market& market, const Address& account,
                                             const Course& course, Wad level, Timestamp at);

/// "14.2 %": rounded down to a tenth, hundredths below one.
std::string part_text(std::uint32_t part);
/// "2,310.50" of a value whose unit has `decimals`: two digits behind the point, four below ten, six
/// below one.
std::string amount_text(const U256& value, unsigned decimals);
/// The decimals of a base currency by its unit: 8 of 1e8.
unsigned decimals_of(const U256& unit);
/// What the base currency of a position is called: "USD", or the loan token of a market that counts in it.
std::string currency_of(const lending::Position& position, bool dollars);
/// "100.00 WETH against 12,500.00 USDC, health factor 1.3200".
std::string holdings_text(const lending::Position& position);
/// "2,310.50 USD", or "WETH 2,310.50 USD and WBTC 60,100.00 USD": each asset of the course moved by `part`.
std::string levels_text(const lending::Position& position, const Course& course, std::uint32_t part,
                        const std::string& currency);

}  // namespace plimsoll::bot::outlook
