// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/onchain/exchange.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

namespace {

constexpr std::uint64_t kComparisons = 10'000;
constexpr std::size_t kPerBlock = 125;
constexpr std::size_t kPerCall = 25;
constexpr std::int32_t kWordsMost = 1'000;

std::uint64_t seed() {
    const char* wanted = std::getenv("PLIMSOLL_SEED");
    if (wanted != nullptr) return std::strtoull(wanted, nullptr, 10);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

/// A quote asked of both sides.
struct Question {
    dex::Route route;
    U256 amount;
    dex::Exact exact{};
};

struct Counts {
    std::uint64_t single{};
    std::uint64_t hops{};
    std::uint64_t pairs{};
    std::uint64_t ticks{};       // crossed, all together
    std::uint64_t most_ticks{};  // by one quote
    std::uint64_t partial{};     // the pool had no more to give
    std::uint64_t refused{};     // by both sides
    std::uint64_t unknown{};     // beyond the most words of a pool that are kept
    std::uint64_t beyond_gas{};  // a call of the contract alone runs out of gas
    std::uint64_t reads{};       // calls that quotes caused for ticks not known yet
};

Bytes path_of(std::span<const dex::Pool> pools, const dex::Route& route, bool reversed) {
    std::vector<Bytes> parts;
    Address token = route.token_in;
    parts.emplace_back(token.bytes.begin(), token.bytes.end());
    for (const auto& hop : route.hops) {
        const auto& pool = pools[hop.pool];
        const auto fee = std::get<dex::V3State>(pool.state).fee;
        parts.push_back({static_cast<std::uint8_t>(fee >> 16U), static_cast<std::uint8_t>(fee >> 8U),
                         static_cast<std::uint8_t>(fee)});
        token = pool.other(token);
        parts.emplace_back(token.bytes.begin(), token.bytes.end());
    }
    if (reversed) std::reverse(parts.begin(), parts.end());
    Bytes out;
    for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

Call contract_quote(const DevExchange& exchange, std::span<const dex::Pool> pools, const Question& question) {
    const auto& route = question.route;
    const bool in = question.exact == dex::Exact::In;
    if (pools[route.hops[0].pool].kind() == dex::PoolKind::UniswapV2) {
        std::vector<Address> path{route.token_in};
        for (const auto& hop : route.hops) path.push_back(pools[hop.pool].other(path.back()));
        constexpr auto kOut = selector("getAmountsOut(uint256,address[])");
        constexpr auto kIn = selector("getAmountsIn(uint256,address[])");
        return {exchange.v2_router, abi::Encoder(in ? kOut : kIn).uint(question.amount).addresses(path).finish()};
    }
    if (route.hops.size() > 1) {
        const auto path = path_of(pools, route, !in);
        constexpr auto kIn = selector("quoteExactInput(bytes,uint256)");
        constexpr auto kOut = selector("quoteExactOutput(bytes,uint256)");
        return {exchange.quoter, abi::Encoder(in ? kIn : kOut).bytes(path).uint(question.amount).finish()};
    }
    constexpr auto kIn = selector("quoteExactInputSingle((address,address,uint256,uint24,uint160))");
    constexpr auto kOut = selector("quoteExactOutputSingle((address,address,uint256,uint24,uint160))");
    return {exchange.quoter, abi::Encoder(in ? kIn : kOut)
                                 .address(route.token_in)
                                 .address(route.token_out)
                                 .uint(question.amount)
                                 .uint(std::get<dex::V3State>(pools[route.hops[0].pool].state).fee)
                                 .uint({})
                                 .finish()};
}

/// The amount that the contract says, and after a single V3 swap the price.
struct Answered {
    U256 amount;
    std::optional<U256> price;
};

std::optional<Answered> read_answer(std::span<const dex::Pool> pools, const Question& question,
                                    const CallResult& result) {
    if (!result.success) return std::nullopt;
    abi::Reader reader(result.data);
    if (pools[question.route.hops[0].pool].kind() == dex::PoolKind::UniswapV2) {
        const auto amounts = reader.uints().value();
        return Answered{question.exact == dex::Exact::In ? amounts.back() : amounts.front(), {}};
    }
    Answered out{reader.uint().value(), {}};
    if (question.route.hops.size() == 1) out.price = reader.uint().value();
    return out;
}

class Comparison {
  public:
    Comparison(Exchange& exchange, Dice& dice) : exchange_(exchange), dice_(dice) {}

    Counts counts;

    void round() {
        std::vector<Question> questions;
        for (std::size_t i = 0; i < kPerBlock; ++i) questions.push_back(invent());
        // What a first look does not know is read before the comparison.
        for (int look = 0; look < 20; ++look) {
            for (const auto& question : questions) static_cast<void>(ours(question));
            const auto calls = exchange_.sync();
            counts.reads += calls;
            if (calls == 0) break;
        }
        // What exhausts a pool costs the contract more gas than many others together.
        std::vector<Question> cheap;
        for (const auto& question : questions) {
            if (ours(question).complete()) {
                cheap.push_back(question);
            } else {
                ask({&question, 1});
            }
        }
        const std::span<const Question> all(cheap);
        for (std::size_t at = 0; at < all.size(); at += kPerCall)
            ask(all.subspan(at, std::min(kPerCall, all.size() - at)));
    }

  private:
    void ask(std::span<const Question> questions) {
        std::vector<Call> calls;
        for (const auto& question : questions)
            calls.push_back(contract_quote(exchange_.world().info.exchange, exchange_.book().pools(), question));
        std::vector<CallResult> answers;
        try {
            answers = exchange_.world().node.multicall(std::move(calls), exchange_.head().hash);
        } catch (const std::runtime_error&) {
            REQUIRE(questions.size() == 1);
            ++counts.beyond_gas;
            return;
        }
        for (std::size_t i = 0; i < questions.size(); ++i) compare(questions[i], answers[i]);
    }

    Question invent() {
        Question out;
        out.exact = dice_.percent(50) ? dex::Exact::In : dex::Exact::Out;
        const auto pool = exchange_.any_pool();
        const bool zero_for_one = dice_.percent(50);
        out.route = exchange_.route_of(pool, zero_for_one);
        if (dice_.percent(25)) {
            const auto& pools = exchange_.book().pools();
            const auto& tokens = exchange_.world().info.reserves;
            const auto routes = exchange_.book().routes(pools[pool].token0, dice_.pick(tokens).asset);
            if (!routes.empty()) out.route = dice_.pick(routes);
        }
        const auto& hop = out.exact == dex::Exact::In ? out.route.hops.front() : out.route.hops.back();
        const bool of_token0 = (out.exact == dex::Exact::In) == hop.zero_for_one;
        out.amount = exchange_.any_amount(hop.pool, of_token0, 3);
        return out;
    }

    dex::RouteQuote ours(const Question& question) {
        auto& book = exchange_.book();
        return question.exact == dex::Exact::In ? book.quote_exact_in(question.route, question.amount)
                                                : book.quote_exact_out(question.route, question.amount);
    }

    void compare(const Question& question, const CallResult& result) {
        const auto& pools = exchange_.book().pools();
        const auto theirs = read_answer(pools, question, result);
        const auto quote = ours(question);
        const auto& hops = question.route.hops;
        const bool is_v2 = pools[hops[0].pool].kind() == dex::PoolKind::UniswapV2;
        const auto what =
            fmt::format("{} hops from pool {} {} exact {} {}: {}", hops.size(), hops[0].pool,
                        hops[0].zero_for_one ? "0 for 1" : "1 for 0", question.exact == dex::Exact::In ? "in" : "out",
                        to_string(question.amount), to_string(quote.end));
        if (!quote.complete() && hops.size() == 1 && !is_v2 && quote.end == dex::QuoteEnd::Exhausted && theirs &&
            question.exact == dex::Exact::In) {
            // QuoterV2 does not say that a part of the input is left over.
            dex::Pool pool = pools[hops[0].pool];
            const auto partial = dex::swap(pool, hops[0].zero_for_one, question.amount, dex::Exact::In);
            CHECK_MESSAGE(partial.amount_out == theirs->amount, what);
            ++counts.partial;
            return;
        }
        if (quote.end == dex::QuoteEnd::UnknownTicks) {
            const auto& table = *std::get<dex::V3State>(pools[quote.missing->pool].state).ticks;
            CHECK_MESSAGE(table.word_high - table.word_low + 1 == kWordsMost, what);
            ++counts.unknown;
            return;
        }
        if (!quote.complete()) {
            const bool known = quote.end == dex::QuoteEnd::Exhausted || quote.end == dex::QuoteEnd::Refused;
            // On the way through several pools QuoterV2 goes on with what the exhausted one gave.
            CHECK_MESSAGE((known && (!theirs || hops.size() > 1 || is_v2 || theirs->amount.is_zero())), what);
            ++counts.refused;
            return;
        }
        ++(is_v2 ? counts.pairs : hops.size() > 1 ? counts.hops : counts.single);
        counts.ticks += quote.ticks_crossed;
        counts.most_ticks = std::max<std::uint64_t>(counts.most_ticks, quote.ticks_crossed);
        REQUIRE_MESSAGE(theirs.has_value(), what);
        const auto& amount = question.exact == dex::Exact::In ? quote.amount_out : quote.amount_in;
        CHECK_MESSAGE(amount == theirs->amount,
                      what << ", ours " << to_string(amount) << ", theirs " << to_string(theirs->amount));
        if (!theirs->price) return;
        dex::Pool after = pools[hops[0].pool];
        static_cast<void>(dex::swap(after, hops[0].zero_for_one, question.amount, question.exact));
        CHECK_MESSAGE(std::get<dex::V3State>(after.state).sqrt_price == *theirs->price, what);
    }

    Exchange& exchange_;
    Dice& dice_;
};

}  // namespace

TEST_CASE("local quotes over random liquidity are QuoterV2's and the V2 router's to the unit") {
    World& world = shared_world();
    const Scene scene(world.node);
    const auto chosen = seed();
    Dice dice(chosen);
    dex::PoolBookLimits limits;
    limits.words_around = 1;
    limits.words = kWordsMost;
    Exchange exchange(world, dice, limits);
    const auto first_reads = exchange.sync();
    REQUIRE(exchange.book().synced());
    for (int i = 0; i < 12; ++i) {
        std::vector<Tx> mints;
        for (int k = 0; k < 10; ++k) mints.push_back(exchange.any_mint());
        exchange.mine(mints);
    }
    Comparison comparison(exchange, dice);
    auto& counts = comparison.counts;
    std::uint64_t blocks = 0;
    while (counts.single + counts.hops + counts.pairs < kComparisons) {
        exchange.mine(exchange.any_block());
        ++blocks;
        comparison.round();
    }
    std::printf(
        "seed %llu: %llu quotes of one pool, %llu of several and %llu of V2 pairs equal over %llu blocks; %llu ticks "
        "crossed, at most %llu by one quote; %llu partial, %llu refused by both, %llu too dear to ask, %llu too far; "
        "%llu reads at "
        "first, %llu for "
        "quotes\n",
        static_cast<unsigned long long>(chosen), static_cast<unsigned long long>(counts.single),
        static_cast<unsigned long long>(counts.hops), static_cast<unsigned long long>(counts.pairs),
        static_cast<unsigned long long>(blocks), static_cast<unsigned long long>(counts.ticks),
        static_cast<unsigned long long>(counts.most_ticks), static_cast<unsigned long long>(counts.partial),
        static_cast<unsigned long long>(counts.refused), static_cast<unsigned long long>(counts.beyond_gas),
        static_cast<unsigned long long>(counts.unknown), static_cast<unsigned long long>(first_reads),
        static_cast<unsigned long long>(counts.reads));
    CHECK(counts.single > 5'000);
    CHECK(counts.hops > 500);
    CHECK(counts.pairs > 500);
    CHECK(counts.ticks > 4'000);
    CHECK(counts.beyond_gas + counts.unknown < 500);
}
