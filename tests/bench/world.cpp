// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/world.hpp"

#include "chain/codec/keccak.hpp"
#include "chain/feed/bloom.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::bench {

using namespace lending::aave_v3;
using test::AaveDeployment;

namespace {

constexpr std::uint8_t kMainDebt = 2;   // 6 decimals, 1 USD
constexpr std::uint8_t kSmallDebt = 3;  // 18 decimals, 1 USD
constexpr std::uint8_t kSmallSupply = 6;

/// A small generator of our own, so that every machine measures the same accounts.
class Dice {
  public:
    std::uint64_t below(std::uint64_t bound) {
        state_ = state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
        return (state_ >> 33U) % bound;
    }

  private:
    std::uint64_t state_ = 20'260'312;
};

void put(feed::Bloom& bloom, ByteView value) {
    for (const auto bit : feed::BloomBits::of(value).bits)
        bloom[255U - bit / 8U] = static_cast<std::uint8_t>(bloom[255U - bit / 8U] | 1U << (bit % 8U));
}

}  // namespace

keys::PrivateKey World::key_of(std::size_t number) {
    keys::SecretBytes secret(32);
    secret.bytes()[30] = static_cast<std::uint8_t>((number + 1) >> 8U);
    secret.bytes()[31] = static_cast<std::uint8_t>(number + 1);
    return keys::PrivateKey::from_bytes(std::move(secret)).value();
}

World::World(std::size_t accounts, Timestamp start) : aave_(Version::V36, kReserves) {
    if (start != 0) {
        for (auto& reserve : aave_.state.reserves)
            reserve.edit().last_update = start - (aave_.head.timestamp - reserve.state.last_update);
        aave_.head.timestamp = start;
    }
    for (const auto& reserve : aave_.state.reserves) price_.push_back(reserve.state.price.value.low_u64());
    for (std::size_t i = 0; i < kAlone + kTogether; ++i) {
        const std::uint8_t supplied = i < kAlone ? 0 : 1;
        wallets_.push_back({key_of(i), supplied, kMainDebt});
        protect(supplied, kMainDebt);
    }
    populate(accounts);
    seal({});
    mine();  // a chain is not begun with a block whose parent no node has
}

