// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/chain.hpp"

#include <algorithm>

#include "chain/codec/keccak.hpp"
#include "chain/lending/aave_v3/contracts.hpp"

namespace plimsoll::sim {

namespace {

constexpr std::uint64_t kGwei = 1'000'000'000;

Hash32 name_of(const Hash32& parent, BlockNumber number, std::uint64_t salt) {
    Bytes seed(parent.bytes.begin(), parent.bytes.end());
    for (unsigned i = 0; i < 8; ++i) {
        seed.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
        seed.push_back(static_cast<std::uint8_t>(salt >> (8 * i)));
    }
    return keccak256(seed);
}

Wei times(const Wei& price, Gas gas) {
    return Wei{*checked_mul(price.value, U256{gas})};
}

}  // namespace

Chain::Chain(Ledger genesis, Timestamp start, const Pace& pace, Random random)
    : kept_(pace.kept), random_(random), gas_(random_.fork()) {
    auto first = std::make_unique<Block>();
    first->ref = {1'000, name_of({}, 1'000, 0), {}, start, Wei{U256{10 * kGwei}}};
    first->after = std::make_shared<Ledger>(std::move(genesis));
    first->after->enter(first->ref);
    first->gas_used = kGasLimit / 2;
    first->tip = Wei{U256{kGwei}};
    first->fee_parts = pace.fee_parts;
    head_ = first.get();
    by_number_[first->ref.number].push_back(first->ref.hash);
    blocks_.emplace(first->ref.hash, std::move(first));
}

const Block* Chain::find(const Hash32& hash) const {
    const auto found = blocks_.find(hash);
    return found == blocks_.end() ? nullptr : found->second.get();
}

bool Chain::is_ancestor(const Block* block, const Block* tip) {
    while (tip != nullptr && tip->ref.number > block->ref.number) tip = tip->parent;
    return tip == block;
}

const std::vector<const Block*>& Chain::holders(const Hash32& transaction) const {
    static const std::vector<const Block*> kNone;
    const auto found = holders_.find(transaction);
    return found == holders_.end() ? kNone : found->second;
}

/// EIP-1559, written down a second time.
Wei Chain::next_base_fee(const Block& block) {
    constexpr Gas kTarget = kGasLimit / 2;
    const U256 base = block.ref.base_fee.value;
    if (block.gas_used == kTarget) return block.ref.base_fee;
    const bool up = block.gas_used > kTarget;
    const U256 off{up ? block.gas_used - kTarget : kTarget - block.gas_used};
    const U256 delta = *div_down(*div_down(*checked_mul(base, off), U256{kTarget}), U256{block.fee_parts});
    if (up) return Wei{*checked_add(base, std::max(delta, U256{1}))};
    return Wei{std::max(*checked_sub(base, delta), U256{7})};
}

