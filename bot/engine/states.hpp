// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/engine/engine_config.hpp"
#include "bot/engine/incident.hpp"
#include "bot/engine/lane.hpp"
#include "bot/engine/rare.hpp"
#include "chain/dex/flash_terms.hpp"
#include "chain/lending/payloads.hpp"

/// What the engine knows of each position, of each account that owns some, and of each key that sends. Not for use
/// outside bot/engine.
namespace plimsoll::engine {

enum class Level : std::uint8_t { Unknown, Safe, Warned, AtRisk };

/// What the guard says of one position's account.
struct SeatState {
    Rare<guard::Standing> standing;
    std::string trouble;  // why it cannot be read
    bool authorised{};    // by the market itself, where it does that
    bool dismissed{};     // the account is a Safe of which the guard is no module
    Bytes owners;         // of that Safe, as it answers
    BlockNumber at{};
};

/// Nodes that do not say the same of one position at one block.
struct NodesDiffer {
    std::size_t with_us{};  // say what we count
    std::size_t against{};
    BlockNumber since{};
};

struct PositionState {
    config::Position config;
    std::size_t wallet{};
    std::size_t market{};
    std::size_t local{};  // index in its market's screen
    bool paused{};
    bool removed{};  // no longer configured
    Level level{};
    Wad health_now;
    Wad health_next;
    std::optional<Wad> health_public;           // by the public feeds behind the prices, where that is lower
    std::vector<lending::SupposedPrice> ahead;  // the prices that it is counted with
    std::optional<Wad> health_pending;          // by what is pending besides, where that is lower still
    bool pending_acts{};                        // and that decides too
    std::vector<lending::SupposedPrice> pending;
    std::optional<Wad> health_told;          // as some node reads it, where that is lower than all of these
    std::optional<NodesDiffer> differ;       // until they say the same
    std::optional<BlockNumber> seconded_at;  // two nodes or more said the same of it, the last time
    bool price_old{};                        // some price that it stands on is older than its feed's heartbeat
    Hash32 evaluated;                        // at this block
    Rare<Incident> incident;

    std::optional<BlockNumber> agreed_at;  // newest audit that agreed
    Hash32 audit_asked;                    // at this block
    BlockNumber audit_due{};               // place in Core::audits_
    bool mismatch{};
    std::uint64_t mismatches{};
    std::optional<BlockNumber> differed_at;  // the last
    BlockNumber tokens_asked{};
    std::map<Address, Timestamp> grace;  // by asset: until when nobody is liquidated against it

    std::string blocked_by;                         // gate of the alert that stands
    std::optional<BlockNumber> unready_since;       // something is being waited for
    std::optional<std::int64_t> rests_until;        // too many failures
    std::uint32_t rests{};                          // since the last rescue that succeeded
    std::map<std::string, std::uint32_t> reverted;  // rescues since then, by kind of plan
    std::uint32_t needless{};                       // rescues in a row that were not needed any more when included
    std::optional<std::int64_t> needless_ms;        // the last of them
    std::optional<std::int64_t> prepared_ms;        // last try to give allowance ahead
    Rare<Decision> last;

    SeatState seat;
    std::vector<strategies::Offer> offers;
    BlockNumber offers_asked_at{};
    std::uint64_t offers_come{};  // answers that held some

