// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bot/engine/engine_config.hpp"
#include "bot/engine/incident.hpp"
#include "bot/engine/lane.hpp"
#include "chain/dex/flash_terms.hpp"

/// What the engine knows of each position, of each account that owns some, and of each key that sends. Not for use
/// outside bot/engine.
namespace plimsoll::engine {

enum class Level : std::uint8_t { Unknown, Safe, Warned, AtRisk };

/// What the guard says of one position's account.
struct SeatState {
    std::optional<guard::Standing> standing;
    std::string trouble;  // why it cannot be read
    bool authorised{};    // by the market itself, where it does that
    BlockNumber at{};
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
    Hash32 evaluated;  // at this block
    std::optional<Incident> incident;

    std::optional<BlockNumber> agreed_at;  // newest audit that agreed
    Hash32 audit_asked;                    // at this block
    BlockNumber audit_due{};               // place in Core::audits_
    bool mismatch{};
    std::uint64_t mismatches{};
    BlockNumber tokens_asked{};

    std::string blocked_by;                    // gate of the alert that stands
    std::optional<BlockNumber> unready_since;  // something is being waited for
    std::optional<std::int64_t> rests_until;   // too many failures
    std::uint32_t rests{};                     // since the last rescue that succeeded
    std::optional<std::int64_t> prepared_ms;   // last try to give allowance ahead
    std::optional<Decision> last;

    SeatState seat;
    std::vector<strategies::Offer> offers;
    BlockNumber offers_asked_at{};
    std::uint64_t offers_come{};  // answers that held some

    /// The lower of both counts.
    Wad health() const { return std::min(health_now, health_next); }
};

struct TokenFunds {
    std::optional<TokenAmount> balance;
    std::optional<TokenAmount> allowance;        // to the market
    std::optional<TokenAmount> guard_allowance;  // to the guard; of receipt tokens too
    BlockNumber at{};
};

/// What plans need besides markets and accounts: read while somebody is near its trigger, each of the block it says.
struct MarketReads {
    std::optional<lending::Conditions> conditions;
    BlockNumber asked{};
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
    Lane lane;
    std::optional<std::size_t> owner;  // the position whose incident holds the lane
    std::string stopped;               // why nothing more may be sent from it

    RequestId asked = 0;  // FetchAccount under way
    BlockRef asked_at;
    std::optional<BlockRef> known_at;  // the rest is of this block
    Wei native;
    Nonce latest{};
    Nonce pending{};
    std::optional<BlockNumber> foreign_since;  // a pending transaction that is not ours
};

}  // namespace plimsoll::engine