const Block& Chain::build(const Block& parent, Timestamp at, const Candidates& candidates, const Candidates& shielded,
                          const std::vector<Change>& first, const std::vector<Change>& last, const Demand& demand) {
    auto fresh = std::make_unique<Block>();
    Block& block = *fresh;
    const BlockNumber number = parent.ref.number + 1;
    block.ref = {number, name_of(parent.ref.hash, number, ++salt_), parent.ref.hash, at, next_base_fee(parent)};
    block.parent = &parent;
    block.fee_parts = parent.fee_parts;
    block.after = std::make_shared<Ledger>(*parent.after);
    block.after->enter(block.ref);
    for (const auto& change : first) change(*block.after, block.logs);
    // Others bid until the price is theirs: full blocks while it is below, empty ones while it is above.
    const U256 wanted = *checked_mul(U256{demand.gwei}, U256{kGwei});
    const U256 base = block.ref.base_fee.value;
    const bool cheap = base < *mul_div_down(wanted, U256{9}, U256{10});
    const bool dear = base > *mul_div_down(wanted, U256{11}, U256{10});
    const Gas others = cheap  ? kGasLimit - random_.pick(0, 60'000)
                       : dear ? random_.pick(0, kGasLimit / 8)
                              : random_.pick(kGasLimit / 4, kGasLimit / 4 * 3);
    block.tip = Wei{U256{demand.tip_gwei * kGwei / 2 + random_.pick(0, demand.tip_gwei * kGwei / 2)}};
    block.gas_used = others;
    if (!random_.chance(demand.censored)) {
        std::vector<Bid> bids;
        for (const auto& tx : candidates) bids.push_back({tx, false});
        for (const auto& tx : shielded) bids.push_back({tx, true});
        if (!shielded.empty())
            std::stable_sort(bids.begin(), bids.end(), [](const Bid& a, const Bid& b) {
                return fields(*a.tx).max_priority_fee > fields(*b.tx).max_priority_fee;
            });
        include(block, std::move(bids), others);
    }
    for (const auto& change : last) change(*block.after, block.logs);
    std::uint32_t index = 0;
    for (auto& log : block.logs) {
        log.block_number = block.ref.number;
        log.block_hash = block.ref.hash;
        log.log_index = index++;
    }
    for (const auto& mined : block.mined) holders_[mined.tx->hash].push_back(&block);
    by_number_[number].push_back(block.ref.hash);
    return *blocks_.emplace(block.ref.hash, std::move(fresh)).first->second;
}

/// In a full block only who pays more than the others displaces them.
void Chain::include(Block& block, std::vector<Bid> left, Gas others) {
    for (bool more = true; more;) {
        more = false;
        for (auto it = left.begin(); it != left.end(); ++it) {
            const auto& asked = fields(*it->tx);
            const Nonce next = block.after->nonces[it->tx->sender];
            if (asked.message.nonce < next) {
                left.erase(it);
                more = true;
                break;
            }
            if (asked.message.nonce > next || asked.max_fee < block.ref.base_fee) continue;
            const Wei room{*checked_sub(asked.max_fee.value, block.ref.base_fee.value)};
            const bool full = others + asked.message.gas_limit > kGasLimit;
            if (full && std::min(room, asked.max_priority_fee) < block.tip) continue;
            if (block.after->native[it->tx->sender] < times(asked.max_fee, asked.message.gas_limit).value) continue;
            const Bid taken = *it;
            left.erase(it);
            run(block, taken);
            more = true;
            break;
        }
    }
}

void Chain::run(Block& block, const Bid& bid) {
    const auto& tx = bid.tx;
    const auto& asked = fields(*tx);
    Ledger& state = *block.after;
    Mined mined;
    mined.tx = tx;
    mined.price = std::min(Wei{*checked_add(block.ref.base_fee.value, asked.max_priority_fee.value)}, asked.max_fee);
    const bool pays = asked.message.data.size() > 68;
    const Gas needs = pays ? 150'000 + gas_.pick(0, 50'000) : 46'000;
    const std::size_t before = block.logs.size();
    if (asked.message.gas_limit < needs) {
        mined.gas = asked.message.gas_limit;  // out of gas
    } else {
        mined.succeeded = state.execute(tx->sender, *asked.message.to, asked.message.data, block.logs);
        mined.gas = mined.succeeded ? needs : needs / 3;
    }
    if (bid.shielded && !mined.succeeded) return;
    ++state.nonces[tx->sender];
    for (std::size_t i = before; i < block.logs.size(); ++i) block.logs[i].transaction_hash = tx->hash;
    U256& native = state.native[tx->sender];
    native = *checked_sub(native, times(mined.price, mined.gas).value);
    block.gas_used = std::min(kGasLimit, block.gas_used + mined.gas);
    block.mined.push_back(std::move(mined));
}

void Chain::forget_old() {
    while (!by_number_.empty() && by_number_.begin()->first + kept_ < head_->ref.number) {
        const BlockNumber number = by_number_.begin()->first;
        for (auto& hash : by_number_.begin()->second) {
            for (const auto& mined : blocks_.at(hash)->mined) holders_.erase(mined.tx->hash);
            blocks_.erase(hash);
        }
        by_number_.erase(by_number_.begin());
        for (const auto& hash : by_number_.begin()->second) {
            if (by_number_.begin()->first == number + 1) blocks_.at(hash)->parent = nullptr;
        }
    }
}

}  // namespace plimsoll::sim
