// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chain/oracle/feed_rules.hpp"
#include "chain/tx/data_fee.hpp"
#include "config/settings.hpp"

namespace plimsoll::engine {

/// A wallet with its positions on this chain. `live` is Settings::live(): the file, the wallet and a signer all say so.
struct WalletConfig {
    std::string name;
    Address address;  // the account
    Address sender;   // whose key signs: the account's own, or a guardian's
    bool live{};
    std::optional<guard::Access> guard;  // how the chain's guard reaches what the account owns
    std::vector<config::Position> positions;
};

/// Above what a transaction may need on Arbitrum, whose blocks say 2^50; what it costs is bounded by the owner's
/// limits.
inline constexpr Gas kArbitrumGasMax = 1'000'000'000;
inline constexpr Gas kGasMax = 16'777'216;  // EIP-7825

/// Who bills for data on this chain: as its owner says, or by its id.
tx::Rollup rollup_of(const config::Chain& chain);

/// The most gas that a transaction may ask for.
constexpr Gas gas_limit_max(tx::Rollup rollup) {
    return rollup == tx::Rollup::Arbitrum ? kArbitrumGasMax : kGasMax;
}
/// What a price does that a pending transaction was shown to bring.
enum class PendingPrices : std::uint8_t { Off, Prepare, Act };

/// Everything an engine depends on besides its events. It is the header of a recording, so it holds no secret: neither
/// URLs nor signers.
struct EngineConfig {
    std::string chain;
    ChainId chain_id{};
    std::int64_t block_time_ms = 12'000;
    std::int64_t head_age_max_ms = 36'000;
    std::uint32_t audit_interval = 50;  // blocks within which every account is audited once
    std::uint32_t confirmations = 1;    // blocks, the including one counted, after which a receipt settles
    std::uint32_t replace_after = 2;    // blocks without inclusion before a replacement
    std::uint32_t finality = 64;        // blocks after which one counts as final where nodes do not say it
    std::vector<config::Market> markets;
    std::vector<WalletConfig> wallets;
    std::optional<Address> guard;
    std::optional<Address> wrapped_native;  // whose price prices gas
    std::vector<config::Lender> lenders;
    std::vector<config::Pool> pools;
    std::vector<config::Router> routers;
    std::vector<oracle::FeedRules> feeds;   // configured and known
    std::optional<Address> sequencer_feed;  // of a rollup
    tx::Rollup rollup{};                    // who bills for a transaction's data
    bool aggregates{};                      // there is an aggregator to ask
    std::vector<std::string> relays;
    std::uint32_t private_blocks = 2;  // for which what has time is shown to relays alone
    PendingPrices pending_prices{};    // what is done about prices that are not in a block yet
    Wei rpc_fee_cap;                   // what a transaction may cost at most for nodes to take it; zero: anything

    std::int64_t alert_repeat_ms = 600'000;  // an unchanged alert is repeated this often
    std::uint32_t refresh_blocks = 10;       // blocks between looks at funds and fees while all is well
    std::uint32_t attempts_max = 12;         // signed replacements of one nonce; then the last is only rebroadcast
    std::uint32_t failures_max = 3;          // reverted or refused rescues before an incident rests
    std::uint32_t screen_slice = 2'048;      // accounts evaluated per tick off the critical path
    Gas gas_limit_max = kGasMax;
    std::uint32_t watch_first = 0;  // blocks without sending when a key has a history unknown to the journal
};

/// Addresses of the keys that sign, by wallet name.
using SenderAddresses = std::map<std::string, Address>;

/// The part of the settings that belongs to `chain`. A wallet that is not among `senders` signs for itself.
EngineConfig engine_config(const config::Settings& settings, const config::Chain& chain,
                           const SenderAddresses& senders = {});

}  // namespace plimsoll::engine
