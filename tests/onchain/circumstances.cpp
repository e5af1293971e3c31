// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/circumstances.hpp"

#include <fmt/format.h>

namespace plimsoll::onchain {

namespace {

Address number_address(std::uint8_t number) {
    Address out;
    out.bytes.fill(0x5b);
    out.bytes[19] = number;
    return out;
}

U256 with_field(U256 word, ConfigField field, std::uint64_t value) {
    for (unsigned i = 0; i < field.count; ++i) word = word.with_bit(field.from + i, (value >> i & 1U) != 0);
    return word;
}

}  // namespace

Circumstances::Circumstances(World& world, Dice& dice) : world_(world), dice_(dice) {
    const std::string ether = R"(","0xd3c21bcecceda1000000"])";
    world_.node.request("anvil_setBalance", "[\"" + to_hex(world_.info.configurator.view()) + ether);
    for (const auto& reserve : world_.info.reserves)
        world_.node.request("anvil_setBalance", "[\"" + to_hex(reserve.a_token.view()) + ether);
    // One answers true to everything, the other false.
    world_.node.request("anvil_setCode",
                        fmt::format(R"(["{}","0x600160005260206000f3"])", to_hex(number_address(1).view())));
    world_.node.request("anvil_setCode",
                        fmt::format(R"(["{}","0x600060005260206000f3"])", to_hex(number_address(0).view())));
}

void Circumstances::mine(const std::vector<Tx>& transactions) {
    world_.node.mine(transactions, world_.next_second());
}

std::uint64_t Circumstances::get(const Address& asset, ConfigField field) {
    const U256 word = world_.node.number(world_.info.pool,
                                         abi::Encoder(selector("getConfiguration(address)")).address(asset).finish());
    return word.bits(field.from, field.count);
}

void Circumstances::set(const Address& asset, ConfigField field, std::uint64_t value) {
    const U256 word = world_.node.number(world_.info.pool,
                                         abi::Encoder(selector("getConfiguration(address)")).address(asset).finish());
    auto data = abi::Encoder(selector("setConfiguration(address,(uint256))"))
                    .address(asset)
                    .uint(with_field(word, field, value))
                    .finish();
    const Tx tx{world_.info.configurator, world_.info.pool, std::move(data), "setConfiguration"};
    world_.node.must({tx}, world_.next_second());
}

void Circumstances::drain(const DevReserve& reserve, const U256& left) {
    const U256 there = world_.node.number(
        reserve.asset, abi::Encoder(selector("balanceOf(address)")).address(reserve.a_token).finish());
    mine({transfer(reserve.a_token, reserve.asset, world_.bridge, saturating_sub(there, left))});
}

void Circumstances::sentinel(bool allows) {
    auto data = abi::Encoder(selector("setPriceOracleSentinel(address)")).address(number_address(allows ? 1 : 0));
    world_.node.must({Tx{world_.info.admin(), world_.info.provider, data.finish(), "sentinel"}}, world_.next_second());
}

