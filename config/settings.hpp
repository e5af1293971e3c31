// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "chain/lending/registry.hpp"
#include "chain/types/block.hpp"
#include "strategies/guard.hpp"

/// The plain values that the rest of the program receives. Nothing below config/ sees the file format.
namespace plimsoll::config {

enum class Mode : std::uint8_t { DryRun, Live };

/// Where a secret is read from, never the secret itself.
struct SecretRef {
    enum class Kind : std::uint8_t { File, Credential, Fd };
    Kind kind{};
    std::string name;  // path, credential name, or the number of the descriptor

    bool operator==(const SecretRef&) const = default;
};

struct Daemon {
    std::optional<std::string> name;  // of this daemon, in every message and on the page; none: "plimsoll"
    std::string data_dir = "/var/lib/plimsoll";
    std::string listen = "127.0.0.1:1876";
    std::string log_format = "text";  // text | json
    std::string log_level = "info";
    bool record = true;  // flight recording of every event and command
    std::uint64_t recording_bytes_max = 1ULL << 30U;

    /// Its name in messages, where several speak.
    std::string instance() const { return name.value_or("plimsoll"); }

    bool operator==(const Daemon&) const = default;
};

/// Somebody outside who notices when the daemon falls silent: asked by HTTP GET while all is well.
struct Heartbeat {
    std::optional<std::string> url;   // http://, https://; none: nobody is told
    std::optional<SecretRef> secret;  // replaces "{secret}" in it
    std::chrono::seconds every{60};

    bool operator==(const Heartbeat&) const = default;
};

/// A node of a chain.
struct RpcNode {
    std::string url;                                              // ws://, wss://, http://, https://
    std::vector<std::string> roles = {"follow", "read", "send"};  // what it is used for
    std::uint32_t requests_per_second = 0;                        // zero: no bound
    std::uint64_t requests_per_day = 0;                           // of a day in UTC; zero: no bound

    RpcNode() = default;
    RpcNode(std::string u) : url(std::move(u)) {}  // NOLINT: a URL alone is a node for everything
    bool has(std::string_view role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

    bool operator==(const RpcNode&) const = default;
};

/// The page that the daemon serves to its operator. The loader sees to it that whoever reaches it from another machine
/// does so by TLS and with the token.
struct Console {
    bool enabled = true;
    std::string listen = "127.0.0.1:1877";
    std::optional<SecretRef> token;          // none: whoever reaches it may read, and nobody may act
    std::optional<std::string> certificate;  // path, PEM: served by TLS
    std::optional<std::string> key;          // path, PEM, 0600 or stricter: its key

