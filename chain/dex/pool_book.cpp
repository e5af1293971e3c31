// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/pool_book.hpp"

#include <algorithm>

#include "chain/dex/pool_words.hpp"

namespace plimsoll::dex {

namespace {

constexpr std::size_t kWantedNoted = 64;

Pool blank(const PoolSpec& spec) {
    Pool out;
    out.address = spec.address;
    if (spec.kind == PoolKind::UniswapV2) {
        V2State state;
        state.fee_kept = spec.fee_kept;
        state.fee_unit = spec.fee_unit;
        out.state = state;
    }
    return out;
}

}  // namespace

PoolBook::PoolBook(std::vector<PoolSpec> specs, const PoolBookLimits& limits) : limits_(limits) {
    using namespace topic_of;
    filter_.topics0 = {kInitialize, kSwap, kMint, kBurn, kSync};
    for (const auto& spec : specs) follow(spec);
}

void PoolBook::follow(const PoolSpec& spec) {
    if (!index_.emplace(spec.address, entries_.size()).second) return;
    entries_.push_back({});
    entries_.back().spec = spec;
    pools_.push_back(blank(spec));
    filter_.addresses.push_back(spec.address);
    if (spec.kind == PoolKind::UniswapV2 && (spec.fee_kept == 0 || spec.fee_kept > spec.fee_unit))
        set_trouble(entries_.size() - 1, "the fee of a V2 pool must leave a part of the input");
}

bool PoolBook::complete() const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].stage == Stage::Contract) return false;
        // The first ticks; later extensions leave what is known in force.
        const auto* state = v3(i);
        if (state != nullptr && !state->sqrt_price.is_zero() && state->ticks == nullptr) return false;
    }
    return true;
}

const V3State* PoolBook::v3(std::size_t index) const {
    if (entries_[index].stage != Stage::Ready) return nullptr;
    return std::get_if<V3State>(&pools_[index].state);
}

void PoolBook::restart(std::size_t index) {
    auto& entry = entries_[index];
    entry.stage = Stage::Contract;
    entry.extension.reset();
    entry.want_low = 0;
    entry.want_high = -1;
    pools_[index] = blank(entry.spec);
}

void PoolBook::set_trouble(std::size_t index, std::string why) {
    restart(index);
    entries_[index].stage = Stage::Trouble;
    entries_[index].trouble = to_string(entries_[index].spec.address) + ": " + std::move(why);
}

bool PoolBook::rewind(const BlockRef& ancestor) {
    if (!started_) return false;
    if (ancestor.hash == block_.hash) return true;
    const auto frame =
        std::find_if(undo_.begin(), undo_.end(), [&](const Undo& undo) { return undo.before.hash == ancestor.hash; });
    if (frame == undo_.end()) return false;
    for (auto it = undo_.end(); it != frame;) {
        --it;
        for (auto& [index, pool] : it->pools) {
            if (entries_[index].stage == Stage::Ready) pools_[index] = std::move(pool);
        }
    }
    block_ = frame->before;
    undo_.erase(frame, undo_.end());
    round_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        entries_[i].extension.reset();
        if (entries_[i].stage == Stage::Ready && entries_[i].since > block_.number) restart(i);
    }
    return true;
}

void PoolBook::reset() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto& spec = entries_[i].spec;
        const bool impossible =
            spec.kind == PoolKind::UniswapV2 && (spec.fee_kept == 0 || spec.fee_kept > spec.fee_unit);
        if (impossible) continue;
        entries_[i].trouble.clear();
        restart(i);
    }
    started_ = false;
    block_ = {};
    round_.clear();
    undo_.clear();
    wanted_.clear();
}

std::optional<BlockRef> PoolBook::synced() const {
    if (!started_ || !complete()) return std::nullopt;
    return block_;
}

const Pool* PoolBook::find(const Address& address) const {
    const auto it = index_.find(address);
    return it == index_.end() ? nullptr : &pools_[it->second];
}

const std::string& PoolBook::trouble(const Address& pool) const {
    static const std::string kNone;
    const auto it = index_.find(pool);
    return it == index_.end() ? kNone : entries_[it->second].trouble;
}

void PoolBook::note(const std::optional<MissingTicks>& missing) const {
    if (!missing || wanted_.size() >= kWantedNoted) return;
    if (std::find(wanted_.begin(), wanted_.end(), *missing) == wanted_.end()) wanted_.push_back(*missing);
}

std::vector<Route> PoolBook::routes(const Address& token_in, const Address& token_out,
                                    const RouteLimits& limits) const {
    return find_routes(pools_, token_in, token_out, limits);
}

RouteQuote PoolBook::quote_exact_in(const Route& route, const U256& amount, const QuoteLimits& limits) const {
    auto out = dex::quote_exact_in(pools_, route, amount, limits);
    note(out.missing);
    return out;
}

RouteQuote PoolBook::quote_exact_out(const Route& route, const U256& amount, const QuoteLimits& limits) const {
    auto out = dex::quote_exact_out(pools_, route, amount, limits);
    note(out.missing);
    return out;
}

Split PoolBook::best_split(const Address& token_in, const Address& token_out, const U256& amount,
                           const SplitLimits& limits) const {
    auto out = dex::best_split(pools_, token_in, token_out, amount, limits);
    for (const auto& missing : out.missing) note(missing);
    return out;
}

Split PoolBook::best_exact_out(const Address& token_in, const Address& token_out, const U256& amount,
                               const RouteLimits& limits) const {
    auto out = dex::best_exact_out(pools_, token_in, token_out, amount, limits);
    for (const auto& missing : out.missing) note(missing);
    return out;
}

std::vector<Call> PoolBook::audit_calls(const Address& pool) const {
    const auto it = index_.find(pool);
    if (it == index_.end()) return {};
    if (entries_[it->second].spec.kind == PoolKind::UniswapV2) return {{pool, call_data(call_of::kGetReserves)}};
    return {{pool, call_data(call_of::kSlot0)}, {pool, call_data(call_of::kLiquidity)}};
}

Result<bool> PoolBook::audit(const Address& pool, const BlockRef& at, std::span<const CallResult> results) const {
    const auto it = index_.find(pool);
    if (it == index_.end() || entries_[it->second].stage != Stage::Ready)
        return fail(Errc::NotFound, to_string(pool) + " is not followed");
    if (at.hash != block_.hash)
        return fail(Errc::Mismatch, "an audit at block " + std::to_string(at.number) + ", the state is of " +
                                        std::to_string(block_.number));
    if (results.size() != audit_calls(pool).size()) return fail(Errc::Decode, "an audit with answers missing");
    for (const auto& result : results) {
        if (!result.success) return fail(Errc::Reverted, to_string(pool) + " does not tell its state");
    }
    const auto& state = pools_[it->second].state;
    if (const auto* pair = std::get_if<V2State>(&state)) {
        abi::Reader reader(results[0].data);
        TRY(const auto reserve0, reader.uint(112));
        TRY(const auto reserve1, reader.uint(112));
        return pair->reserve0 == reserve0 && pair->reserve1 == reserve1;
    }
    const auto& ours = std::get<V3State>(state);
    TRY(const auto slot0, read_slot0(results[0].data));
    abi::Reader reader(results[1].data);
    TRY(const auto liquidity, read_u128(reader));
    return ours.sqrt_price == slot0.sqrt_price && ours.tick == slot0.tick && ours.liquidity == liquidity;
}

}  // namespace plimsoll::dex
