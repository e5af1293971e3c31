// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "bot/journal/database.hpp"

namespace plimsoll::journal {

namespace {

// Amounts are decimal text (they have 256 bits), hashes and addresses "0x" text, times unix milliseconds.
constexpr std::string_view kFirst = R"(
CREATE TABLE records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident TEXT NOT NULL CHECK (incident <> ''),
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('intent','reserved','signed','sent','seen','settled','abandoned')),
    purpose TEXT NOT NULL CHECK (purpose IN ('reset-approval','approve','prepare','repay')),
    position TEXT NOT NULL,
    wallet TEXT NOT NULL,
    address TEXT NOT NULL,
    chain_id INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    trigger_number INTEGER NOT NULL,
    trigger_hash TEXT NOT NULL,
    asset TEXT NOT NULL,
    amount TEXT NOT NULL,
    value TEXT NOT NULL,
    health_before TEXT NOT NULL,
    health_expected TEXT NOT NULL,
    nonce INTEGER CHECK (nonce IS NOT NULL OR stage IN ('intent','abandoned')),
    tx_chain_id INTEGER NOT NULL,
    tx_nonce INTEGER NOT NULL,
    tx_max_priority_fee TEXT NOT NULL,
    tx_max_fee TEXT NOT NULL,
    tx_gas_limit INTEGER NOT NULL,
    tx_to TEXT NOT NULL,
    tx_value TEXT NOT NULL,
    tx_data BLOB NOT NULL,
    hash TEXT NOT NULL,
    raw BLOB NOT NULL CHECK ((length(raw) > 0) = (stage = 'signed')),
    endpoint TEXT NOT NULL,
    block_number INTEGER NOT NULL,
    block_hash TEXT NOT NULL,
    succeeded INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    outcome TEXT NOT NULL,
    gas_spent TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
CREATE UNIQUE INDEX one_intent ON records(incident, step) WHERE stage = 'intent';
CREATE UNIQUE INDEX one_reservation ON records(incident, step) WHERE stage = 'reserved';
CREATE UNIQUE INDEX one_signature ON records(incident, step, attempt) WHERE stage = 'signed';
CREATE INDEX records_by_hash ON records(hash) WHERE stage = 'signed';
CREATE UNIQUE INDEX one_end ON records(incident, step) WHERE stage IN ('settled', 'abandoned');
CREATE INDEX records_by_step ON records(incident, step);
CREATE INDEX records_by_time ON records(time_ms);
CREATE TRIGGER records_stay BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'records never change'); END;
CREATE TRIGGER records_remain BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'records are never deleted'); END;

-- A nonce of a wallet belongs to one step of one incident, the last that reserved it; while that step is open, no other
-- can. Given back if nothing was signed for it.
CREATE TABLE nonces (
    chain_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    incident TEXT NOT NULL,
    step INTEGER NOT NULL,
    PRIMARY KEY (chain_id, address, nonce),
    UNIQUE (incident, step)
) STRICT, WITHOUT ROWID;

-- Steps without an end, so that a start needs no walk through the past.
CREATE TABLE open_steps (
    incident TEXT NOT NULL,
    step INTEGER NOT NULL,
    PRIMARY KEY (incident, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    position TEXT NOT NULL,
    block_number INTEGER NOT NULL,
    block_hash TEXT NOT NULL,
    block_time INTEGER NOT NULL,
    health_now TEXT NOT NULL,
    health_next TEXT NOT NULL,
    trigger_health TEXT NOT NULL,
    target_health TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    plan TEXT NOT NULL,
    health_expected TEXT NOT NULL,
    gates TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_by_position ON decisions(position, id);

CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    level TEXT NOT NULL,
    kind TEXT NOT NULL,
    position TEXT NOT NULL,
    text TEXT NOT NULL,
    resolved INTEGER NOT NULL CHECK (resolved IN (0, 1)),
    delivered TEXT NOT NULL
) STRICT;

CREATE TABLE settings_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    key TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL
) STRICT;

-- One row that is written to prove that writing works, and when it last did.
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    time_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE paused (
    position TEXT PRIMARY KEY,
    since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)";

