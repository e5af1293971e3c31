// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "bot/engine/journal_record.hpp"
#include "chain/codec/keccak.hpp"

/// Records as the engine writes them, with every field set.
namespace plimsoll::testing {

using engine::JournalRecord;
using engine::Purpose;
using engine::Stage;

inline JournalRecord intent(const std::string& incident, std::uint32_t step = 0) {
    JournalRecord r;
    r.incident = incident;
    r.step = step;
    r.stage = Stage::Intent;
    r.purpose = Purpose::Rescue;
    r.position = incident.substr(0, incident.find('/'));
    r.wallet = "treasury";
    r.address = Address::literal("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
    r.chain_id = 1;
    r.time_ms = 1'722'820'223'045;
    r.trigger_number = 20'459'080;
    r.trigger_hash = Hash32::literal("0x00000000000000000000000000000000000000000000000000000000000000a1");
    r.asset = Address::literal("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
    r.amount = TokenAmount(U256{12'400'000'000});
    r.value = BaseValue(U256{1'240'000'000'000});
    r.health_before = Wad(U256{1'190'000'000'000'000'000});
    r.health_expected = Wad(kU256Max);
    r.strategy = "repay-with-collateral";
    r.rung = 2;
    r.cost_bps = 37;
    r.tx.to = Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2");
    r.tx.data = {0x57, 0x3a, 0xde, 0x81, 0x00};
    return r;
}

inline JournalRecord reserved(const std::string& incident, Nonce nonce, std::uint32_t step = 0) {
    auto r = intent(incident, step);
    r.stage = Stage::Reserved;
    r.nonce = nonce;
    return r;
}

inline JournalRecord signed_record(const std::string& incident, Nonce nonce, std::uint32_t attempt = 0,
                                   std::uint32_t step = 0) {
    auto r = reserved(incident, nonce, step);
    r.stage = Stage::Signed;
    r.attempt = attempt;
    r.tx.chain_id = 1;
    r.tx.nonce = nonce;
    r.tx.max_priority_fee = Wei(U256{2'000'000'000});
    r.tx.max_fee = Wei(U256::literal("300'000'000'000"));
    r.tx.gas_limit = 400'000;
    r.raw = {0x02,
             0xf8,
             0x00,
             static_cast<std::uint8_t>(nonce),
             static_cast<std::uint8_t>(attempt),
             static_cast<std::uint8_t>(step)};
    r.raw.insert(r.raw.end(), incident.begin(), incident.end());
    r.hash = keccak256(r.raw);
    return r;
}

inline JournalRecord after(JournalRecord r, Stage stage) {
    r.stage = stage;
    r.raw.clear();
    if (stage == Stage::Sent) r.endpoint = "127.0.0.1:8545";
    if (stage == Stage::Seen || stage == Stage::Settled) {
        r.block_number = 20'459'082;
        r.block_hash = Hash32::literal("0x00000000000000000000000000000000000000000000000000000000000000b2");
        r.succeeded = true;
    }
    if (stage == Stage::Settled) {
        r.outcome = "rescued";
        r.gas_spent = Wei(U256::literal("41'700'000'000'000'000"));
    }
    if (stage == Stage::Abandoned) r.outcome = "below-trigger";
    return r;
}

/// One step from beginning to end, with one replacement.
inline std::vector<JournalRecord> story(const std::string& incident, Nonce nonce) {
    const auto first = signed_record(incident, nonce, 0);
    const auto second = signed_record(incident, nonce, 1);
    return {intent(incident),
            reserved(incident, nonce),
            first,
            after(first, Stage::Sent),
            second,
            after(second, Stage::Sent),
            after(second, Stage::Seen),
            after(second, Stage::Settled)};
}

/// Exit code of `child` run in a process of its own, that leaves without any goodbye.
template <class F>
int in_child(const F& child) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(child());
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace plimsoll::testing
