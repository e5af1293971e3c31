// SPDX-License-Identifier: Apache-2.0
#include "bot/app/venue_checks.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <span>

#include "chain/codec/abi_words.hpp"
#include "chain/dex/flash_terms.hpp"
#include "chain/dex/pool_words.hpp"
#include "chain/dex/twap.hpp"

namespace plimsoll::bot {

namespace {

constexpr Selector kFactory = selector("factory()");
constexpr Selector kOwner = selector("owner()");
constexpr Selector kFeeRecipient = selector("feeRecipient()");

Call view(const Address& to, Selector function) {
    return {to, abi::call_data(function)};
}

bool is_v2(const std::string& kind) {
    return kind == "uniswap-v2";
}

/// A pool's or a router's exchange, as the contract names it.
struct Exchange {
    std::string name;  // "router.v3"
    bool v2{};
    Address factory;
};

struct Question {
    std::vector<Call> calls;
    std::function<void(std::span<const CallResult>)> take;
};

class VenueChecks {
  public:
    std::vector<CheckLine> lines;

    /// Routers first: pools are held against them.
    std::vector<Question> questions(const config::Settings& settings, const std::string& chain) {
        std::vector<Question> out;
        for (const auto& one : settings.routers) {
            if (one.chain == chain)
                out.push_back({{view(one.address, kFactory)}, [this, &one](auto results) { router(one, results); }});
        }
        for (const auto& one : settings.pools) {
            if (one.chain == chain)
                out.push_back({pool_calls(one), [this, &one](auto results) { pool(one, results); }});
        }
        for (const auto& one : settings.lenders) {
            if (one.chain == chain)
                out.push_back({lender_calls(one), [this, &one](auto results) { lender(one, results); }});
        }
        return out;
    }

    void problem(std::string name, std::string detail, std::string mend) {
        lines.push_back({std::move(name), false, std::move(detail), std::move(mend)});
    }

  private:
    void ok(std::string name, std::string detail) { lines.push_back({std::move(name), true, std::move(detail), {}}); }

    void router(const config::Router& router, std::span<const CallResult> results) {
        const auto factory = abi::sole_address(results[0]);
        if (!factory)
            return problem("router " + router.name, "no router answers at " + to_string(router.address),
                           "correct `address` in [router." + router.name + "]");
        routers_.push_back({router.name, is_v2(router.kind), *factory});
        ok("router " + router.name, "of the exchange " + to_string(*factory));
    }

    static std::vector<Call> pool_calls(const config::Pool& pool) {
        std::vector<Call> out{
            view(pool.address, dex::call_of::kToken0), view(pool.address, dex::call_of::kToken1),
            view(pool.address, kFactory),
            view(pool.address, is_v2(pool.kind) ? dex::call_of::kGetReserves : dex::call_of::kLiquidity)};
        if (pool.reference) out.push_back(dex::twap_call(pool.address, seconds_of(pool)));
        return out;
    }
    void pool(const config::Pool& pool, std::span<const CallResult> results) {
        const std::string name = "pool " + pool.name;
        const std::string place = "[pool." + pool.name + "]";
        const auto factory = abi::sole_address(results[2]);
        const bool answers = abi::sole_address(results[0]) && abi::sole_address(results[1]) && factory &&
                             results[3].success && results[3].data.size() >= abi::kWord;
        if (!answers)
            return problem(name, "no " + pool.kind + " pool answers at " + to_string(pool.address),
                           "correct `address` or `kind` in " + place);
        if (abi::load_word(results[3].data.data()).is_zero())
            return problem(name, "it holds no liquidity now", "choose another pool of the pair in " + place);
        const auto same = std::find_if(routers_.begin(), routers_.end(), [&](const Exchange& router) {
            return router.v2 == is_v2(pool.kind) && router.factory == *factory;
        });
        if (same == routers_.end())
            return problem(name, "no configured router trades in it: it is of the exchange " + to_string(*factory),
                           "add that exchange's router as a [router], or remove " + place);
        if (pool.reference && !dex::mean_tick(results[4], seconds_of(pool)))
            return problem(name, fmt::format("its observations do not reach back {} s", pool.reference->count()),
                           "shorten `reference`, or raise the pool's increaseObservationCardinalityNext and wait");
        ok(name, "through router " + same->name +
                     (pool.reference ? fmt::format(", mean price over {} s", pool.reference->count()) : ""));
    }

    static std::vector<Call> lender_calls(const config::Lender& lender) {
        if (lender.kind == "uniswap-v3") return dex::flash_terms_calls(lender.address);
        return {view(lender.address, kOwner), view(lender.address, kFeeRecipient)};
    }
    void lender(const config::Lender& lender, std::span<const CallResult> results) {
        const bool pool = lender.kind == "uniswap-v3";
        const bool answers = pool ? dex::flash_terms(results).has_value()
                                  : std::all_of(results.begin(), results.end(),
                                                [](const CallResult& one) { return abi::sole_uint(one).has_value(); });
        if (answers)
            ok("lender " + lender.name, lender.kind + " at " + to_string(lender.address));
        else
            problem("lender " + lender.name, "no " + lender.kind + " answers at " + to_string(lender.address),
                    "correct `address` or `kind` in [lender." + lender.name + "]");
    }

    static std::uint32_t seconds_of(const config::Pool& pool) {
        return static_cast<std::uint32_t>(pool.reference->count());
    }

    std::vector<Exchange> routers_;
};

}  // namespace

Task<std::vector<CheckLine>> venue_checks(rpc::Eth& eth, const config::Settings& settings, const config::Chain& chain,
                                          rpc::BlockId at) {
    VenueChecks checks;
    const auto questions = checks.questions(settings, chain.name);
    std::vector<Call> calls;
    for (const auto& question : questions) calls.insert(calls.end(), question.calls.begin(), question.calls.end());
    if (calls.empty()) co_return checks.lines;
    const std::size_t asked = calls.size();
    const auto answers = co_await eth.multicall(std::move(calls), at);
    if (!answers || answers->size() != asked) {
        checks.problem("chain " + chain.name + ": pools and routers",
                       answers ? "not one answer per call" : answers.error().message,
                       "see that the node serves eth_call");
        co_return checks.lines;
    }
    std::span<const CallResult> rest = *answers;
    for (const auto& question : questions) {
        question.take(rest.first(question.calls.size()));
        rest = rest.subspan(question.calls.size());
    }
    co_return checks.lines;
}

}  // namespace plimsoll::bot