// A rescue is not always a repayment: it has a name of its own, and the strategy is told. Rows stay as they were
// sealed.
constexpr std::string_view kSecond = R"(
ALTER TABLE records RENAME TO records_of_first;
CREATE TABLE records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident TEXT NOT NULL CHECK (incident <> ''),
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('intent','reserved','signed','sent','seen','settled','abandoned')),
    purpose TEXT NOT NULL CHECK (purpose IN ('reset-approval','approve','prepare','repay','rescue')),
    position TEXT NOT NULL,
    wallet TEXT NOT NULL,
    address TEXT NOT NULL,
    chain_id INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    trigger_number INTEGER NOT NULL,
    trigger_hash TEXT NOT NULL,
    asset TEXT NOT NULL,
    amount TEXT NOT NULL,
    value TEXT NOT NULL,
    health_before TEXT NOT NULL,
    health_expected TEXT NOT NULL,
    nonce INTEGER CHECK (nonce IS NOT NULL OR stage IN ('intent','abandoned')),
    tx_chain_id INTEGER NOT NULL,
    tx_nonce INTEGER NOT NULL,
    tx_max_priority_fee TEXT NOT NULL,
    tx_max_fee TEXT NOT NULL,
    tx_gas_limit INTEGER NOT NULL,
    tx_to TEXT NOT NULL,
    tx_value TEXT NOT NULL,
    tx_data BLOB NOT NULL,
    hash TEXT NOT NULL,
    raw BLOB NOT NULL CHECK ((length(raw) > 0) = (stage = 'signed')),
    endpoint TEXT NOT NULL,
    block_number INTEGER NOT NULL,
    block_hash TEXT NOT NULL,
    succeeded INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    outcome TEXT NOT NULL,
    gas_spent TEXT NOT NULL,
    strategy TEXT NOT NULL,
    rung INTEGER NOT NULL,
    cost_bps INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
INSERT INTO records(
    id, incident, step, attempt, stage, purpose, position, wallet, address, chain_id, time_ms, trigger_number,
    trigger_hash, asset, amount, value, health_before, health_expected, nonce, tx_chain_id, tx_nonce,
    tx_max_priority_fee, tx_max_fee, tx_gas_limit, tx_to, tx_value, tx_data, hash, raw, endpoint, block_number,
    block_hash, succeeded, outcome, gas_spent, strategy, rung,
    cost_bps, digest)
SELECT
    id, incident, step, attempt, stage, purpose, position, wallet, address, chain_id, time_ms, trigger_number,
    trigger_hash, asset, amount, value, health_before, health_expected, nonce, tx_chain_id, tx_nonce,
    tx_max_priority_fee, tx_max_fee, tx_gas_limit, tx_to, tx_value, tx_data, hash, raw, endpoint, block_number,
    block_hash, succeeded, outcome, gas_spent, '', 0, 0, digest
FROM records_of_first ORDER BY id;
DROP TABLE records_of_first;
CREATE UNIQUE INDEX one_intent ON records(incident, step) WHERE stage = 'intent';
CREATE UNIQUE INDEX one_reservation ON records(incident, step) WHERE stage = 'reserved';
CREATE UNIQUE INDEX one_signature ON records(incident, step, attempt) WHERE stage = 'signed';
CREATE INDEX records_by_hash ON records(hash) WHERE stage = 'signed';
CREATE UNIQUE INDEX one_end ON records(incident, step) WHERE stage IN ('settled', 'abandoned');
CREATE INDEX records_by_step ON records(incident, step);
CREATE INDEX records_by_time ON records(time_ms);
CREATE TRIGGER records_stay BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'records never change'); END;
CREATE TRIGGER records_remain BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'records are never deleted'); END;
)";

// Whose journal this is, and how the daemon's lives ended.
constexpr std::string_view kThird = R"(
CREATE TABLE owners (
    chain_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (chain_id, address)
) STRICT, WITHOUT ROWID;
INSERT INTO owners(chain_id, address, since_ms) SELECT chain_id, address, min(time_ms) FROM records GROUP BY 1, 2;

CREATE TABLE lives (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    began_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT;
)";

// Wallets for which the operator wants nothing new signed.
constexpr std::string_view kFourth = R"(
CREATE TABLE paused_wallets (
    wallet TEXT PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    operator TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)";

// Messages on their way to people, and who takes care of what.
constexpr std::string_view kFifth = R"(
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting','sent','expired','refused','needless','crowded-out')),
    raised_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    level TEXT NOT NULL,
    kind TEXT NOT NULL,
    position TEXT NOT NULL,
    text TEXT NOT NULL,
    resolved INTEGER NOT NULL CHECK (resolved IN (0, 1)),
    event INTEGER NOT NULL CHECK (event IN (0, 1)),
    chain TEXT NOT NULL,
    key TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries(id) WHERE state = 'waiting';
CREATE INDEX deliveries_by_end ON deliveries(ended_ms);

CREATE TABLE acknowledged (
    key TEXT PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    operator TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)";

// Wallets that the operator has switched to a dry run.
constexpr std::string_view kSixth = R"(
CREATE TABLE dry_wallets (
    wallet TEXT PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    operator TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)";

constexpr std::array kSteps = {Migration{1, kFirst},  Migration{2, kSecond}, Migration{3, kThird},
                               Migration{4, kFourth}, Migration{5, kFifth},  Migration{6, kSixth}};

}  // namespace

std::span<const Migration> migrations() {
    return kSteps;
}

}  // namespace plimsoll::journal