void Circumstances::price_times(const DevReserve& reserve, std::uint64_t permille) {
    const U256 price = world_.price_of(reserve.asset);
    mine(reprice(world_, reserve.asset, *mul_div_down(price, U256{permille}, U256{1'000})));
}

/// Whole tokens, a little above what there is, or far below.
void Circumstances::cap(const DevReserve& reserve, ConfigField field, const Address& token) {
    const U256 total = world_.node.number(token, abi::Encoder(selector("totalSupply()")).finish());
    const U256 whole = *div_down(total, *pow10(reserve.decimals));
    set(reserve.asset, field, dice_.percent(80) ? whole.low_u64() + dice_.between(1, 40) : whole.low_u64() / 2 + 1);
}

/// The ceiling a little above what is owed already, or anywhere.
void Circumstances::isolate(const Address& asset) {
    constexpr std::size_t kIsolatedDebt = 14;
    const Bytes data =
        world_.node.call(world_.info.pool, abi::Encoder(selector("getReserveData(address)")).address(asset).finish());
    const std::uint64_t owed = abi::load_word(data.data() + 32 * kIsolatedDebt).low_u64();
    set(asset, kDebtCeiling, dice_.percent(70) ? owed + dice_.between(1, 100'000) : dice_.between(1, 3'000'000));
}

/// Supplies that are no collateral, and collateral that nobody needs.
std::string Circumstances::users() {
    std::vector<Tx> out;
    for (const auto& user : world_.users) {
        const auto& reserve = dice_.pick(world_.info.reserves);
        const U256 value = *checked_mul(U256{dice_.between(1, 20'000)}, U256{100'000'000});
        out.push_back(world_.pool.supply(user, reserve.asset, amount_worth(world_, reserve, value), user));
        if (dice_.percent(60)) out.push_back(world_.pool.use_as_collateral(user, reserve.asset, false));
    }
    mine(out);
    return "users supply more";
}

/// A supply used up for its own debt, which leaves the flag behind (3.0).
std::string Circumstances::ghosts() {
    std::vector<Tx> out;
    for (const auto* symbol : {"DAI", "USDC", "USDT"}) {
        const auto& reserve = world_.info.reserve(symbol);
        const auto& user = dice_.pick(world_.users);
        const U256 amount = units(dice_.between(1, 50), reserve.decimals);
        out.push_back(world_.pool.supply(user, reserve.asset, amount, user));
        out.push_back(world_.pool.borrow(user, reserve.asset, *checked_mul(amount, U256{2}), RateMode::Variable, user));
        out.push_back(world_.pool.repay_with_a_tokens(user, reserve.asset, kU256Max, RateMode::Variable));
    }
    mine(out);
    return "flags left behind";
}

std::string Circumstances::one() {
    const auto& reserve = dice_.pick(world_.info.reserves);
    const auto& asset = reserve.asset;
    const auto told = [&](const char* what) { return fmt::format("{} {}", reserve.symbol, what); };
    switch (dice_.below(17)) {
        case 0:
            set(asset, kFrozen, 1);
            return told("frozen");
        case 1:
            set(asset, kPaused, 1);
            return told("paused");
        case 2:
            set(asset, kActive, 0);
            return told("inactive");
        case 3:
        case 4:
            set(asset, kLtv, 0);
            return told("without LTV");
        case 5:
            set(asset, kBorrowing, 0);
            return told("not borrowable");
        case 6:
            set(asset, kSiloed, 1);
            return told("siloed");
        case 7:
            set(asset, kIsolationBorrowable, dice_.below(2));
            return told("in isolation");
        case 8:
            isolate(dice_.percent(60) ? world_.info.reserve("ENS").asset : asset);
            return "isolated";
        case 9:
            cap(reserve, kSupplyCap, reserve.a_token);
            return told("supply cap");
        case 10:
            cap(reserve, kBorrowCap, reserve.debt_token);
            return told("borrow cap");
        case 11:
            drain(reserve, amount_worth(world_, reserve, *checked_mul(U256{dice_.between(1, 900)}, U256{100'000'000})));
            return told("drained");
        case 12:
            price_times(reserve, dice_.between(700, 1'200));
            return told("repriced");
        case 13: {
            const bool allows = dice_.percent(30);
            sentinel(allows);
            return allows ? "sentinel allows" : "sentinel bars";
        }
        case 14:
            return ghosts();
        case 15:
            set(asset, kCategory, dice_.below(3));
            return told("category");
        default:
            return users();
    }
}

std::string Circumstances::happen() {
    std::string out = users();
    if (dice_.percent(35)) {
        price_times(world_.info.reserve("WETH"), dice_.between(600, 980));
        out += ", WETH falls";
    }
    for (std::uint64_t i = dice_.between(1, 5); i > 0; --i) out += ", " + one();
    world_.node.mine({}, world_.next_second() + dice_.below(20'000));
    return out;
}

}  // namespace plimsoll::onchain
