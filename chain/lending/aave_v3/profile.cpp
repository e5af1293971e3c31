// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/profile.hpp"

#include <algorithm>

namespace plimsoll::lending::aave_v3 {

Profile profile_of(Version version) {
    Profile out;
    if (version >= Version::V31) out.checks = Profile::Checks::V31;
    if (version >= Version::V32) out.emode = Profile::EMode::Bitmap;
    if (version >= Version::V33) out.liquidation = Profile::Liquidation::V33;
    if (version >= Version::V34) {
        out.compounding = Profile::Compounding::Taylor;
        out.checks = Profile::Checks::V34;
    }
    if (version >= Version::V35) {
        out.balances = Profile::Balances::Directed;
        out.health = Profile::Health::Sum;
        out.borrows = Profile::Borrows::Down;
        out.liquidation = Profile::Liquidation::V35;
        out.rebuild = Profile::Rebuild::Inverse;
    }
    if (version >= Version::V36) out.emode = Profile::EMode::Decoupled;
    if (version >= Version::V37) {
        out.emode = Profile::EMode::Isolated;
        out.liquidation = Profile::Liquidation::V37;
    }
    return out;
}

Version version_of(const Probes& probes) {
    constexpr std::uint64_t kRevisionOf35 = 9;
    if (probes.isolated_flag) return Version::V37;
    if (probes.ltvzero_bitmap) return Version::V36;
    if (probes.strategy_constant) return probes.revision >= U256{kRevisionOf35} ? Version::V35 : Version::V34;
    if (probes.deficit) return Version::V33;
    if (probes.emode_bitmaps) return Version::V32;
    if (probes.virtual_balance) return Version::V31;
    return Version::V30;
}

namespace {

/// How two profiles differ in what decides getUserAccountData.
int distance(const Profile& a, const Profile& b) {
    return (a.compounding != b.compounding) + (a.balances != b.balances) + (a.health != b.health) +
           (a.borrows != b.borrows);
}

/// Rules that are known to have been written together come before the other mixes: the expected ones, those of another
/// official version, and directed rounding brought back to 3.0 (Spark's).
int rank(const Profile& profile, const Profile& first) {
    if (distance(profile, first) == 0) return 0;
    for (const auto version : {Version::V30, Version::V34, Version::V35}) {
        if (distance(profile, profile_of(version)) == 0) return 1;
    }
    Profile backport = profile_of(Version::V35);
    backport.compounding = Profile::Compounding::Binomial;
    backport.borrows = Profile::Borrows::HalfUp;
    return distance(profile, backport) == 0 ? 2 : 3 + distance(profile, first);
}

}  // namespace

std::vector<Profile> candidates(const Profile& first) {
    std::vector<Profile> out;
    for (const auto compounding : {Profile::Compounding::Binomial, Profile::Compounding::Taylor}) {
        for (const auto balances : {Profile::Balances::HalfUp, Profile::Balances::Directed}) {
            for (const auto health : {Profile::Health::Average, Profile::Health::Sum}) {
                for (const auto borrows : {Profile::Borrows::HalfUp, Profile::Borrows::Down}) {
                    Profile next = first;
                    next.compounding = compounding;
                    next.balances = balances;
                    next.health = health;
                    next.borrows = borrows;
                    // Not what the getters promise is a fork's work: its token events may carry other amounts.
                    if (distance(next, first) != 0) next.rebuild = Profile::Rebuild::Reread;
                    out.push_back(next);
                }
            }
        }
    }
    std::stable_sort(out.begin(), out.end(),
                     [&](const Profile& a, const Profile& b) { return rank(a, first) < rank(b, first); });
    return out;
}

std::string to_string(const Profile& p) {
    std::string out = p.compounding == Profile::Compounding::Binomial ? "binomial" : "taylor";
    out += p.balances == Profile::Balances::HalfUp ? ", half-up balances" : ", directed balances";
    out += p.health == Profile::Health::Average ? ", averaged threshold" : ", summed threshold";
    out += p.borrows == Profile::Borrows::HalfUp ? ", half-up borrows" : ", floored borrows";
    switch (p.emode) {
        case Profile::EMode::Category:
            out += ", one eMode per reserve";
            break;
        case Profile::EMode::Bitmap:
            out += ", eMode bitmaps";
            break;
        case Profile::EMode::Decoupled:
            out += ", decoupled eMode";
            break;
        case Profile::EMode::Isolated:
            out += ", isolated eMode";
            break;
    }
    switch (p.liquidation) {
        case Profile::Liquidation::V30:
            out += ", liquidation 3.0";
            break;
        case Profile::Liquidation::V33:
            out += ", liquidation 3.3";
            break;
        case Profile::Liquidation::V35:
            out += ", liquidation 3.5";
            break;
        case Profile::Liquidation::V37:
            out += ", liquidation 3.7";
            break;
    }
    switch (p.rebuild) {
        case Profile::Rebuild::Delta:
            out += ", balances by event amounts";
            break;
        case Profile::Rebuild::Inverse:
            out += ", balances by inverse";
            break;
        case Profile::Rebuild::Reread:
            out += ", balances re-read";
            break;
    }
    switch (p.checks) {
        case Profile::Checks::V30:
            out += ", checks 3.0";
            break;
        case Profile::Checks::V31:
            out += ", checks 3.1";
            break;
        case Profile::Checks::V34:
            out += ", checks 3.4";
            break;
    }
    return out;
}

}  // namespace plimsoll::lending::aave_v3