    bool operator==(const Console&) const = default;
};

struct Chain {
    std::string name;
    ChainId id{};
    std::vector<RpcNode> rpc;                        // the first WebSocket is followed
    std::optional<SecretRef> rpc_secret;             // replaces "{secret}" in the URLs (API keys)
    std::chrono::milliseconds head_age_max{36'000};  // an older head is stale: no spending
    std::chrono::milliseconds block_time{12'000};
    std::chrono::milliseconds call_deadline{5'000};
    std::uint32_t quorum = 1;                      // nodes that must agree on a simulation before anything is spent
    std::chrono::milliseconds quorum_wait{4'000};  // so long they are given
    std::string without_quorum = "stop";           // "stop" | "go-on", with an alert either way
    std::uint32_t audit_interval = 50;             // blocks between audits of every account
    std::uint32_t confirmations = 1;               // blocks after which a receipt settles an incident
    std::uint32_t replace_after = 2;               // blocks without inclusion before a replacement
    std::uint32_t finality = 64;         // blocks that count as final on top of them where the nodes know no final ones
    std::uint32_t watch_first = 3;       // blocks without sending when the journal does not know what a key did
    std::uint32_t private_blocks = 2;    // for which a rescue that has time is shown to relays alone
    std::string pending_prices = "off";  // "off" | "prepare" | "act": what a price does that is not in a block yet
    Wei rpc_fee_cap{U256::literal("1'000'000'000'000'000'000")};  // nodes refuse what may cost more; zero: they do not
    std::optional<Address> guard;           // the guard contract here; none: only what wallets can do themselves
    std::optional<Address> wrapped_native;  // the chain's coin as a token, whose price prices gas
    std::optional<Address> sequencer_feed;  // a rollup's: says whether its sequencer is up
    std::optional<std::string> rollup;      // "none" | "op-stack" | "arbitrum": who bills for data; none: as known

    bool operator==(const Chain&) const = default;
};

struct Market {
    std::string name;
    std::string chain;
    std::string protocol;                       // "aave-v3" | "morpho-blue"
    std::optional<Address> addresses_provider;  // aave-v3
    std::optional<Address> morpho;              // morpho-blue: the singleton
    std::optional<Hash32> id;                   // morpho-blue: the market's id
    std::optional<Address> pool;                // aave-v3: what is called; none: the known one, else a node's word
    std::optional<Address> governance{};        // aave-v3: the PayloadsController whose queue is looked at

    /// What the adapter is made of.
    lending::Entry entry() const {
        return {(protocol == "morpho-blue" ? morpho : addresses_provider).value_or(Address{}), id.value_or(Hash32{})};
    }

    bool operator==(const Market&) const = default;
};

/// Who lends for the length of one transaction, besides the market's own pool.
struct Lender {
    std::string name;
    std::string chain;
    std::string kind;  // "morpho-blue": the singleton, "uniswap-v3": one pool
    Address address;

    bool operator==(const Lender&) const = default;
};

/// A pool that sales may go through.
struct Pool {
    std::string name;
    std::string chain;
    std::string kind;  // "uniswap-v3" | "uniswap-v2"
    Address address;
    std::optional<std::uint32_t> fee_bps;           // uniswap-v2 only, whose contracts do not say it; none: 30
    std::optional<std::chrono::seconds> reference;  // uniswap-v3 only: the time of its mean price, which then is an
                                                    // independent reference

    bool operator==(const Pool&) const = default;
};

/// A contract through which pools of its kind are used.
struct Router {
    std::string name;
    std::string chain;
    std::string kind;  // "uniswap-v3": SwapRouter, "uniswap-v3-02": SwapRouter02, "uniswap-v2"
    Address address;

    bool operator==(const Router&) const = default;
};

/// What is known of a price feed that its contract does not say.
struct Feed {
    std::string name;
    std::string chain;
    Address address;
    std::chrono::seconds heartbeat{};
    std::chrono::seconds grace{600};
    std::optional<Address> public_feed;         // speaks first, this one repeats it
    std::optional<std::chrono::seconds> delay;  // at the latest after this time

    bool operator==(const Feed&) const = default;
};

/// A service that offers swaps. Its answers are checked; none of them is needed.
struct Aggregator {
    std::string name;
    std::string chain;
    std::string kind;                // "0x" | "1inch"
    std::optional<std::string> url;  // none: the public one of its kind
    std::optional<SecretRef> key;
    std::vector<Address> targets;  // contracts that its swaps may call
    std::chrono::milliseconds deadline{1'500};

    bool operator==(const Aggregator&) const = default;
};

/// Who takes transactions to block builders without showing them to everybody.
struct Relay {
    std::string name;
    std::string chain;
    std::string kind;                       // "private-transaction" | "bundle"
    std::string url;                        // https://, or http://127.0.0.1
    std::optional<std::string> status_url;  // the hash is appended: what became of a transaction
    std::optional<SecretRef> identity;      // hex of a private key that signs requests and nothing else; none: a fresh
                                            // one with each start
    std::chrono::milliseconds deadline{2'000};

    bool operator==(const Relay&) const = default;
};

/// A way to reach people.
struct AlertChannel {
    std::string name;
    std::string kind;  // "webhook" | "slack" | "discord" | "telegram" | "email" | "ntfy" | "pagerduty" | "alertmanager"
    std::optional<std::string> url;      // none: the public service of its kind, where there is one
    std::optional<SecretRef> secret;     // replaces "{secret}" in the URL; without that: the token or key of its kind
    std::vector<std::string> chats;      // telegram: who gets alerts, and who may ask
    std::string commands = "off";        // telegram: "off" | "look" | "act"
    std::optional<std::string> server;   // email: "host:port"
    std::string tls = "starttls";        // email: "starttls" | "implicit" | "none"
    std::optional<std::string> from;     // email
    std::vector<std::string> to;         // email
    std::optional<std::string> user;     // email: who logs in, with the secret
    std::string level = "info";          // "info" | "warning" | "critical": the least that is told
    std::string use = "always";          // "always" | "escalation" | "backup"
    std::chrono::seconds after{300};     // escalation and backup: so long the others are given
    std::chrono::seconds repeat{1'800};  // what lasts is told again after this
    std::optional<std::string> ca;       // path, PEM: the only authorities trusted; none: the system's
    std::optional<std::chrono::seconds> test_every;  // a test message goes out so often; none: never

    bool operator==(const AlertChannel&) const = default;
};

/// The key that acts: in a keystore, or with a service that signs. With a guard it may be another address than the
/// wallet: the guardian. The loader sees to it that either keystore and passphrase are there or remote, and with https
/// certificate and key.
struct Signer {
    std::optional<std::string> keystore;  // path of a keystore V3 file, 0600 or stricter
    std::optional<SecretRef> passphrase;
    std::optional<std::string> remote;                 // https://, or http://127.0.0.1
    std::optional<Address> address;                    // whose key the service signs with; none: the wallet's own
    std::optional<std::string> ca;                     // path, PEM: the only authorities trusted; none: the system's
    std::optional<std::string> certificate;            // path, PEM: what we show
    std::optional<std::string> key;                    // path, PEM, 0600 or stricter: its key
    std::optional<std::chrono::milliseconds> timeout;  // for one signature, a second try included

    bool operator==(const Signer&) const = default;
};

/// What the owner allows. A limit that stops a rescue raises an alert that names it.
struct Limits {
    std::uint32_t max_slippage_bps = 50;
    Wei max_fee_per_gas{U256::literal("300'000'000'000")};
    Wei max_gas_per_day{U256::literal("500'000'000'000'000'000")};
    std::optional<BaseValue> max_value_per_action;  // 1e8 per USD
    std::optional<BaseValue> max_value_per_day;     // 1e8 per USD
    std::optional<BaseValue> max_cost_per_action;   // 1e8 per USD: swaps, fees and gas together
    std::chrono::seconds cooldown{120};
    std::vector<Address> allowed_contracts;  // besides the market's own; empty adds none

    bool operator==(const Limits&) const = default;
};

struct Position {
    std::string name;    // unique; used in every command, log and alert
    std::string wallet;  // name of the wallet it belongs to
    std::string market;
    Wad warn;  // 1e18
    Wad trigger;
    Wad target;
    std::vector<std::string> strategies;    // in order of preference
    std::vector<Address> collateral_order;  // sold first to last; others after them
    std::vector<Address> debt_order;        // repaid first to last; others after them
    std::vector<Address> swap_into;         // what a swap of collateral or debt may end in; empty: only what is held
    std::optional<Wad> close_below;         // 1e18: at or below, the whole position is closed
    std::vector<std::pair<Address, Price>> close_at_price;  // 1e8 per USD: ... or when the asset's is at or below
    Limits limits;

    bool operator==(const Position&) const = default;
};

struct Wallet {
    std::string name;
    Address address;
    Mode mode = Mode::DryRun;
    std::optional<Signer> signer;        // none: watch only
    std::optional<guard::Access> guard;  // how the chain's guard reaches what the wallet owns; none: the signer is the
                                         // wallet's own key
    std::vector<Position> positions;

    bool operator==(const Wallet&) const = default;
};

struct Settings {
    Mode mode = Mode::DryRun;
    Daemon daemon;
    Heartbeat heartbeat;
    Console console;
    std::vector<Chain> chains;
    std::vector<Market> markets;
    std::vector<Lender> lenders;
    std::vector<Pool> pools;
    std::vector<Router> routers;
    std::vector<Feed> feeds;
    std::vector<Aggregator> aggregators;
    std::vector<Relay> relays;
    std::vector<AlertChannel> alerts;
    std::vector<Wallet> wallets;
    std::string source;  // path of the file, for messages

    /// A position acts only if the file, its wallet and the presence of a signer all say so.
    bool live(const Wallet& wallet) const {
        return mode == Mode::Live && wallet.mode == Mode::Live && wallet.signer.has_value();
    }

    bool operator==(const Settings&) const = default;
};

}  // namespace plimsoll::config
