// SPDX-License-Identifier: Apache-2.0
#include "config/units.hpp"

#include <array>
#include <fmt/format.h>

namespace plimsoll::config {

namespace {

struct UnitName {
    std::string_view name;
    std::uint64_t scale;  // integers per one of it
};

constexpr std::array<UnitName, 5> kDurations = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<UnitName, 1> kPercent = {{{"%", 100}}};
constexpr std::array<UnitName, 2> kFees = {{{"gwei", 1'000'000'000}, {"wei", 1}}};
constexpr std::array<UnitName, 3> kCoins = {{{"ETH", 1'000'000'000'000'000'000}, {"gwei", 1'000'000'000}, {"wei", 1}}};
constexpr std::array<UnitName, 1> kUsd = {{{"USD", 100'000'000}}};
constexpr std::array<UnitName, 4> kSizes = {
    {{"GiB", 1ULL << 30U}, {"MiB", 1ULL << 20U}, {"KiB", 1ULL << 10U}, {"B", 1}}};
constexpr std::array<UnitName, 2> kBlocks = {{{"blocks", 1}, {"block", 1}}};
constexpr std::array<UnitName, 1> kFactor = {{{"", 1'000'000'000'000'000'000}}};

std::span<const UnitName> names_of(Unit unit) {
    switch (unit) {
        case Unit::Duration:
            return kDurations;
        case Unit::Percent:
            return kPercent;
        case Unit::Fee:
            return kFees;
        case Unit::Coin:
            return kCoins;
        case Unit::Usd:
            return kUsd;
        case Unit::Size:
            return kSizes;
        case Unit::Blocks:
            return kBlocks;
        case Unit::Factor:
            return kFactor;
    }
    return {};
}

/// The unit meant by a number without one.
std::string_view usual(Unit unit) {
    switch (unit) {
        case Unit::Duration:
            return "s";
        case Unit::Percent:
            return "%";
        case Unit::Fee:
            return "gwei";
        case Unit::Coin:
            return "ETH";
        case Unit::Usd:
            return "USD";
        case Unit::Size:
            return "MiB";
        case Unit::Blocks:
            return "blocks";
        case Unit::Factor:
            return "";
    }
    return "";
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool glued(Unit unit) {
    return unit == Unit::Duration || unit == Unit::Percent || unit == Unit::Factor;
}

std::string join(std::string_view number, std::string_view unit_name, bool close) {
    return fmt::format("{}{}{}", number, close || unit_name.empty() ? "" : " ", unit_name);
}

std::string example(Unit unit) {
    switch (unit) {
        case Unit::Duration:
            return "2m";
        case Unit::Percent:
            return "0.5%";
        case Unit::Fee:
            return "300 gwei";
        case Unit::Coin:
            return "0.5 ETH";
        case Unit::Usd:
            return "25000 USD";
        case Unit::Size:
            return "1 GiB";
        case Unit::Blocks:
            return "50 blocks";
        case Unit::Factor:
            return "1.25";
    }
    return "";
}

tl::unexpected<Wrong> wrong(Code code, std::string why, std::string mend) {
    return tl::unexpected(Wrong{code, std::move(why), std::move(mend)});
}

}  // namespace

std::string unit_names(Unit unit) {
    std::string out;
    const auto names = names_of(unit);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) out += i + 1 == names.size() ? " or " : ", ";
        out += names[i].name;
    }
    return out;
}

std::string with_unit(Unit unit, std::string_view number) {
    return join(number, usual(unit), glued(unit));
}

tl::expected<U256, Wrong> parse_amount(Unit unit, std::string_view text) {
    constexpr std::size_t kLongest = 100;
    if (text.size() > kLongest) return wrong(Code::Malformed, "too long", example(unit));
    std::size_t at = 0;
    while (at < text.size() && is_digit(text[at])) ++at;
    const std::string_view whole = text.substr(0, at);
    std::string_view part;
    if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
        const std::size_t from = ++at;
        while (at < text.size() && is_digit(text[at])) ++at;
        part = text.substr(from, at - from);
    }
    const std::string_view number = text.substr(0, at);
    if (whole.empty()) return wrong(Code::Malformed, "not a number", example(unit));
    std::string_view name = text.substr(at);
    if (unit != Unit::Factor && name.starts_with(' ')) name.remove_prefix(1);
    if (name.empty() && unit != Unit::Factor)
        return wrong(Code::MissingUnit, "the unit is missing: " + unit_names(unit), with_unit(unit, number));

    const UnitName* found = nullptr;
    for (const auto& candidate : names_of(unit)) {
        if (candidate.name == name) found = &candidate;
    }
    if (found == nullptr) {
        for (const auto& candidate : names_of(unit)) {
            if (folded(candidate.name) == folded(name))
                return wrong(Code::Malformed, fmt::format("the unit is written {}", candidate.name),
                             join(number, candidate.name, glued(unit)));
        }
        if (unit == Unit::Factor) return wrong(Code::Malformed, "not a plain decimal number", example(unit));
        return wrong(Code::Malformed, fmt::format("the unit must be {}", unit_names(unit)), with_unit(unit, number));
    }

    const auto digits = U256::from_decimal(std::string(whole) + std::string(part));
    if (!digits) return wrong(Code::OutOfBounds, "more than 256 bits", example(unit));
    const auto one = pow10(static_cast<unsigned>(part.size()));
    if (!one) return wrong(Code::OutOfBounds, "more than 256 bits", example(unit));
    // Divided first where that is exact: an amount that fits is not refused for what lies on the way.
    const auto reduced = divide(U256{found->scale}, *one);
    const bool exact = reduced && reduced->remainder.is_zero();
    const auto scaled = checked_mul(*digits, exact ? reduced->quotient : U256{found->scale});
    if (!scaled) return wrong(Code::OutOfBounds, "more than 256 bits", example(unit));
    const auto quotient = divide(*scaled, exact ? U256{1} : *one);
    if (!quotient || !quotient->remainder.is_zero())
        return wrong(Code::Malformed, "too many digits behind the point", example(unit));
    return quotient->quotient;
}

std::string to_decimal(const U256& value, unsigned decimals, unsigned least) {
    std::string digits = to_string(value);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    std::string part = digits.substr(digits.size() - decimals);
    digits.resize(digits.size() - decimals);
    while (part.size() > least && part.ends_with('0')) part.pop_back();
    return part.empty() ? digits : digits + '.' + part;
}

std::string format_amount(Unit unit, const U256& value) {
    switch (unit) {
        case Unit::Percent:
            return to_decimal(value, 2) + "%";
        case Unit::Fee:
            return to_decimal(value, 9) + " gwei";
        case Unit::Coin:
            return to_decimal(value, 18) + " ETH";
        case Unit::Usd:
            return to_decimal(value, 8) + " USD";
        case Unit::Factor:
            return to_decimal(value, 18, 2);
        case Unit::Blocks:
            return to_string(value) + (value == U256{1} ? " block" : " blocks");
        case Unit::Duration:
        case Unit::Size:
            break;
    }
    for (const auto& name : names_of(unit)) {
        const auto parts = divide(value, U256{name.scale});
        if (!value.is_zero() && parts && parts->remainder.is_zero())
            return join(to_string(parts->quotient), name.name, glued(unit));
    }
    return with_unit(unit, "0");
}

}  // namespace plimsoll::config
