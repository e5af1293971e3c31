// SPDX-License-Identifier: Apache-2.0
// The guard (strategies/contracts/src) and Uniswap V2, written down a second time as far as a deleverage by a sale of
// collateral uses them.
#include "tests/simulation/guarded.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "chain/dex/pool_words.hpp"
#include "strategies/safe.hpp"
#include "tests/simulation/ledger.hpp"

namespace plimsoll::sim {

using guard::Action;

namespace {

constexpr Timestamp kWindow = 86'400;
constexpr std::uint64_t kKept = 997;  // of a thousand: UniswapV2Library

CallResult words(const std::vector<U256>& values) {
    CallResult out{true, {}};
    for (const auto& value : values) {
        const auto bytes = value.to_be_bytes();
        out.data.insert(out.data.end(), bytes.begin(), bytes.end());
    }
    return out;
}

U256 word_of(const Address& address) {
    U256 out;
    std::array<std::uint8_t, 32> bytes{};
    std::copy(address.bytes.begin(), address.bytes.end(), bytes.begin() + 12);
    return abi::load_word(bytes.data());
}

bool same_function(const Bytes& data, const Bytes& other) {
    return data.size() >= 4 && std::equal(data.begin(), data.begin() + 4, other.begin());
}

/// policyOf's answer is setPolicy's last argument: behind the selector, the market's three words and the offset.
CallResult answer(const guard::Policy& policy) {
    constexpr std::ptrdiff_t kHead = 4 + 4 * 32;
    const Bytes call = guard::set_policy({}, {}, policy).data;
    CallResult out = words({U256{32}});
    out.data.insert(out.data.end(), call.begin() + kHead, call.end());
    return out;
}

bool is(const Bytes& data, const Selector& function) {
    return data.size() >= 4 && std::equal(function.bytes.begin(), function.bytes.end(), data.begin());
}

U256 amount_out(const U256& in, const U256& has_in, const U256& has_out) {
    const U256 kept = *checked_mul(in, U256{kKept});
    return *mul_div_down(kept, has_out, *checked_add(*checked_mul(has_in, U256{1'000}), kept));
}

}  // namespace

Address Guarded::guard() {
    return test::AaveDeployment::address(0xA2, 1);
}
Address Guarded::swapper() {
    return test::AaveDeployment::address(0xA2, 3);
}
Address Guarded::router() {
    return test::AaveDeployment::address(0xA2, 2);
}

Pair* Guarded::pair_of(std::size_t first, std::size_t second) {
    const auto it = std::find_if(pairs.begin(), pairs.end(),
                                 [&](const Pair& pair) { return pair.first == first && pair.second == second; });
    return it == pairs.end() ? nullptr : &*it;
}

/// PolicyBook.asOfNow.
Guarded::Spending Guarded::as_of(const Address& account, Timestamp now) const {
    const auto found = spendings.find(account);
    Spending out = found == spendings.end() ? Spending() : found->second;
    if (out.window != 0 && now >= out.window + kWindow) {
        out.previous = out.current;
        out.previous_last = out.last;
        out.current = {};
        out.window = 0;
    }
    if (now >= out.previous_last + kWindow) out.previous = {};
    return out;
}

std::optional<CallResult> Ledger::view_guarded(const Call& call) const {
    if (guarded.pairs.empty()) return std::nullopt;
    for (const auto& pair : guarded.pairs) {
        if (call.to != pair.address) continue;
        if (is(call.data, dex::call_of::kToken0)) return words({word_of(aave.reserve(pair.first).asset)});
        if (is(call.data, dex::call_of::kToken1)) return words({word_of(aave.reserve(pair.second).asset)});
        if (is(call.data, dex::call_of::kGetReserves)) return words({pair.has_first, pair.has_second, U256{1}});
        return CallResult{false, {}};
    }
    const auto policy = guarded.policies.find(call.to);
    if (policy != guarded.policies.end()) {  // an account, which is a Safe: isModuleEnabled, getOwners
        const auto asked = guard::safe_calls(call.to, Guarded::guard());
        return words({same_function(call.data, asked[0].data) ? U256{1} : U256{32}, U256{1}, word_of(call.to)});
    }
    if (call.to != Guarded::guard()) return std::nullopt;
    if (same_function(call.data, guard::swapper({}).data)) return words({word_of(Guarded::swapper())});
    if (call.data.size() < 36) return CallResult{false, {}};
    Address account;
    std::copy_n(call.data.begin() + 16, 20, account.bytes.begin());
    if (same_function(call.data, guard::policy_of({}, {}, {}).data)) {
        const auto of = guarded.policies.find(account);
        return answer(of == guarded.policies.end() ? guard::Policy() : of->second);
    }
    const auto spent = guarded.as_of(account, aave.head.timestamp);
    return words({spent.current, spent.previous, U256{spent.window}, U256{spent.last}});
}

/// One plan of the guard while it runs, on a ledger that is thrown away when it fails.
struct Ledger::Rescue {
    Ledger& state;
    const guard::Plan& plan;
    const guard::Policy& policy;
    std::vector<Log>& logs;
    std::map<std::size_t, U256> held;
    std::optional<std::size_t> due_of;
    U256 due;
    U256 taken;
    U256 given;

    bool step(const guard::Step& step);
    bool swap(const guard::Step& step, std::size_t id);
    U256 amount_held(const guard::Step& step, std::size_t id, bool spare_loan) {
        U256 amount = step.amount.value == kU256Max ? held[id] : step.amount.value;
        if (step.amount.value == kU256Max && spare_loan && due_of == id) amount = saturating_sub(amount, due);
        return amount;
    }
};

bool Ledger::Rescue::step(const guard::Step& step) {
    const auto id = state.aave.state.id_of(step.asset);
    if (!id || state.aave.reserve(*id).state.config.paused) return false;
    const auto listed = [&](const std::vector<Address>& list) {
        return std::find(list.begin(), list.end(), step.asset) != list.end();
    };
    if (step.action == Action::Swap) return swap(step, *id);
    if (step.action == Action::Withdraw) {
        const U256 there = state.supplied(plan.account, *id);
        const U256 amount = step.amount.value == kU256Max ? there : step.amount.value;
        if (!listed(policy.collaterals) || amount.is_zero() || amount > there) return false;
        state.withdraw(plan.account, *id, amount, logs);
        if (state.health(plan.account).value < kWad) return false;
        held[*id] = *checked_add(held[*id], amount);
        taken = *checked_add(taken, state.worth(*id, amount));
        return true;
    }
    const U256 amount = amount_held(step, *id, true);
    if (amount > held[*id]) return false;
    if (step.action == Action::Repay) {
        if (!listed(policy.debts)) return false;
        const U256 paid = std::min(amount, state.debt(plan.account, *id));
        state.repay(plan.account, *id, paid, logs);
        held[*id] = *checked_sub(held[*id], paid);
        given = *checked_add(given, state.worth(*id, paid));
        return true;
    }
    if (step.action != Action::Supply || !listed(policy.collaterals)) return false;
    state.supply(plan.account, *id, amount, logs);
    held[*id] = *checked_sub(held[*id], amount);
    given = *checked_add(given, state.worth(*id, amount));
    return true;
}

/// UniswapV2Router02.swapExactTokensForTokens through pairs that exist.
bool Ledger::Rescue::swap(const guard::Step& step, std::size_t id) {
    constexpr auto kSwap = selector("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)");
    const bool allowed = std::find(policy.venues.begin(), policy.venues.end(), step.target) != policy.venues.end();
    if (!allowed || step.target != Guarded::router() || state.guarded.router_broken || !is(step.data, kSwap))
        return false;
    abi::Reader reader(ByteView(step.data).subspan(4));
    const auto in = reader.uint();
    const auto least = reader.uint();
    const auto path = reader.addresses();
    const auto to = reader.address();
    const auto deadline = reader.uint();
    if (!in || !least || !path || !to || !deadline || path->size() < 2 || *to != Guarded::swapper()) return false;
    const U256 amount = amount_held(step, id, false);
    if (amount > held[id] || *in > amount || *deadline < U256{state.aave.head.timestamp}) return false;
    U256 now = *in;
    std::size_t at = id;
    for (std::size_t i = 1; i < path->size(); ++i) {
        const auto next = state.aave.state.id_of((*path)[i]);
        if (!next) return false;
        Pair* forth = state.guarded.pair_of(at, *next);
        Pair* back = state.guarded.pair_of(*next, at);
        Pair* pair = forth != nullptr ? forth : back;
        if (pair == nullptr) return false;
        U256& has_in = forth != nullptr ? pair->has_first : pair->has_second;
        U256& has_out = forth != nullptr ? pair->has_second : pair->has_first;
        const U256 out = amount_out(now, has_in, has_out);
        has_in = *checked_add(has_in, now);
        has_out = *checked_sub(has_out, out);
        logs.push_back(state.synced(*pair));
        now = out;
        at = *next;
    }
    if (state.aave.reserve(at).asset != step.asset_out || now < *least || now < step.min_out.value) return false;
    held[id] = *checked_sub(held[id], *in);
    held[at] = *checked_add(held[at], now);
    return true;
}

Log Ledger::synced(const Pair& pair) {
    return aave.log(pair.address, {topic("Sync(uint112,uint112)")}, {pair.has_first, pair.has_second});
}

void Ledger::set_pair(std::size_t index, const U256& first, const U256& second, std::vector<Log>& logs) {
    Pair& pair = guarded.pairs[index];
    pair.has_first = first;
    pair.has_second = second;
    logs.push_back(synced(pair));
}

bool Ledger::rescue(const Address& from, const Bytes& data, std::vector<Log>& logs) {
    const auto plan = guard::read_execute(data);
    if (!plan) return false;
    const auto policy = guarded.policies.find(plan->account);
    const Timestamp now = aave.head.timestamp;
    if (policy == guarded.policies.end() || policy->second.guardian != from || now >= policy->second.expiry ||
        now > plan->deadline)
        return false;
    const auto before = guarded.as_of(plan->account, now);
    const Wad health_before = health(plan->account);
    if (now < before.last + policy->second.cooldown || health_before >= policy->second.trigger) return false;
    Ledger trial = *this;
    std::vector<Log> fresh;
    Rescue run{trial, *plan, policy->second, fresh, {}, {}, {}, {}, {}};
    if (plan->loan.lender != guard::Lender::None) {
        const auto id = trial.aave.state.id_of(plan->loan.asset);
        if (plan->loan.lender != guard::Lender::AaveV3 || !id || !trial.aave.limits[*id].flash_loans ||
            trial.aave.limits[*id].liquidity < plan->loan.amount.value)
            return false;
        run.held[*id] = plan->loan.amount.value;
        run.due_of = *id;
        run.due = *checked_add(plan->loan.amount.value,
                               *mul_div_up(plan->loan.amount.value, U256{trial.aave.flash_premium_bps}, kBps));
    }
    for (const auto& step : plan->steps) {
        if (!run.step(step)) return false;
    }
    if (run.due_of && run.held[*run.due_of] < run.due) return false;
    if (run.due_of) run.held[*run.due_of] = *checked_sub(run.held[*run.due_of], run.due);
    for (const auto& [id, left] : run.held) {
        U256& balance = trial.tokens[id].balance[plan->account];
        balance = *checked_add(balance, left);
        run.given = *checked_add(run.given, trial.worth(id, left));
    }
    const Wad after = trial.health(plan->account);
    if (after <= health_before || after < std::max(plan->floor, policy->second.floor)) return false;
    const bool closed = after.value == kU256Max;
    if (closed ? !policy->second.may_close : after > policy->second.ceiling) return false;
    const U256 lost = saturating_sub(run.taken, run.given);
    constexpr std::uint64_t kRounding = 1'000;  // of the base currency's smallest units
    const U256 allowed = *mul_div_down(run.taken, U256{policy->second.max_loss_bps}, kBps);
    if (lost > *checked_add(allowed, U256{kRounding})) return false;
    Guarded::Spending spending = before;
    spending.current = *checked_add(spending.current, run.taken);
    if (*checked_add(spending.current, spending.previous) > policy->second.value_per_day) return false;
    if (spending.window == 0) spending.window = now;
    spending.last = now;
    trial.guarded.spendings[plan->account] = spending;
    *this = std::move(trial);
    logs.insert(logs.end(), fresh.begin(), fresh.end());
    return true;
}

}  // namespace plimsoll::sim
