// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "chain/types/address.hpp"
#include "chain/types/block.hpp"
#include "chain/types/quantity.hpp"

/// Price sources behind a market's oracle, and when their own events may be believed.
namespace plimsoll::oracle {

/// How the price of one asset is kept current.
///
/// A plain feed is a Chainlink proxy: it has aggregator(), answers what the aggregator answers, and the aggregator's
/// AnswerUpdated announces every change. The first two are checked when the source is resolved. The third cannot be
/// asked for: it counts as shown once kProofs events of different answers each agreed with the oracle's own price read
/// at the block of the event. Until then, and for whatever fails a check (capped, ratio and delayed adapters), the
/// price is read again at each head.
struct PriceSource {
    enum class Kind : std::uint8_t { Unresolved, Read, Candidate, Feed };
    static constexpr std::uint8_t kProofs = 2;

    Kind kind{Kind::Unresolved};
    std::uint8_t proofs{};
    bool pending_proof{};  // an event was applied; the next read of the price agrees with it or not
    Address source;        // what the market's oracle asks; zero: its fallback
    Address aggregator;    // behind the proxy; zero unless Candidate or Feed

    /// The source as first resolved, or resolved again. `aggregator`: answer of source.aggregator(), if it gave an
    /// address. The answers of both contracts and the oracle's price must be one positive number; an aggregator that
    /// answers nobody but its proxy (Chainlink's read access control) is left out of the comparison.
    void resolve(const Address& of, const std::optional<Address>& behind, const std::optional<U256>& source_answer,
                 const std::optional<U256>& aggregator_answer, const std::optional<U256>& oracle_price);
    /// An AnswerUpdated of the aggregator. Returns the new price, or nullopt when the oracle would not use the answer.
    std::optional<Price> answered(const I256& answer, const Price& before);
    /// The oracle's own price, read at a head up to which all events were applied. `ours` is what events had led to.
    void compared(const Price& ours, const Price& read);
    /// The proxy's aggregator, asked again. Another one than before: back to Read.
    void rechecked(const std::optional<Address>& behind);

    bool must_read() const { return kind != Kind::Feed; }
    bool follows_events() const { return kind == Kind::Feed || kind == Kind::Candidate; }
    bool operator==(const PriceSource&) const = default;
};

}  // namespace plimsoll::oracle
