// SPDX-License-Identifier: Apache-2.0
#include "chain/oracle/price_source.hpp"

namespace plimsoll::oracle {

void PriceSource::resolve(const Address& of, const std::optional<Address>& behind,
                          const std::optional<U256>& source_answer, const std::optional<U256>& aggregator_answer,
                          const std::optional<U256>& oracle_price) {
    *this = PriceSource{};
    source = of;
    kind = Kind::Read;
    if (!behind || behind->is_zero() || of.is_zero() || !source_answer || !oracle_price) return;
    const bool one_number =
        *source_answer == aggregator_answer.value_or(*source_answer) && *source_answer == *oracle_price;
    if (!one_number || source_answer->is_zero() || I256{*source_answer}.is_negative()) return;
    kind = Kind::Candidate;
    aggregator = *behind;
}

std::optional<Price> PriceSource::answered(const I256& answer, const Price& before) {
    if (answer.is_negative() || answer.word.is_zero()) return std::nullopt;  // the oracle turns to its fallback
    if (answer.word != before.value) pending_proof = true;
    return Price{answer.word};
}

void PriceSource::compared(const Price& ours, const Price& read) {
    if (!follows_events()) return;
    if (ours != read) {  // a change without an event, or an event without a change
        kind = Kind::Read;
        aggregator = {};
        pending_proof = false;
        return;
    }
    if (kind == Kind::Candidate && pending_proof && ++proofs >= kProofs) kind = Kind::Feed;
    pending_proof = false;
}

void PriceSource::rechecked(const std::optional<Address>& behind) {
    if (!follows_events() || (behind && *behind == aggregator)) return;
    kind = Kind::Read;
    aggregator = {};
    pending_proof = false;
}

}  // namespace plimsoll::oracle
