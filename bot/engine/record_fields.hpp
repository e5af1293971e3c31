// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

#include "bot/engine/command.hpp"
#include "bot/engine/engine_config.hpp"
#include "bot/engine/event.hpp"

/// The fields of all that is recorded, listed once for writing and for reading. `ar` is called with name and member.
namespace plimsoll::engine {

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;
using AssetPrice = std::pair<Address, Price>;

// ---- chain values

void fields(auto& ar, Is<BlockRef> auto& v) {
    ar("number", v.number), ar("hash", v.hash), ar("parent", v.parent), ar("timestamp", v.timestamp);
    ar("base_fee", v.base_fee);
}
void fields(auto& ar, Is<Log> auto& v) {
    ar("address", v.address), ar("topics", v.topics), ar("data", v.data), ar("block_number", v.block_number);
    ar("block_hash", v.block_hash), ar("tx_hash", v.transaction_hash), ar("tx_index", v.transaction_index);
    ar("log_index", v.log_index), ar("removed", v.removed);
}
void fields(auto& ar, Is<LogFilter> auto& v) {
    ar("addresses", v.addresses), ar("topics0", v.topics0);
}
void fields(auto& ar, Is<Call> auto& v) {
    ar("to", v.to), ar("data", v.data);
}
void fields(auto& ar, Is<lending::ContractCall> auto& v) {
    ar("to", v.to), ar("data", v.data);
}
void fields(auto& ar, Is<CallResult> auto& v) {
    ar("success", v.success), ar("data", v.data);
}

// ---- configuration

void fields(auto& ar, Is<config::Market> auto& v) {
    ar("name", v.name), ar("chain", v.chain), ar("protocol", v.protocol);
    ar("addresses_provider", v.addresses_provider), ar("morpho", v.morpho), ar("id", v.id), ar("pool", v.pool);
    ar("governance", v.governance);
}
void fields(auto& ar, Is<config::Lender> auto& v) {
    ar("name", v.name), ar("chain", v.chain), ar("kind", v.kind), ar("address", v.address);
}
void fields(auto& ar, Is<config::Pool> auto& v) {
    ar("name", v.name), ar("chain", v.chain), ar("kind", v.kind), ar("address", v.address);
    ar("fee_bps", v.fee_bps), ar("reference", v.reference);
}
void fields(auto& ar, Is<config::Router> auto& v) {
    ar("name", v.name), ar("chain", v.chain), ar("kind", v.kind), ar("address", v.address);
}
void fields(auto& ar, Is<oracle::FeedRules> auto& v) {
    ar("address", v.address), ar("heartbeat", v.heartbeat), ar("grace", v.grace), ar("public", v.public_feed);
    ar("delay", v.delay);
}
void fields(auto& ar, Is<AssetPrice> auto& v) {
    ar("asset", v.first), ar("price", v.second);
}
void fields(auto& ar, Is<config::Limits> auto& v) {
    ar("max_slippage_bps", v.max_slippage_bps), ar("max_fee_per_gas", v.max_fee_per_gas);
    ar("max_gas_per_day", v.max_gas_per_day), ar("max_value_per_action", v.max_value_per_action);
    ar("max_value_per_day", v.max_value_per_day), ar("max_cost_per_action", v.max_cost_per_action);
    ar("cooldown", v.cooldown);
    ar("allowed_contracts", v.allowed_contracts);
}
void fields(auto& ar, Is<config::Position> auto& v) {
    ar("name", v.name), ar("wallet", v.wallet), ar("market", v.market), ar("warn", v.warn), ar("trigger", v.trigger);
    ar("target", v.target), ar("strategies", v.strategies), ar("collateral_order", v.collateral_order);
    ar("debt_order", v.debt_order), ar("swap_into", v.swap_into), ar("close_below", v.close_below);
    ar("close_at_price", v.close_at_price), ar("limits", v.limits);
}
void fields(auto& ar, Is<WalletConfig> auto& v) {
    ar("name", v.name), ar("address", v.address), ar("sender", v.sender), ar("live", v.live);
    ar("guard", v.guard), ar("positions", v.positions);
}
void fields(auto& ar, Is<EngineConfig> auto& v) {
    ar("chain", v.chain), ar("chain_id", v.chain_id), ar("block_time_ms", v.block_time_ms);
    ar("head_age_max_ms", v.head_age_max_ms), ar("audit_interval", v.audit_interval);
    ar("confirmations", v.confirmations), ar("replace_after", v.replace_after), ar("markets", v.markets);
    ar("wallets", v.wallets), ar("alert_repeat_ms", v.alert_repeat_ms), ar("refresh_blocks", v.refresh_blocks);
    ar("attempts_max", v.attempts_max), ar("failures_max", v.failures_max), ar("screen_slice", v.screen_slice);
    ar("gas_limit_max", v.gas_limit_max), ar("watch_first", v.watch_first), ar("guard", v.guard),
        ar("wrapped_native", v.wrapped_native);
    ar("lenders", v.lenders), ar("pools", v.pools), ar("routers", v.routers), ar("aggregates", v.aggregates);
    ar("feeds", v.feeds), ar("sequencer_feed", v.sequencer_feed);
    ar("relays", v.relays), ar("private_blocks", v.private_blocks), ar("rpc_fee_cap", v.rpc_fee_cap);
    ar("rollup", v.rollup), ar("finality", v.finality);
    ar("pending_prices", v.pending_prices);
}

// ---- journal and decisions

void fields(auto& ar, Is<TxFields> auto& v) {
    ar("chain_id", v.chain_id), ar("nonce", v.nonce), ar("max_priority_fee", v.max_priority_fee);
    ar("max_fee", v.max_fee), ar("gas_limit", v.gas_limit), ar("to", v.to), ar("value", v.value), ar("data", v.data);
}
void fields(auto& ar, Is<JournalRecord> auto& v) {
    ar("incident", v.incident), ar("step", v.step), ar("attempt", v.attempt), ar("stage", v.stage);
    ar("purpose", v.purpose), ar("position", v.position), ar("wallet", v.wallet), ar("address", v.address);
    ar("chain_id", v.chain_id), ar("time_ms", v.time_ms), ar("trigger_number", v.trigger_number);
    ar("trigger_hash", v.trigger_hash), ar("asset", v.asset), ar("amount", v.amount), ar("value", v.value);
    ar("health_before", v.health_before), ar("health_expected", v.health_expected), ar("nonce", v.nonce);
    ar("tx", v.tx), ar("hash", v.hash), ar("raw", v.raw), ar("endpoint", v.endpoint);
    ar("block_number", v.block_number), ar("block_hash", v.block_hash), ar("succeeded", v.succeeded);
    ar("outcome", v.outcome), ar("gas_spent", v.gas_spent), ar("strategy", v.strategy), ar("rung", v.rung);
    ar("cost_bps", v.cost_bps);
}
void fields(auto& ar, Is<Spending> auto& v) {
    ar("position", v.position), ar("wallet", v.wallet), ar("time_ms", v.time_ms), ar("purpose", v.purpose);
    ar("succeeded", v.succeeded), ar("value", v.value), ar("gas", v.gas);
}
void fields(auto& ar, Is<Gate> auto& v) {
    ar("name", v.name), ar("passed", v.passed), ar("measured", v.measured), ar("required", v.required);
}
void fields(auto& ar, Is<Rung> auto& v) {
    ar("strategy", v.strategy), ar("text", v.text), ar("after", v.after), ar("repaid", v.repaid), ar("value", v.value);
    ar("cost", v.cost), ar("gas_cost", v.gas_cost), ar("refused", v.refused), ar("why", v.why);
}
void fields(auto& ar, Is<Decision> auto& v) {
    ar("position", v.position), ar("block", v.block), ar("health_now", v.health_now);
    ar("health_next", v.health_next), ar("trigger", v.trigger), ar("target", v.target), ar("outcome", v.outcome);
    ar("reason", v.reason), ar("plan", v.plan), ar("health_expected", v.health_expected), ar("gates", v.gates);
    ar("ladder", v.ladder), ar("rung", v.rung);
}
void fields(auto& ar, Is<strategies::Offer> auto& v) {
    ar("name", v.name), ar("token_in", v.token_in), ar("token_out", v.token_out), ar("amount_in", v.amount_in);
    ar("amount_out", v.amount_out), ar("min_out", v.min_out), ar("target", v.target), ar("data", v.data);
    ar("gas", v.gas), ar("expires_ms", v.expires_ms);
}
void fields(auto& ar, Is<strategies::OfferWanted> auto& v) {
    ar("token_in", v.token_in), ar("token_out", v.token_out), ar("amount_in", v.amount_in);
}

// ---- events

void fields(auto& ar, Is<Started::KnownNonce> auto& v) {
    ar("address", v.address), ar("next", v.next);
}
void fields(auto& ar, Is<Pause> auto& v) {
    ar("wallet", v.wallet), ar("until_ms", v.until_ms);
}
void fields(auto& ar, Is<Started> auto& v) {
    ar("records", v.records), ar("spendings", v.spendings), ar("paused", v.paused);
    ar("nonces", v.nonces), ar("adopted", v.adopted), ar("safe_until_ms", v.safe_until_ms);
    ar("pauses", v.pauses);
}
void fields(auto&, Is<Tick> auto&) {}
void fields(auto& ar, Is<BlockAdded> auto& v) {
    ar("block", v.block), ar("logs", v.logs), ar("filter", v.filter);
}
void fields(auto& ar, Is<Reorg> auto& v) {
    ar("ancestor", v.ancestor), ar("removed", v.removed);
}
void fields(auto& ar, Is<Restarted> auto& v) {
    ar("block", v.block);
}
void fields(auto& ar, Is<FeedStale> auto& v) {
    ar("reason", v.reason);
}
void fields(auto&, Is<FeedLive> auto&) {}
void fields(auto& ar, Is<ReadDone> auto& v) {
    ar("id", v.id), ar("error", v.error), ar("results", v.results);
}
void fields(auto& ar, Is<AccountDone> auto& v) {
    ar("id", v.id), ar("error", v.error), ar("native", v.native), ar("nonce_latest", v.nonce_latest);
    ar("nonce_pending", v.nonce_pending), ar("has_code", v.has_code);
}
void fields(auto& ar, Is<FeesDone> auto& v) {
    ar("id", v.id), ar("error", v.error), ar("newest_block", v.newest_block), ar("next_base_fee", v.next_base_fee);
    ar("priorities", v.priorities);
}
void fields(auto& ar, Is<SimulationDone> auto& v) {
    ar("id", v.id), ar("error", v.error), ar("before", v.before), ar("calls", v.calls), ar("after", v.after);
}
void fields(auto& ar, Is<GasDone> auto& v) {
    ar("id", v.id), ar("error", v.error), ar("gas", v.gas);
}
void fields(auto& ar, Is<OffersDone> auto& v) {
    ar("id", v.id), ar("error", v.error), ar("offers", v.offers);
}
void fields(auto& ar, Is<Persisted> auto& v) {
    ar("id", v.id), ar("error", v.error);
}
void fields(auto& ar, Is<Signed> auto& v) {
    ar("id", v.id), ar("error", v.error), ar("raw", v.raw), ar("hash", v.hash);
}
void fields(auto& ar, Is<Sent> auto& v) {
    ar("hash", v.hash), ar("endpoint", v.endpoint), ar("outcome", v.outcome), ar("text", v.text);
    ar("relay", v.relay);
}
void fields(auto& ar, Is<ReceiptInfo> auto& v) {
    ar("block_number", v.block_number), ar("block_hash", v.block_hash), ar("succeeded", v.succeeded);
    ar("gas_used", v.gas_used), ar("effective_gas_price", v.effective_gas_price), ar("data_fee", v.data_fee);
}
void fields(auto& ar, Is<ReceiptDone> auto& v) {
    ar("hash", v.hash), ar("error", v.error), ar("receipt", v.receipt);
}
void fields(auto& ar, Is<FinalityTold> auto& v) {
    ar("number", v.number), ar("hash", v.hash), ar("known", v.known), ar("violated", v.violated);
}
void fields(auto& ar, Is<SettingsReloaded> auto& v) {
    ar("config", v.config);
}
void fields(auto& ar, Is<SetPaused> auto& v) {
    ar("position", v.position), ar("paused", v.paused);
}
void fields(auto& ar, Is<PendingTransaction> auto& v) {
    ar("hash", v.hash), ar("from", v.from), ar("nonce", v.nonce), ar("to", v.to), ar("data", v.data);
}
void fields(auto& ar, Is<PendingSeen> auto& v) {
    ar("transaction", v.transaction), ar("gone", v.gone);
}
void fields(auto& ar, Is<SetWalletPaused> auto& v) {
    ar("pause", v.pause);
}
void fields(auto& ar, Is<EachTold::Account> auto& v) {
    ar("node", v.node), ar("error", v.error), ar("results", v.results);
}
void fields(auto& ar, Is<EachTold> auto& v) {
    ar("id", v.id), ar("told", v.told);
}

// ---- commands

void fields(auto& ar, Is<Read> auto& v) {
    ar("id", v.id), ar("at", v.at), ar("calls", v.calls);
}
void fields(auto& ar, Is<FetchFees> auto& v) {
    ar("id", v.id), ar("blocks", v.blocks), ar("percentile", v.percentile);
}
void fields(auto& ar, Is<FetchAccount> auto& v) {
    ar("id", v.id), ar("address", v.address), ar("at", v.at);
}
void fields(auto& ar, Is<Simulate> auto& v) {
    ar("id", v.id), ar("from", v.from), ar("at", v.at), ar("before", v.before), ar("calls", v.calls);
    ar("after", v.after), ar("spare", v.spare), ar("time", v.time);
}
void fields(auto& ar, Is<WatchPending> auto& v) {
    ar("to", v.to), ar("held", v.held);
}
void fields(auto& ar, Is<AskEach> auto& v) {
    ar("id", v.id), ar("at", v.at), ar("calls", v.calls);
}
void fields(auto& ar, Is<EstimateGas> auto& v) {
    ar("id", v.id), ar("from", v.from), ar("call", v.call);
}
void fields(auto& ar, Is<FetchOffers> auto& v) {
    ar("id", v.id), ar("taker", v.taker), ar("origin", v.origin), ar("slippage_bps", v.slippage_bps);
    ar("wanted", v.wanted), ar("local", v.local);
}
void fields(auto& ar, Is<Persist> auto& v) {
    ar("id", v.id), ar("records", v.records);
}
void fields(auto& ar, Is<Sign> auto& v) {
    ar("id", v.id), ar("wallet", v.wallet), ar("tx", v.tx);
}
void fields(auto& ar, Is<Broadcast> auto& v) {
    ar("raw", v.raw), ar("hash", v.hash), ar("hidden", v.hidden), ar("head", v.head), ar("first", v.first);
}
void fields(auto& ar, Is<FetchReceipt> auto& v) {
    ar("hash", v.hash);
}
void fields(auto& ar, Is<Alert> auto& v) {
    ar("level", v.level), ar("kind", v.kind), ar("position", v.position), ar("text", v.text);
    ar("resolved", v.resolved), ar("event", v.event);
}
void fields(auto& ar, Is<Decide> auto& v) {
    ar("decision", v.decision);
}
void fields(auto& ar, Is<SetLogFilter> auto& v) {
    ar("revision", v.revision), ar("filter", v.filter);
}

}  // namespace plimsoll::engine
