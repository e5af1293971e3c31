// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/oracle.hpp"

#include <algorithm>

namespace plimsoll::lending::morpho_blue {

Math<U256> Oracle::computed() const {
    TRY(const auto base, checked_mul(feeds[0].answer, feeds[1].answer));
    TRY(const auto quote, checked_mul(feeds[2].answer, feeds[3].answer));
    return mul_div_down(scale, base, quote);
}

bool Oracle::must_read() const {
    return !decomposed || !priced || std::any_of(feeds.begin(), feeds.end(), [](const Feed& feed) {
        return !feed.source.source.is_zero() && feed.source.must_read();
    });
}

bool Oracle::follows_events() const {
    return decomposed && std::all_of(feeds.begin(), feeds.end(), [](const Feed& feed) {
               return feed.source.source.is_zero() || feed.source.follows_events();
           });
}

bool Oracle::answered(const Address& aggregator, const I256& answer) {
    for (auto& feed : feeds) {
        if (!feed.source.follows_events() || feed.source.aggregator != aggregator) continue;
        const auto next = feed.source.answered(answer, Price{feed.answer});
        if (!next) {
            feed.source.kind = oracle::PriceSource::Kind::Read;  // until it is looked at again
            return false;
        }
        feed.answer = next->value;
    }
    const auto now = computed();
    if (!now) return false;
    price = *now;
    priced = true;
    return true;
}

void Oracle::compared(const std::optional<U256>& read) {
    const Price theirs{read.value_or(U256{})};
    for (auto& feed : feeds) feed.source.compared(priced ? Price{price} : Price{}, theirs);
    price = theirs.value;
    priced = read.has_value();
}

}  // namespace plimsoll::lending::morpho_blue
