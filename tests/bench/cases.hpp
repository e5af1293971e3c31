// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/samples.hpp"

namespace plimsoll::bench {

/// What nothing can be faster than: one signature, one parse of a header, one Keccak.
void floor_cases(const Scale& scale);
/// Health factors of accounts with four reserves, and what watching them takes in memory.
void health_cases(const Scale& scale);
/// Quotes of one pool, and a sale divided over all routes of eight pools.
void dex_cases(const Scale& scale);

/// A price event to the plan and to signed transactions: engine, market and signer in one thread, no wire, no disk.
void engine_cases(const Scale& scale);
/// A head to a signed transaction, with the real daemon and a node stand-in as processes and a WebSocket between them;
/// start-up and resident memory of the daemon.
void wire_cases(const Scale& scale);

/// What a peer needs to value the same accounts, as JSON; with our health factor of each.
void print_accounts(std::size_t count);

}  // namespace plimsoll::bench
