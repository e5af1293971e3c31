// SPDX-License-Identifier: Apache-2.0
// 0x Swap API v2, GET /swap/allowance-holder/quote (docs.0x.org, "Swap API").
#include <fmt/format.h>

#include "chain/dex/aggregator_json.hpp"
#include "chain/dex/aggregators.hpp"

namespace plimsoll::dex {

namespace {

using namespace aggregator_json;
using nlohmann::json;

constexpr std::string_view kZeroX = "0x";

/// {"name": "INPUT_INVALID", "message": "...", "data": {"details": [{"field": "...", "reason": "..."}]}}
std::string zerox_reason(std::string_view body) {
    const auto answer = parse_object(kZeroX, body);
    if (!answer) return {};
    std::string out = answer->value("name", json()).is_string() ? answer->at("name").get<std::string>() : std::string();
    if (const auto message = answer->find("message"); message != answer->end() && message->is_string())
        out += (out.empty() ? "" : ": ") + message->get<std::string>();
    const auto data = answer->find("data");
    if (data == answer->end() || !data->is_object()) return out;
    const auto details = data->find("details");
    if (details == data->end() || !details->is_array() || details->empty() || !details->front().is_object()) return out;
    for (const char* key : {"field", "reason"}) {
        const auto it = details->front().find(key);
        if (it != details->front().end() && it->is_string()) out += " " + it->get<std::string>();
    }
    return out;
}

class ZeroX final : public Aggregator {
  public:
    std::string_view name() const override { return kZeroX; }
    std::string_view public_url() const override { return "https://api.0x.org"; }
    KeyHeader key_header() const override { return {"0x-api-key", ""}; }

    AggregatorRequest request(const SwapWanted& wanted) const override {
        return {fmt::format("/swap/allowance-holder/quote?chainId={}&sellToken={}&buyToken={}&sellAmount={}&taker={}"
                            "&txOrigin={}&slippageBps={}",
                            wanted.chain, to_checksum(wanted.sell), to_checksum(wanted.buy), to_string(wanted.amount),
                            to_checksum(wanted.taker), to_checksum(wanted.origin), wanted.slippage_bps),
                {{"0x-version", "v2"}}};
    }

    Result<SwapOffer> parse(const SwapWanted& wanted, long status, std::string_view body) const override {
        if (status != 200) return tl::unexpected(status_error(kZeroX, status, zerox_reason(body)));
        TRY(const auto answer, parse_object(kZeroX, body));
        const auto available = answer.find("liquidityAvailable");
        if (available == answer.end() || !available->is_boolean())
            return fail(Errc::Decode, "0x: \"liquidityAvailable\" is missing");
        if (!available->get<bool>()) return fail(Errc::NotFound, "0x: no liquidity for this sale");
        SwapOffer out;
        TRY(const auto sell, address(kZeroX, answer, "sellToken"));
        TRY(const auto buy, address(kZeroX, answer, "buyToken"));
        TRY(out.amount_in, amount(kZeroX, answer, "sellAmount"));
        if (sell != wanted.sell || buy != wanted.buy || out.amount_in != wanted.amount)
            return fail(Errc::Mismatch, "0x: the offer is for another sale than asked");
        TRY(out.amount_out, amount(kZeroX, answer, "buyAmount"));
        TRY(out.min_out, amount(kZeroX, answer, "minBuyAmount"));
        TRY(const auto transaction, object(kZeroX, answer, "transaction"));
        TRY(out.target, address(kZeroX, transaction, "to"));
        TRY(out.data, calldata(kZeroX, transaction, "data"));
        TRY(const auto value, amount(kZeroX, transaction, "value"));
        if (!value.is_zero()) return fail(Errc::Refused, "0x: the offer wants coin sent with it");
        out.gas = gas(transaction, "gas");
        TRY(out.allowance_target, address(kZeroX, answer, "allowanceTarget"));
        return out;
    }
};

}  // namespace

std::unique_ptr<Aggregator> make_zerox() {
    return std::make_unique<ZeroX>();
}

}  // namespace plimsoll::dex