    /// As the protocol counts: the lower of both.
    Wad health_counted() const { return std::min(health_now, health_next); }
    /// By prices that are to come it is worse off than now.
    bool stands_ahead() const { return health_public || health_pending; }
    /// The protocol's count, now and at the next block, and by the prices that it will read next; by pending ones where
    /// the owner says so.
    Wad health_own() const {
        const Wad ahead_too = std::min(health_counted(), health_public.value_or(health_counted()));
        return pending_acts ? std::min(ahead_too, health_pending.value_or(ahead_too)) : ahead_too;
    }
    /// What decides: the worst that any node tells. Nothing is spent on another's word alone (core_each.cpp).
    Wad health() const { return std::min(health_own(), health_told.value_or(health_own())); }
    /// Less than a twentieth above liquidation.
    bool near_liquidation() const { return health() < Wad{*mul_div_up(kWad, U256{105}, U256{100})}; }
};

struct TokenFunds {
    std::optional<TokenAmount> balance;
    std::optional<TokenAmount> allowance;        // to the market
    std::optional<TokenAmount> guard_allowance;  // to the guard; of receipt tokens too
    BlockNumber at{};
};

/// What is known of one market's prices besides themselves, of the block last asked.
struct PricesAhead {
    std::vector<lending::PriceUse> uses;
    std::map<Address, Price> prices;   // where a public feed has moved already: what the market will read
    std::map<Address, Price> pending;  // where a pending transaction would move it
    std::map<Address, Price> now;      // what it reads
    std::map<Address, Price> free;     // without the cap that holds it down
    std::optional<Timestamp> due;      // when the first of `prices` is read at the latest
    std::set<Address> old;             // assets
};

/// The newest price of a market that moved far within one block.
struct PriceJump {
    BlockNumber at{};
    std::string symbol;
    std::uint64_t bps{};
};

/// What plans need besides markets and accounts: read while somebody is near its trigger, each of the block it says.
struct MarketReads {
    std::optional<lending::Conditions> conditions;
    BlockNumber asked{};
};
/// The queue of the market's governance, and whom what is in it would lower.
struct PayloadReads {
    struct Effect {
        lending::QueuedPayload payload;
        Wad before;  // health factor at the time of execution without it, and with it
        Wad after;
    };
    std::uint64_t count{};  // payloads ever created
    std::optional<std::int64_t> asked_ms;
    std::map<std::uint64_t, std::map<std::size_t, Effect>> lowered;  // by payload and position
    std::set<std::size_t> told;                                      // positions whose alert stands
};
struct PayloadTrial {
    std::size_t market{};
    lending::QueuedPayload payload;
    std::vector<std::size_t> positions;
};
struct ReferenceReads {
    std::optional<std::int32_t> mean_tick;
    BlockNumber asked{};
    BlockNumber at{};
};
struct LenderReads {
    struct Has {
        TokenAmount amount;
        BlockNumber asked{};
        BlockNumber at{};
    };
    std::optional<dex::FlashTerms> terms;  // of a pool
    BlockNumber asked{};
    std::map<Address, Has> has;
};

/// An account with positions.
struct WalletState {
    std::string name;
    Address address;
    bool live{};
    std::optional<guard::Access> guard;  // how the chain's guard reaches what it owns
    std::size_t sender{};
    std::vector<std::size_t> positions;
    std::map<std::pair<std::size_t, Address>, TokenFunds> tokens;  // by market and asset
    BlockNumber changed_in{};  // by the last transaction of ours: what was read of a block before it is out of date
};

/// A key that signs: an account's own, or a guardian's that acts for several. Its nonces are used one at a time.
struct SenderState {
    std::string name;  // of the first wallet that it signs for
    Address address;
    bool live{};
    std::vector<std::size_t> wallets;
    Wei fee_limit;  // per gas, the highest of its positions
    bool sells{};   // for some of them, not only repays
    Lane lane;
    std::optional<std::size_t> owner;  // the position whose incident holds the lane
    std::string stopped;               // why nothing more may be sent from it

    RequestId asked = 0;               // FetchAccount under way
    std::optional<BlockRef> known_at;  // the rest is of this block
    Wei native;
    Nonce latest{};
    Nonce pending{};
    std::optional<BlockNumber> foreign_since;  // a pending transaction that is not ours

    bool history_known{};                      // the chain's nonce was compared with the journal's
    Nonce own_next{};                          // from then on: above it somebody else has used the key
    Nonce journal_next{};                      // the lowest nonce that the journal has never used
    std::optional<BlockNumber> watched_until;  // nothing is sent before this block
};

}  // namespace plimsoll::engine
