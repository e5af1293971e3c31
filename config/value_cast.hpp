// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "config/schema.hpp"

/// From the members of the settings to Value and back. Included by schema*.cpp alone.
namespace plimsoll::config {

/// Of everything that is on one chain.
inline constexpr Rule kChainRule = {
    .key = "chain",
    .kind = Kind::Name,
    .need = Need::Required,
    .example = "\"ethereum\"",
    .text = "Name of the [chain.NAME] it is on.",
    .restart = true,
};

template <class T>
struct Cast;  // no conversion: the member has a type that no setting knows

template <class T>
requires std::same_as<T, bool> || std::same_as<T, std::string> || std::same_as<T, Address> ||
    std::same_as<T, SecretRef> || std::same_as<T, std::vector<std::string>> || std::same_as<T, std::vector<Address>> ||
    std::same_as<T, std::vector<RpcNode>>
struct Cast<T> {
    static Value out(const T& member) { return member; }
    static T in(const Value& value) { return std::get<T>(value); }
};

template <std::unsigned_integral T>
requires(!std::same_as<T, bool>) struct Cast<T> {
    static Value out(T member) { return U256{member}; }
    static T in(const Value& value) { return static_cast<T>(std::get<U256>(value).low_u64()); }
};

template <class Tag>
struct Cast<Quantity<Tag>> {
    static Value out(const Quantity<Tag>& member) { return member.value; }
    static Quantity<Tag> in(const Value& value) { return Quantity<Tag>{std::get<U256>(value)}; }
};

template <class Rep, class Period>
struct Cast<std::chrono::duration<Rep, Period>> {
    using Duration = std::chrono::duration<Rep, Period>;
    static Value out(const Duration& member) {
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(member).count();
        return U256{static_cast<std::uint64_t>(ms)};
    }
    static Duration in(const Value& value) {
        const std::chrono::milliseconds ms(static_cast<std::int64_t>(std::get<U256>(value).low_u64()));
        return std::chrono::duration_cast<Duration>(ms);
    }
};

template <>
struct Cast<Hash32> {
    static Value out(const Hash32& member) { return to_string(member); }
    static Hash32 in(const Value& value) { return Hash32::parse(std::get<std::string>(value)).value_or(Hash32{}); }
};

template <>
struct Cast<Mode> {
    static Value out(Mode member) { return std::string(member == Mode::Live ? "live" : "dry-run"); }
    static Mode in(const Value& value) { return std::get<std::string>(value) == "live" ? Mode::Live : Mode::DryRun; }
};

template <>
struct Cast<guard::Access> {
    static Value out(guard::Access member) {
        switch (member) {
            case guard::Access::Allowance:
                return std::string("allowance");
            case guard::Access::Self:
                return std::string("self");
            case guard::Access::Module:
                return std::string("module");
        }
        return {};
    }
    static guard::Access in(const Value& value) {
        const auto& text = std::get<std::string>(value);
        if (text == "self") return guard::Access::Self;
        return text == "module" ? guard::Access::Module : guard::Access::Allowance;
    }
};

template <>
struct Cast<std::vector<std::pair<Address, Price>>> {
    using Prices = std::vector<std::pair<Address, Price>>;
    static Value out(const Prices& member) {
        std::vector<std::pair<Address, U256>> out;
        for (const auto& [asset, price] : member) out.emplace_back(asset, price.value);
        return out;
    }
    static Prices in(const Value& value) {
        Prices out;
        for (const auto& [asset, price] : std::get<std::vector<std::pair<Address, U256>>>(value))
            out.emplace_back(asset, Price{price});
        return out;
    }
};

template <class T>
struct Cast<std::optional<T>> {
    static Value out(const std::optional<T>& member) { return member ? Cast<T>::out(*member) : Value(); }
    static std::optional<T> in(const Value& value) {
        if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
        return Cast<T>::in(value);
    }
};

template <class Owner, class T>
Owner owner_of(T Owner::*);

template <auto Member>
constexpr Setting<decltype(owner_of(Member))> setting(Rule rule) {
    using Owner = decltype(owner_of(Member));
    using T = std::remove_cvref_t<decltype(std::declval<Owner>().*Member)>;
    return {rule, [](Owner& owner, const Value& value) { owner.*Member = Cast<T>::in(value); },
            [](const Owner& owner) { return Cast<T>::out(owner.*Member); }};
}

}  // namespace plimsoll::config
