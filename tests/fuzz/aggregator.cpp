// SPDX-License-Identifier: Apache-2.0
// Answers of swap services: a byte for the service, one for the status, then the body.
#include "chain/dex/aggregator.hpp"

#include <algorithm>

#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

namespace {

dex::SwapWanted wanted() {
    dex::SwapWanted out;
    out.chain = 1;
    out.sell = Address::literal("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
    out.buy = Address::literal("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
    out.amount = U256::literal("1'000'000'000'000'000'000");
    out.taker = Address::literal("0x70a9f34f9b34c64957b9c401a97bfed35b95049e");
    out.origin = Address::literal("0x1111111111111111111111111111111111111111");
    out.slippage_bps = 105;
    return out;
}

constexpr Errc kDocumented[] = {Errc::NotFound, Errc::Refused, Errc::Io, Errc::Decode, Errc::Mismatch, Errc::Range};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto kServices = [] {
        std::vector<std::unique_ptr<dex::Aggregator>> out;
        for (const auto* kind : {"0x", "1inch"}) out.push_back(dex::make_aggregator(kind));
        return out;
    }();
    constexpr long kStatuses[] = {200, 400, 401, 403, 404, 429, 500, 503, 0, -1};
    fuzz::Input input(data, size);
    const auto& service = *kServices[input.byte() % kServices.size()];
    const long status = kStatuses[input.byte() % std::size(kStatuses)];
    const auto sale = wanted();
    const auto offer = service.parse(sale, status, input.rest_text());
    if (!offer) {
        const auto& error = offer.error();
        require(std::find(std::begin(kDocumented), std::end(kDocumented), error.code) != std::end(kDocumented),
                "a documented error");
        require(error.message.starts_with(service.name()) && error.message.size() < 512, "short, with the name");
        require(std::all_of(error.message.begin(), error.message.end(), [](char c) { return c >= 0x20 && c < 0x7f; }),
                "printable");
        return 0;
    }
    require(status == 200 && offer->amount_in == sale.amount, "an offer is for what was asked");
    require(offer->data.size() <= (128U << 10U), "calldata of bounded size");
    dex::OfferBounds bounds{{offer->target}, U256{2'000'000'000}};
    if (dex::check_offer(sale, *offer, bounds)) {
        require(!offer->amount_out.is_zero() && offer->data.size() >= 4, "an offer that is one");
        require(offer->allowance_target == offer->target, "the target takes the token");
        require(offer->min_out <= offer->amount_out, "the minimum is no promise of more");
    }
    bounds.targets.clear();
    require(!dex::check_offer(sale, *offer, bounds), "no target is allowed unless named");
    return 0;
}