/// Scaled by the reserve's stored index: a whole number of tokens is only nearly that many.
void World::protect(std::uint8_t supplied, std::uint8_t borrowed) {
    const auto& key = wallets_.back().key;
    AccountState& account = aave_.accounts[key.address()];
    const auto tokens = [&](std::uint8_t id, std::uint64_t thousandths) {
        return U256::from_u128(thousandths * aave_.state.reserves[id].unit.value().low_u128() / 1'000).low_u128();
    };
    // 20,000 USD of collateral; the health factor at rest is 1.31.
    const std::uint64_t dollars = 20'000;
    const std::uint64_t whole = price_[supplied] / 100'000'000;
    Holding& main = account.at(supplied);
    main.supply = tokens(supplied, dollars * 1'000 / whole);
    main.collateral = true;
    const std::uint64_t threshold = aave_.state.reserves[supplied].state.config.threshold;
    const std::uint64_t debt = dollars * 1'000 * threshold / 10'000 * 100 / 132;
    Holding& little = account.at(kSmallSupply);
    little.supply = tokens(kSmallSupply, 1'000);
    little.collateral = true;
    account.at(borrowed).debt = tokens(borrowed, debt - 10'000);
    account.at(kSmallDebt).debt = tokens(kSmallDebt, 10'000);
    wallet_of_[key.address()] = wallets_.size() - 1;
    accounts_.push_back(key.address());
}

/// Two collaterals and two debts each, at health factors of 2 to 4.
void World::populate(std::size_t accounts) {
    Dice dice;
    for (std::uint64_t number = 1; accounts_.size() < accounts; ++number) {
        const Address address = AaveDeployment::address(9, number);
        AccountState& account = aave_.accounts[address];
        const auto first = static_cast<std::uint8_t>(dice.below(4));
        const std::uint64_t dollars = 1'000 + dice.below(1'000'000);
        for (const std::uint8_t id : {first, static_cast<std::uint8_t>(4 + dice.below(4))}) {
            Holding& holding = account.at(id);
            const u128 unit = aave_.state.reserves[id].unit.value().low_u128();
            holding.supply = static_cast<u128>(dollars) * unit * 100'000'000 / price_[id];
            holding.collateral = true;
        }
        for (const std::uint8_t id :
             {static_cast<std::uint8_t>((first + 1) % 4), static_cast<std::uint8_t>((first + 2) % 4)}) {
            const u128 unit = aave_.state.reserves[id].unit.value().low_u128();
            account.at(id).debt = static_cast<u128>(dollars) * unit * 100'000'000 / price_[id] * 100 /
                                  (250 + static_cast<u128>(dice.below(250)));
        }
        accounts_.push_back(address);
    }
}

const World::Block& World::seal(std::vector<Log> logs) {
    Block block;
    block.header.ref = aave_.head;
    block.header.ref.base_fee = Wei{U256{1'000'000'000}};
    block.header.gas_limit = 36'000'000;
    block.header.gas_used = 18'000'000;
    for (const auto& log : logs) {
        put(block.header.logs_bloom, log.address.view());
        for (const auto& topic : log.topics) put(block.header.logs_bloom, topic.view());
    }
    block.logs = std::move(logs);
    constexpr std::size_t kKept = 300;
    if (blocks_.size() == kKept) blocks_.pop_front();
    blocks_.push_back(std::move(block));
    return blocks_.back();
}

const World::Block& World::mine() {
    aave_.next(1);
    return seal({});
}

const World::Block& World::fall(std::uint8_t reserve) {
    aave_.next(1);
    std::vector<Log> logs;
    logs.push_back(aave_.moved_price(reserve, price_[reserve] * 94 / 100));
    return seal(std::move(logs));
}

const World::Block& World::include() {
    aave_.next(1);
    const View view(aave_.state, aave_.head.timestamp);
    std::vector<Log> logs;
    for (const auto& hash : waiting_) {
        Sent& sent = sent_.at(hash);
        sent.included = aave_.head.number;
        sent.block = aave_.head.hash;
        const auto repaid = execute(sent.raw);
        if (!repaid) continue;
        const Protected& wallet = wallets_[repaid->wallet];
        const U256 index = view.reserve(wallet.borrowed).value()->debt_index;
        logs.push_back(aave_.burnt(wallet.key.address(), wallet.borrowed, true, repaid->amount, index));
        logs.back().transaction_hash = hash;
        repaid_.push_back(*repaid);
    }
    waiting_.clear();
    taken_ = 0;
    return seal(std::move(logs));
}

const World::Block& World::recover(std::uint8_t reserve) {
    aave_.next(1);
    const View view(aave_.state, aave_.head.timestamp);
    std::vector<Log> logs;
    logs.push_back(aave_.moved_price(reserve, price_[reserve]));
    for (const auto& [number, amount] : repaid_) {
        const Protected& wallet = wallets_[number];
        const U256 index = view.reserve(wallet.borrowed).value()->debt_index;
        logs.push_back(aave_.minted(wallet.key.address(), wallet.borrowed, true, amount, index));
    }
    repaid_.clear();
    return seal(std::move(logs));
}

const World::Block& World::stir() {
    aave_.next(1);
    std::vector<Log> logs;
    for (std::size_t id = 0; id < kReserves; ++id) {
        const std::uint64_t now = aave_.state.reserves[id].state.price.value.low_u64();
        logs.push_back(aave_.moved_price(id, now == price_[id] ? price_[id] + price_[id] / 10'000 : price_[id]));
    }
    return seal(std::move(logs));
}

Nonce World::nonce(const Address& wallet) const {
    const auto found = nonces_.find(wallet);
    return found == nonces_.end() ? 0 : found->second;
}

}  // namespace plimsoll::bench
