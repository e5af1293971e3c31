// SPDX-License-Identifier: Apache-2.0
// 1inch Swap API v6.1, GET /swap/v6.1/{chain}/swap (business.1inch.com/portal, "Classic Swap").
#include <fmt/format.h>

#include "chain/dex/aggregator_json.hpp"
#include "chain/dex/aggregators.hpp"

namespace plimsoll::dex {

namespace {

using namespace aggregator_json;

constexpr std::string_view kOneInch = "1inch";

/// {"error": "Bad Request", "description": "insufficient liquidity", "statusCode": 400, "requestId": "..."}
std::string oneinch_reason(std::string_view body) {
    const auto answer = parse_object(kOneInch, body);
    if (!answer) return {};
    for (const char* key : {"description", "error"}) {
        const auto it = answer->find(key);
        if (it != answer->end() && it->is_string()) return it->get<std::string>();
    }
    return {};
}

class OneInch final : public Aggregator {
  public:
    std::string_view name() const override { return kOneInch; }
    std::string_view public_url() const override { return "https://api.1inch.com"; }
    KeyHeader key_header() const override { return {"Authorization", "Bearer "}; }

    AggregatorRequest request(const SwapWanted& wanted) const override {
        // The taker is a contract that holds the token only inside the rescue: nothing to estimate beforehand.
        return {fmt::format("/swap/v6.1/{}/swap?src={}&dst={}&amount={}&from={}&origin={}&receiver={}&slippage={}.{:02}"
                            "&disableEstimate=true&allowPartialFill=false&includeTokensInfo=true",
                            wanted.chain, to_checksum(wanted.sell), to_checksum(wanted.buy), to_string(wanted.amount),
                            to_checksum(wanted.taker), to_checksum(wanted.origin), to_checksum(wanted.taker),
                            wanted.slippage_bps / 100, wanted.slippage_bps % 100),
                {}};
    }

    Result<SwapOffer> parse(const SwapWanted& wanted, long status, std::string_view body) const override {
        if (status != 200) {
            const auto said = oneinch_reason(body);
            if (status == 400 && said == "insufficient liquidity")
                return fail(Errc::NotFound, "1inch: no liquidity for this sale");
            return tl::unexpected(status_error(kOneInch, status, said));
        }
        TRY(const auto answer, parse_object(kOneInch, body));
        TRY(const auto source, object(kOneInch, answer, "srcToken"));
        TRY(const auto destination, object(kOneInch, answer, "dstToken"));
        TRY(const auto sell, address(kOneInch, source, "address"));
        TRY(const auto buy, address(kOneInch, destination, "address"));
        if (sell != wanted.sell || buy != wanted.buy)
            return fail(Errc::Mismatch, "1inch: the offer is for another sale than asked");
        SwapOffer out;
        out.amount_in = wanted.amount;
        TRY(out.amount_out, amount(kOneInch, answer, "dstAmount"));
        // The answer does not say it; the router's calldata holds the amount less the slippage asked for.
        TRY(out.min_out, mul_div_down(out.amount_out, saturating_sub(kBps, U256{wanted.slippage_bps}), kBps));
        TRY(const auto transaction, object(kOneInch, answer, "tx"));
        TRY(const auto from, address(kOneInch, transaction, "from"));
        if (from != wanted.taker) return fail(Errc::Mismatch, "1inch: the offer is for another taker than asked");
        TRY(out.target, address(kOneInch, transaction, "to"));
        TRY(out.data, calldata(kOneInch, transaction, "data"));
        TRY(const auto value, amount(kOneInch, transaction, "value"));
        if (!value.is_zero()) return fail(Errc::Refused, "1inch: the offer wants coin sent with it");
        out.gas = gas(transaction, "gas");
        out.allowance_target = out.target;  // the router takes the token itself
        return out;
    }
};

}  // namespace

std::unique_ptr<Aggregator> make_oneinch() {
    return std::make_unique<OneInch>();
}

}  // namespace plimsoll::dex
