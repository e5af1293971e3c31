// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/exchange.hpp"

#include <fmt/format.h>

#include "chain/dex/swap_call.hpp"

namespace plimsoll::onchain {

namespace {

constexpr std::size_t kTrader = 4;  // of the node's accounts
constexpr int kRoundsMax = 60;
constexpr Timestamp kNoDeadline = 9'999'999'999;

void must_be(const Result<void>& result, const char* what) {
    if (!result) throw std::runtime_error(fmt::format("{}: {}", what, result.error().message));
}

}  // namespace

Exchange::Exchange(World& world, Dice& dice, const dex::PoolBookLimits& limits)
    : world_(world), dice_(dice), trader_(world.info.accounts.at(kTrader)), book_(specs(), limits) {}

std::vector<dex::PoolSpec> Exchange::specs() const {
    std::vector<dex::PoolSpec> out;
    for (const auto& pool : world_.info.exchange.pools) out.push_back({pool.address, dex::PoolKind::UniswapV3});
    for (const auto& pair : world_.info.exchange.pairs) out.push_back({pair.address, dex::PoolKind::UniswapV2});
    return out;
}

std::size_t Exchange::sync() {
    head_ = world_.node.latest().ref;
    std::size_t calls = 0;
    for (int round = 0; round < kRoundsMax; ++round) {
        auto reads = book_.reads(head_);
        if (reads.empty()) return calls;
        calls += reads.size();
        must_be(book_.answer(head_, world_.node.multicall(std::move(reads), head_.hash)), "answers");
    }
    throw std::runtime_error("the pools want ever more read");
}

std::vector<bool> Exchange::mine(std::span<const Tx> transactions) {
    const auto mined = world_.node.mine(transactions, head_.timestamp + dice_.between(1, 30));
    must_be(book_.apply(mined.header.ref, world_.node.logs(book_.filter(), mined.header.ref.hash)), "a block");
    sync();
    return mined.succeeded;
}

void Exchange::went_back(const BlockRef& ancestor) {
    if (!book_.rewind(ancestor)) throw std::runtime_error("the pools cannot be rewound");
    sync();
}

std::size_t Exchange::any_pool() {
    return static_cast<std::size_t>(dice_.below(book_.pools().size()));
}

std::size_t Exchange::any_pool(dex::PoolKind kind) {
    std::size_t out = any_pool();
    while (book_.pools()[out].kind() != kind) out = any_pool();
    return out;
}

U256 Exchange::any_amount(std::size_t index, bool of_token0, unsigned smallest_shift) {
    if (dice_.percent(3)) return U256{dice_.between(1, 1'000)};
    const auto& pool = book_.pools()[index];
    U256 depth;
    unsigned finest = smallest_shift;
    if (const auto* v3 = std::get_if<dex::V3State>(&pool.state)) {
        const auto liquidity = U256::from_u128(v3->liquidity == 0 ? u128{1} << 60U : v3->liquidity);
        depth = of_token0 ? *mul_div_down(liquidity, dex::kQ96, v3->sqrt_price)
                          : *mul_div_down(liquidity, v3->sqrt_price, dex::kQ96);
        // Where ranges are narrow, all that is real is a small part of it.
        if (v3->spacing == 1) finest += 5;
    } else {
        const auto& pair = std::get<dex::V2State>(pool.state);
        depth = of_token0 ? pair.reserve0 : pair.reserve1;
    }
    const auto shift = static_cast<unsigned>(dice_.between(finest, finest + 24));
    const auto out = shift_right(*mul_div_down(depth, U256{dice_.between(1, 1U << 18U)}, U256{1U << 16U}), shift);
    return out.is_zero() ? U256{1} : out;
}

dex::Route Exchange::route_of(std::size_t index, bool zero_for_one) const {
    const auto& pool = book_.pools()[index];
    return {
        zero_for_one ? pool.token0 : pool.token1, zero_for_one ? pool.token1 : pool.token0, {{index, zero_for_one}}};
}

Tx Exchange::swap(const dex::Route& route, const U256& amount) {
    const bool v2 = book_.pools()[route.hops[0].pool].kind() == dex::PoolKind::UniswapV2;
    const auto& exchange = world_.info.exchange;
    auto to = std::pair(exchange.v2_router, dex::RouterKind::UniswapV2);
    if (!v2 && dice_.percent(50))
        to = {exchange.router_02, dex::RouterKind::UniswapV302};
    else if (!v2)
        to = {exchange.router, dex::RouterKind::UniswapV3};
    auto call = dex::swap_call(to.first, to.second, book_.pools(), route, {amount, U256{}, trader_, kNoDeadline});
    if (!call) throw std::runtime_error(call.error().message);
    return {trader_, call->to, std::move(call->data), "swap " + to_string(amount), 10'000'000};
}

Tx Exchange::any_swap(std::size_t pool, unsigned smallest_shift) {
    const bool zero_for_one = dice_.percent(50);
    return swap(route_of(pool, zero_for_one), any_amount(pool, zero_for_one, smallest_shift));
}

Tx Exchange::any_mint() {
    const std::size_t index = any_pool(dex::PoolKind::UniswapV3);
    const auto& pool = book_.pools()[index];
    const auto& state = std::get<dex::V3State>(pool.state);
    const auto width = static_cast<dex::Tick>(dice_.between(1, dice_.percent(20) ? 2'000 : 60));
    const auto offset = static_cast<dex::Tick>(dice_.below(120)) - 60;
    const dex::Tick low = dex::floor_div(state.tick, state.spacing) + offset - width / 2;
    auto data = abi::Encoder(selector("mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,"
                                      "address,uint256))"),
                             11)
                    .address(pool.token0)
                    .address(pool.token1)
                    .uint(state.fee)
                    .sint(I256::from_i64(low * state.spacing))
                    .sint(I256::from_i64((low + width) * state.spacing))
                    .uint(any_amount(index, true, 6))
                    .uint(any_amount(index, false, 6))
                    .uint({})
                    .uint({})
                    .address(trader_)
                    .uint(kNoDeadline)
                    .finish();
    return {trader_, world_.info.exchange.position_manager, std::move(data), "mint", 2'000'000};
}

std::optional<Tx> Exchange::any_burn() {
    const auto manager = world_.info.exchange.position_manager;
    const auto count = world_.node.number(manager, abi::Encoder(selector("totalSupply()")).finish()).low_u64();
    const U256 id{dice_.between(1, count)};
    const auto answer = world_.node.call(manager, abi::Encoder(selector("positions(uint256)")).uint(id).finish());
    abi::Reader reader(answer);
    must_be(reader.skip(7), "positions");
    const auto all = reader.uint().value();
    if (all.is_zero()) return std::nullopt;
    const auto part = dice_.percent(30) ? all : *mul_div_up(all, U256{dice_.between(1, 100)}, U256{100});
    auto data = abi::Encoder(selector("decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))"))
                    .uint(id)
                    .uint(part)
                    .uint({})
                    .uint({})
                    .uint(kNoDeadline)
                    .finish();
    return Tx{trader_, manager, std::move(data), "burn", 1'000'000};
}

std::vector<Tx> Exchange::any_block() {
    std::vector<Tx> out;
    const auto count = dice_.between(1, 6);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto what = dice_.below(10);
        if (what < 5) {
            out.push_back(any_swap(any_pool(), 6));
        } else if (what < 8) {
            out.push_back(any_mint());
        } else if (auto burn = any_burn()) {
            out.push_back(*std::move(burn));
        }
    }
    return out;
}

std::vector<std::string> Exchange::audit() {
    std::vector<Call> calls;
    for (const auto& pool : book_.pools()) {
        for (auto& call : book_.audit_calls(pool.address)) calls.push_back(std::move(call));
    }
    const auto answers = world_.node.multicall(std::move(calls), head_.hash);
    std::span<const CallResult> left(answers);
    std::vector<std::string> out;
    for (const auto& pool : book_.pools()) {
        const auto count = book_.audit_calls(pool.address).size();
        const auto agrees = book_.audit(pool.address, head_, left.first(count));
        left = left.subspan(count);
        if (!agrees) out.push_back(to_string(pool.address) + ": " + agrees.error().message);
        if (agrees && !*agrees) out.push_back(to_string(pool.address) + " is not as the book has it");
    }
    return out;
}

}  // namespace plimsoll::onchain
