// SPDX-License-Identifier: Apache-2.0
// How transactions go out: relays, and what nodes take.
#include <fmt/format.h>

#include "config/context.hpp"

namespace plimsoll::config {

bool is_local_http(std::string_view url) {
    constexpr std::string_view kLoopback = "http://127.0.0.1";
    if (!url.starts_with(kLoopback)) return false;
    url.remove_prefix(kLoopback.size());
    return url.empty() || url.front() == ':' || url.front() == '/' || url.front() == '?';
}

namespace {

void check_secrecy(const std::string& key, const std::string& url, Context& context) {
    if (!context.good(key) || url.starts_with("https:") || is_local_http(url)) return;
    context.report.error(Code::NotForKind, context.place(key), key,
                         fmt::format("`{}` shows transactions to everybody on the way", key),
                         "plain http is for 127.0.0.1 alone", "write https://");
}

void check_relay(const Relay& relay, const Settings& settings, Context& context) {
    const std::string base = "relay." + relay.name;
    check_chain(base + ".chain", fmt::format("[{}]", base), relay.chain, settings.chains, context);
    check_secrecy(base + ".url", relay.url, context);
    if (relay.status_url) check_secrecy(base + ".status_url", *relay.status_url, context);
}

void check_fee_cap(const Position& position, const std::string& base, const Settings& settings, Context& context) {
    constexpr std::uint64_t kGas = 1'500'000;  // of a large rescue
    const std::string key = base + ".limits.max_fee_per_gas";
    const Market* market = by_name(settings.markets, position.market);
    const Chain* chain = market == nullptr ? nullptr : by_name(settings.chains, market->chain);
    if (chain == nullptr || chain->rpc_fee_cap.value.is_zero() || !context.good(key)) return;
    const auto cost = checked_mul(position.limits.max_fee_per_gas.value, U256{kGas});
    if (cost && *cost <= chain->rpc_fee_cap.value) return;
    context.report.warning(
        Code::FeeCap, context.place(key, context.place(base)), key, "nodes refuse to send at the highest fee allowed",
        fmt::format("{} times {} gas is above what they take, rpc_fee_cap of [chain.{}]",
                    to_string(position.limits.max_fee_per_gas), kGas, chain->name),
        "raise the node's cap (geth: --rpc.txfeecap) and write it as rpc_fee_cap, or lower max_fee_per_gas");
}

}  // namespace

void check_sending(const Settings& settings, Context& context) {
    for (const auto& relay : settings.relays) check_relay(relay, settings, context);
    for (const auto& wallet : settings.wallets) {
        for (std::size_t i = 0; i < wallet.positions.size() && wallet.signer; ++i)
            check_fee_cap(wallet.positions[i], fmt::format("wallet.{}.position.{}", wallet.name, i), settings, context);
    }
}

}  // namespace plimsoll::config
