// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/ledger.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"

namespace plimsoll::sim {

using namespace lending::aave_v3;

namespace {

constexpr Selector kAllowance = selector("allowance(address,address)");
constexpr Selector kApprove = selector("approve(address,uint256)");

bool is(const Bytes& data, const Selector& function) {
    return data.size() >= 4 && std::equal(function.bytes.begin(), function.bytes.end(), data.begin());
}

U256 argument(const Bytes& data, std::size_t index) {
    return abi::load_word(data.data() + 4 + 32 * index);
}

Address address_argument(const Bytes& data, std::size_t index) {
    Address out;
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(4 + 32 * index + 12), 20, out.bytes.begin());
    return out;
}

CallResult word(const U256& value) {
    const auto bytes = value.to_be_bytes();
    return {true, Bytes(bytes.begin(), bytes.end())};
}

U256 of(const std::map<Address, U256>& amounts, const Address& owner) {
    const auto found = amounts.find(owner);
    return found == amounts.end() ? U256{} : found->second;
}

}  // namespace

Ledger::Ledger(Version version) : aave(version), tokens(aave.state.reserves.size()) {
    for (const auto& reserve : aave.state.reserves)
        first_indices_.emplace_back(reserve.state.liquidity_index, reserve.state.borrow_index);
}

void Ledger::enter(const BlockRef& block) {
    aave.next(1);  // begins to count logs anew
    aave.head = block;
    aave.state.block = block;
}

CallResult Ledger::view(const Call& call) {
    const auto id = aave.state.id_of(call.to);
    if (id && is(call.data, call::kBalanceOf) && call.data.size() == 36)
        return word(of(tokens[*id].balance, address_argument(call.data, 0)));
    if (id && is(call.data, kAllowance) && call.data.size() == 68) {
        const bool to_pool = address_argument(call.data, 1) == aave.pool();
        return word(to_pool ? of(tokens[*id].allowance, address_argument(call.data, 0)) : U256{});
    }
    if (auto answered = view_guarded(call)) return *std::move(answered);
    return aave.answer(call);
}

bool Ledger::execute(const Address& from, const Address& to, const Bytes& data, std::vector<Log>& logs) {
    if (to == aave.pool()) return pay(from, data, logs);
    if (to == Guarded::guard()) return rescue(from, data, logs);
    const auto id = aave.state.id_of(to);
    if (!id || !is(data, kApprove) || data.size() != 68 || address_argument(data, 0) != aave.pool()) return false;
    U256& allowance = tokens[*id].allowance[from];
    const U256 amount = argument(data, 1);
    if (tokens[*id].stubborn && !allowance.is_zero() && !amount.is_zero()) return false;
    allowance = amount;
    return true;
}

/// Pool.repay of a debt at a variable rate.
bool Ledger::pay(const Address& from, const Bytes& data, std::vector<Log>& logs) {
    if (!is(data, call::kRepay) || data.size() != 4 + 4 * 32 || argument(data, 2) != U256{2}) return false;
    const auto id = aave.state.id_of(address_argument(data, 0));
    const Address account = address_argument(data, 3);
    if (!id || aave.reserve(*id).state.config.paused) return false;
    const U256 owed = debt(account, *id);
    const U256 amount = std::min(argument(data, 1), owed);
    U256& balance = tokens[*id].balance[from];
    U256& allowance = tokens[*id].allowance[from];
    if (amount.is_zero() || balance < amount || allowance < amount) return false;
    balance = *checked_sub(balance, amount);
    if (allowance != kU256Max) allowance = *checked_sub(allowance, amount);
    repay(account, *id, amount, logs);
    return true;
}

void Ledger::set_price(std::size_t id, std::uint64_t price, std::vector<Log>& logs) {
    Log log = aave.moved_price(id, price);
    if (!aave.feeds[id].aggregator.is_zero()) logs.push_back(std::move(log));
}

