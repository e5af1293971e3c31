// SPDX-License-Identifier: Apache-2.0
// Relays, the builders that hear them, and their weather.
#include "tests/simulation/world.hpp"

namespace plimsoll::sim {

/// Every second world has some.
void World::open_relays() {
    if (!options_.relays || !secret_.chance(50)) return;
    const std::size_t count = secret_.pick(1, 3);
    for (std::size_t i = 0; i < count; ++i) {
        const auto kind = secret_.chance(50) ? Relay::Kind::PrivateTransaction : Relay::Kind::Bundle;
        relays_.push_back(std::make_unique<Relay>("relay" + std::to_string(i), kind, secret_.chance(60), *chain_));
        config_.relays.push_back(relays_.back()->name());
    }
    config_.private_blocks = static_cast<std::uint32_t>(secret_.pick(0, 5));
}

void World::blow_relays() {
    for (const auto& relay : relays_) {
        if (!secret_.chance(12)) continue;
        RelayAilments ails;
        if (!secret_.chance(30)) {
            ails.down = secret_.chance(10);
            ails.mute = secret_.chance(10);
            ails.refuses = secret_.chance(12);
            ails.drops = secret_.chance(25);
            ails.loses = secret_.chance(12);
            ails.lies = secret_.chance(10);
            ails.leaks = secret_.chance(12);
            ails.latency = secret_.chance(70) ? secret_.pick_ms(10, 400) : secret_.pick_ms(400, 9'000);
        }
        relay->ails = ails;
        say(relay->name() + (ails.down ? " down" : "") + (ails.mute ? " mute" : "") + (ails.refuses ? " refuses" : "") +
            (ails.drops ? " drops" : "") + (ails.loses ? " loses" : "") + (ails.lies ? " lies" : "") +
            (ails.leaks ? " leaks" : "") + " latency " + std::to_string(ails.latency));
    }
    if (relays_.empty()) return;
    if (secret_.chance(10)) demand_.deaf = secret_.chance(50) ? 0 : secret_.pick(10, 100);
    if (secret_.chance(10)) demand_.aloof = secret_.chance(50) ? 0 : secret_.pick(10, 100);
}

/// Even in fair weather a relay promises nothing: some go on dropping what they took, some builders hear none of them,
/// and some hear nothing else.
void World::heal_relays() {
    for (const auto& relay : relays_) {
        relay->ails = {};
        relay->ails.drops = secret_.chance(30);
        if (relay->ails.drops) say(relay->name() + " goes on dropping");
    }
    if (relays_.empty()) return;
    demand_.deaf = secret_.pick(0, 50);
    demand_.aloof = secret_.pick(0, 25);
}

void World::leak() {
    const Ledger& state = *chain_->head().after;
    for (const auto& relay : relays_) {
        for (const auto& tx : relay->leaked()) network_->pool.add(tx, state);
    }
}

Candidates World::private_flow() {
    Candidates out;
    if (relays_.empty()) return out;
    for (const auto& relay : relays_) relay->forget_old();
    if (secret_.chance(demand_.deaf)) return out;
    for (const auto& relay : relays_) {
        const Candidates some = relay->handed_on();
        out.insert(out.end(), some.begin(), some.end());
    }
    return out;
}

Candidates World::public_flow(Candidates pending) {
    if (!relays_.empty() && secret_.chance(demand_.aloof)) pending.clear();
    return pending;
}

}  // namespace plimsoll::sim
