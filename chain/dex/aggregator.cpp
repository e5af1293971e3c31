// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/aggregator.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "chain/dex/aggregators.hpp"

namespace plimsoll::dex {

std::unique_ptr<Aggregator> make_aggregator(std::string_view kind) {
    if (kind == "0x") return make_zerox();
    if (kind == "1inch") return make_oneinch();
    return nullptr;
}

Result<void> check_offer(const SwapWanted& wanted, const SwapOffer& offer, const OfferBounds& bounds) {
    if (std::find(bounds.targets.begin(), bounds.targets.end(), offer.target) == bounds.targets.end())
        return fail(Errc::Refused, fmt::format("the offer calls {}, which is not among the allowed targets",
                                               to_checksum(offer.target)));
    if (offer.allowance_target != offer.target)
        return fail(Errc::Refused, fmt::format("the offer wants the token allowed to {} and calls {}",
                                               to_checksum(offer.allowance_target), to_checksum(offer.target)));
    if (offer.amount_in != wanted.amount) return fail(Errc::Refused, "the offer sells another amount than wanted");
    if (offer.data.size() < 4) return fail(Errc::Refused, "the offer's calldata call nothing");
    if (offer.amount_out.is_zero() || offer.min_out.is_zero() || offer.min_out > offer.amount_out)
        return fail(Errc::Refused, fmt::format("the offer's amounts make no sense: {}, at least {}",
                                               to_string(offer.amount_out), to_string(offer.min_out)));
    const auto kept = saturating_sub(kBps, U256{wanted.slippage_bps});
    TRY(const auto least, mul_div_down(offer.amount_out, kept, kBps));
    // One unit for the service's own rounding.
    if (offer.min_out < saturating_sub(least, U256{1}))
        return fail(Errc::Refused,
                    fmt::format("the offer's minimum of {} is looser than {} bps below {}", to_string(offer.min_out),
                                wanted.slippage_bps, to_string(offer.amount_out)));
    if (!bounds.local_quote) return {};
    TRY(const auto most, mul_div_down(*bounds.local_quote, U256{10'000ULL + bounds.better_bps}, kBps));
    if (offer.amount_out > most)
        return fail(Errc::Refused,
                    fmt::format("the offer of {} is more than {} bps above our own quote of {}",
                                to_string(offer.amount_out), bounds.better_bps, to_string(*bounds.local_quote)));
    return {};
}

}  // namespace plimsoll::dex