void Ledger::set_borrow_rate(std::size_t id, std::uint64_t bps, std::vector<Log>& logs) {
    Log log = aave.updated_reserve(id);
    ReserveState& state = aave.state.reserves[id].edit();
    state.borrow_rate = *mul_div_down(kRay, U256{bps}, U256{10'000});
    state.liquidity_rate = *div_down(state.borrow_rate, U256{2});
    const std::array<U256, 5> words{state.liquidity_rate, U256{}, state.borrow_rate, state.liquidity_index,
                                    state.borrow_index};
    log.data.clear();
    for (const auto& value : words) {
        const auto bytes = value.to_be_bytes();
        log.data.insert(log.data.end(), bytes.begin(), bytes.end());
    }
    logs.push_back(std::move(log));
}

void Ledger::move(const Address& account, std::size_t id, bool debt, const U256& amount, bool mint,
                  std::vector<Log>& logs) {
    const auto& first = first_indices_[id];
    const auto [before, fresh] = index_before_.try_emplace({account, id, debt}, debt ? first.second : first.first);
    logs.push_back(mint ? aave.minted(account, id, debt, amount, before->second)
                        : aave.burnt(account, id, debt, amount, before->second));
    logs.push_back(aave.updated_reserve(id));
    const auto& state = aave.reserve(id).state;
    before->second = debt ? state.borrow_index : state.liquidity_index;
}

void Ledger::borrow(const Address& account, std::size_t id, const U256& amount, std::vector<Log>& logs) {
    if (amount.is_zero()) return;
    move(account, id, true, amount, true, logs);
    U256& balance = tokens[id].balance[account];
    balance = *checked_add(balance, amount);
}

void Ledger::supply(const Address& account, std::size_t id, const U256& amount, std::vector<Log>& logs) {
    if (amount.is_zero()) return;
    const auto* holding = aave.accounts[account].find(static_cast<ReserveId>(id));
    const bool first = holding == nullptr || !holding->collateral;
    move(account, id, false, amount, true, logs);
    if (first) logs.push_back(aave.switched_collateral(account, id, true));
}

void Ledger::withdraw(const Address& account, std::size_t id, const U256& amount, std::vector<Log>& logs) {
    const U256 taken = std::min(amount, supplied(account, id));
    if (!taken.is_zero()) move(account, id, false, taken, false, logs);
}

void Ledger::repay(const Address& account, std::size_t id, const U256& amount, std::vector<Log>& logs) {
    const U256 paid = std::min(amount, debt(account, id));
    if (!paid.is_zero()) move(account, id, true, paid, false, logs);
}

bool Ledger::liquidate(const Address& account, std::vector<Log>& logs) {
    const Wad health = this->health(account);
    if (health.value >= kWad) return false;
    std::size_t owed = 0;
    std::size_t held = 0;
    for (std::size_t id = 1; id < tokens.size(); ++id) {
        if (worth(id, debt(account, id)) > worth(owed, debt(account, owed))) owed = id;
        if (worth(id, supplied(account, id)) > worth(held, supplied(account, held))) held = id;
    }
    const U256 all = debt(account, owed);
    const bool close = health.value < *mul_div_down(kWad, U256{95}, U256{100});
    U256 paid = close ? all : *div_down(all, U256{2});
    const U256 bonus{aave.reserve(held).state.config.bonus};
    const U256 unit = aave.reserve(held).unit.value();
    const auto seized_for = [&](const U256& amount) {
        const U256 value = *mul_div_down(worth(owed, amount), bonus, kBps);
        return *mul_div_down(value, unit, U256{price(held)});
    };
    const U256 there = supplied(account, held);
    while (seized_for(paid) >= there && !paid.is_zero()) paid = *mul_div_down(paid, U256{9}, U256{10});
    if (paid.is_zero()) return false;
    const U256 seized = seized_for(paid);
    repay(account, owed, paid, logs);
    withdraw(account, held, seized, logs);
    return true;
}

lending::AccountSummary Ledger::summary(const Address& account) const {
    return summary(account, aave.head.timestamp);
}

lending::AccountSummary Ledger::summary(const Address& account, Timestamp at) const {
    const View view(aave.state, at);
    const auto found = aave.accounts.find(account);
    static const AccountState kNone;
    return wide_summary(view, found == aave.accounts.end() ? kNone : found->second).value();
}

U256 Ledger::debt(const Address& account, std::size_t id) const {
    const auto found = aave.accounts.find(account);
    const auto* holding = found == aave.accounts.end() ? nullptr : found->second.find(static_cast<ReserveId>(id));
    if (holding == nullptr) return {};
    const View view(aave.state, aave.head.timestamp);
    return debt_of(view, *view.reserve(static_cast<ReserveId>(id)).value(), holding->debt).value();
}

U256 Ledger::supplied(const Address& account, std::size_t id) const {
    const auto found = aave.accounts.find(account);
    const auto* holding = found == aave.accounts.end() ? nullptr : found->second.find(static_cast<ReserveId>(id));
    if (holding == nullptr) return {};
    const View view(aave.state, aave.head.timestamp);
    return supply_of(view, *view.reserve(static_cast<ReserveId>(id)).value(), holding->supply).value();
}

U256 Ledger::worth(std::size_t id, const U256& amount) const {
    return *mul_div_down(amount, U256{price(id)}, aave.reserve(id).unit.value());
}

U256 Ledger::amount_of(std::size_t id, std::uint64_t dollars) const {
    return *mul_div_down(*checked_mul(U256{dollars}, U256{100'000'000}), aave.reserve(id).unit.value(),
                         U256{price(id)});
}

}  // namespace plimsoll::sim
