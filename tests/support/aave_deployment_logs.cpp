// SPDX-License-Identifier: Apache-2.0
// Blocks of the stand-in: each function changes the truth and gives the log that the contracts would emit.
#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "tests/support/aave_deployment.hpp"

namespace plimsoll::test {

using namespace lending::aave_v3;

BlockRef AaveDeployment::next(std::uint64_t seconds, std::uint8_t fork) {
    const Hash32 parent = head.hash;
    head.parent = parent;
    ++head.number;
    head.timestamp += seconds;
    for (std::size_t i = 0; i < 8; ++i) head.hash.bytes[i] = static_cast<std::uint8_t>(head.number >> (8 * i));
    head.hash.bytes[31] = static_cast<std::uint8_t>(head.hash.bytes[31] + 1 + fork);
    next_log_ = 0;
    state.block = head;
    return head;
}

Log AaveDeployment::log(const Address& emitter, std::vector<Hash32> topics, std::vector<U256> data) {
    Log out;
    out.address = emitter;
    out.topics = std::move(topics);
    for (const auto& word : data) {
        const auto raw = word.to_be_bytes();
        out.data.insert(out.data.end(), raw.begin(), raw.end());
    }
    out.block_number = head.number;
    out.block_hash = head.hash;
    out.log_index = next_log_++;
    return out;
}

Log AaveDeployment::moved_price(std::size_t id, std::uint64_t price) {
    state.reserves[id].edit().price.value = U256{price};
    feeds[id].aggregator_answer = U256{price};
    Hash32 answer;
    answer.bytes = U256{price}.to_be_bytes();
    return log(feeds[id].aggregator, {event::kAnswerUpdated, answer, {}}, {U256{head.timestamp}});
}

U256 AaveDeployment::index(std::size_t id, bool debt) const {
    const View view(state, head.timestamp);
    const auto* reserve = view.reserve(static_cast<ReserveId>(id)).value();
    return debt ? reserve->debt_index : reserve->income;
}

Log AaveDeployment::updated_reserve(std::size_t id) {
    const U256 income = index(id, false);
    const U256 debt = index(id, true);
    ReserveState& s = state.reserves[id].edit();
    s.liquidity_index = income;
    s.borrow_index = debt;
    s.liquidity_rate = checked_add(s.liquidity_rate, U256{head.number}).value();
    s.borrow_rate = checked_add(s.borrow_rate, U256{3 * head.number}).value();
    s.last_update = head.timestamp;
    return log(pool(), {event::kReserveDataUpdated, abi::topic_of_address(reserve(id).asset)},
               {s.liquidity_rate, U256{}, s.borrow_rate, s.liquidity_index, s.borrow_index});
}

Log AaveDeployment::switched_collateral(const Address& account, std::size_t id, bool on) {
    accounts[account].at(static_cast<ReserveId>(id)).collateral = on;
    return log(pool(), {on ? event::kCollateralEnabled : event::kCollateralDisabled,
                        abi::topic_of_address(reserve(id).asset), abi::topic_of_address(account)});
}

Log AaveDeployment::set_emode(const Address& account, std::uint8_t category) {
    accounts[account].emode = category;
    return log(pool(), {event::kUserEModeSet, abi::topic_of_address(account)}, {U256{category}});
}

/// ScaledBalanceTokenBase._mintScaled and _burnScaled of 3.0 to 3.4 (half-up) and from 3.5 on (directed).
Log AaveDeployment::moved_balance(const Address& account, std::size_t id, bool debt, const U256& amount,
                                  const U256& index_before, bool mint) {
    const bool directed = version_ >= Version::V35;
    const U256 now = index(id, debt);
    const Rounding held = !directed ? Rounding::HalfUp : debt ? Rounding::Up : Rounding::Down;
    const Rounding moved = !directed ? Rounding::HalfUp : (debt == mint) ? Rounding::Up : Rounding::Down;
    Holding& holding = accounts[account].at(static_cast<ReserveId>(id));
    u128& scaled = debt ? holding.debt : holding.supply;
    const U256 before = U256::from_u128(scaled);
    const U256 balance = ray_mul(before, now, held).value();
    const U256 interest = checked_sub(balance, ray_mul(before, index_before, held).value()).value();
    const U256 step = ray_div(amount, now, moved).value();
    const U256 after = (mint ? checked_add(before, step) : checked_sub(before, step)).value();
    scaled = after.low_u128();
    // Before 3.5 the event names the action's amount, then the change of the balance as it is rounded.
    const U256 change = directed ? (mint ? checked_sub(ray_mul(after, now, held).value(), balance)
                                         : checked_sub(balance, ray_mul(after, now, held).value()))
                                       .value()
                                 : amount;
    bool as_mint = mint;
    U256 value;
    if (mint) {
        value = checked_add(change, interest).value();
    } else if (interest > change) {
        as_mint = true;
        value = checked_sub(interest, change).value();
    } else {
        value = checked_sub(change, interest).value();
    }
    const Hash32 owner = abi::topic_of_address(account);
    const Address token = debt ? reserve(id).debt_token : reserve(id).a_token;
    return log(token, {as_mint ? event::kMint : event::kBurn, owner, owner}, {value, interest, now});
}

Log AaveDeployment::minted(const Address& account, std::size_t id, bool debt, const U256& amount,
                           const U256& index_before) {
    return moved_balance(account, id, debt, amount, index_before, true);
}

Log AaveDeployment::burnt(const Address& account, std::size_t id, bool debt, const U256& amount,
                          const U256& index_before) {
    return moved_balance(account, id, debt, amount, index_before, false);
}

Log AaveDeployment::transferred(const Address& from, const Address& to, std::size_t id, u128 scaled) {
    accounts[from].at(static_cast<ReserveId>(id)).supply -= scaled;
    accounts[to].at(static_cast<ReserveId>(id)).supply += scaled;
    return log(reserve(id).a_token, {event::kBalanceTransfer, abi::topic_of_address(from), abi::topic_of_address(to)},
               {U256::from_u128(scaled), index(id, false)});
}

}  // namespace plimsoll::test
