// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/signing_policy.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "bot/engine/engine_config.hpp"
#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "config/find.hpp"
#include "config/known_pools.hpp"
#include "strategies/guard.hpp"

namespace plimsoll::bot {

namespace {

constexpr Selector kApprove = selector("approve(address,uint256)");
constexpr std::size_t kParams = 5 * abi::kWord;  // of a market of Morpho Blue

template <class... Parts>
tl::unexpected<Error> refused(fmt::format_string<Parts...> form, Parts&&... parts) {
    return fail(Errc::Refused, "not signed, by the policy: " + fmt::format(form, std::forward<Parts>(parts)...));
}

bool is(ByteView data, const Selector& function) {
    return data.size() >= 4 && std::equal(function.bytes.begin(), function.bytes.end(), data.begin());
}

bool among(const std::vector<Address>& list, const Address& address) {
    return std::find(list.begin(), list.end(), address) != list.end();
}

template <class List>
void add_here(std::vector<Address>& to, const List& entries, const std::string& chain) {
    for (const auto& entry : entries) {
        if (entry.chain == chain) to.push_back(entry.address);
    }
}

}  // namespace

SigningPolicy::SigningPolicy(const config::Settings& settings, const config::Wallet& wallet, const Address& signer)
    : account_(wallet.address), own_key_(signer == wallet.address) {
    for (const auto& chain : settings.chains) {
        Rules rules;
        rules.chain_id = chain.id;
        rules.gas_max = engine::gas_limit_max(engine::rollup_of(chain));
        for (const auto& position : wallet.positions) {
            const auto* market = config::find_named(settings.markets, position.market);
            if (market == nullptr || market->chain != chain.name) continue;
            rules.fee_max = std::max(rules.fee_max, position.limits.max_fee_per_gas);
            const auto entry = market->entry();
            const bool morpho = market->morpho.has_value();
            Market mine{market->name, morpho ? guard::kMorphoBlue : guard::kAaveV3, entry.contract, entry.id, {}};
            const Address* known = morpho         ? &mine.entry
                                   : market->pool ? &*market->pool
                                                  : config::known_pool(chain.id, mine.entry);
            if (known != nullptr) mine.pool = *known;
            rules.markets.push_back(std::move(mine));
        }
        if (rules.markets.empty()) continue;
        if (wallet.guard == guard::Access::Self)
            rules.seat = wallet.address;
        else if (wallet.guard)
            rules.seat = chain.guard;
        add_here(rules.venues, settings.routers, chain.name);
        add_here(rules.lenders, settings.lenders, chain.name);
        for (const auto& aggregator : settings.aggregators) {
            if (aggregator.chain == chain.name)
                rules.venues.insert(rules.venues.end(), aggregator.targets.begin(), aggregator.targets.end());
        }
        chains_.push_back(std::move(rules));
    }
}

void SigningPolicy::renew(SigningPolicy fresh) {
    for (auto& rules : fresh.chains_) {
        for (auto& market : rules.markets) {
            for (const auto& old : chains_) {
                for (const auto& same : old.markets) {
                    if (old.chain_id == rules.chain_id && same.entry == market.entry && market.pool.is_zero())
                        market.pool = same.pool;
                }
            }
        }
    }
    *this = std::move(fresh);
}

Result<void> SigningPolicy::check(const tx::Transaction& transaction) {
    const auto* asked = std::get_if<tx::Eip1559>(&transaction);
    if (asked == nullptr) return refused("a transaction of another type than 2");
    const auto rules =
        std::find_if(chains_.begin(), chains_.end(), [&](const Rules& one) { return one.chain_id == asked->chain_id; });
    if (rules == chains_.end()) return refused("chain {} is none of the wallet's", asked->chain_id);
    if (!asked->access_list.empty()) return refused("it has an access list");
    const tx::Message& message = asked->message;
    if (!message.to) return refused("it creates a contract");
    if (!message.value.is_zero()) return refused("it carries {} wei", to_string(message.value.value));
    if (message.gas_limit > rules->gas_max)
        return refused("{} gas, and at most {} are allowed", message.gas_limit, rules->gas_max);
    if (asked->max_fee > rules->fee_max)
        return refused("a fee of {} per gas, and no position allows more than {}", to_string(asked->max_fee.value),
                       to_string(rules->fee_max.value));
    return check_call(*rules, *message.to, message.data);
}

Result<void> SigningPolicy::check_call(Rules& rules, const Address& to, ByteView data) const {
    if (rules.seat && to == *rules.seat) return check_plan(rules, data);
    if (!own_key_) return refused("{} is not the guard", to_string(to));
    if (is(data, kApprove)) return check_approval(rules, data.subspan(4));
    return check_repayment(rules, to, data);
}

/// `address` is what the wallet's markets are called by. An Aave pool that is not known yet is known from then on.
bool SigningPolicy::is_pool(Rules& rules, const Address& address) {
    auto& markets = rules.markets;
    if (std::any_of(markets.begin(), markets.end(), [&](const Market& market) { return market.pool == address; }))
        return true;
    const auto open =
        std::find_if(markets.begin(), markets.end(), [](const Market& market) { return market.pool.is_zero(); });
    if (open == markets.end()) return false;
    const Address provider = open->entry;
    for (auto& market : markets) {
        if (market.entry == provider && market.pool.is_zero()) market.pool = address;
    }
    return true;
}

Result<void> SigningPolicy::check_approval(Rules& rules, ByteView data) const {
    abi::Reader reader(data);
    TRY(const Address spender, reader.address());
    TRY_VOID(reader.skip(1));
    if (reader.remaining() != 0) return refused("an approval of another form");
    if (!is_pool(rules, spender)) return refused("{} would be allowed to take tokens", to_string(spender));
    return {};
}

Result<void> SigningPolicy::check_repayment(Rules& rules, const Address& to, ByteView data) const {
    namespace aave = lending::aave_v3::call;
    namespace morpho = lending::morpho_blue::call;
    if (is(data, aave::kRepay)) {
        if (!is_pool(rules, to)) return refused("{} is none of the wallet's markets", to_string(to));
        abi::Reader reader(data.subspan(4));
        TRY_VOID(reader.skip(3));
        TRY(const Address whose, reader.address());
        if (reader.remaining() != 0) return refused("a repayment of another form");
        if (whose != account_) return refused("it would repay the debt of {}", to_string(whose));
        return {};
    }
    if (!is(data, morpho::kRepay)) return refused("another function of {} than is used", to_string(to));
    if (data.size() < 4 + kParams) return refused("a repayment of another form");
    const Hash32 id = keccak256(data.subspan(4, kParams));
    const bool known = std::any_of(rules.markets.begin(), rules.markets.end(), [&](const Market& market) {
        return market.protocol == guard::kMorphoBlue && market.entry == to && market.id == id;
    });
    if (!known) return refused("market {} of {} is none of the wallet's", to_string(id), to_string(to));
    abi::Reader reader(data.subspan(4));
    TRY_VOID(reader.skip(7));
    TRY(const Address whose, reader.address());
    TRY(const auto callback, reader.bytes());
    if (whose != account_) return refused("it would repay the debt of {}", to_string(whose));
    if (!callback.empty()) return refused("a repayment that calls back");
    return {};
}

Result<void> SigningPolicy::check_plan(Rules& rules, ByteView data) const {
    TRY(const auto plan, guard::read_execute(data));
    if (plan.account != account_) return refused("a plan for {}", to_string(plan.account));
    const auto market = std::find_if(rules.markets.begin(), rules.markets.end(), [&](const Market& one) {
        return one.protocol == plan.market.protocol && one.entry == plan.market.entry && one.id == plan.market.id;
    });
    if (market == rules.markets.end()) return refused("a plan in a market that is none of the wallet's");
    for (const auto& step : plan.steps) {
        if (step.action != guard::Action::Swap) continue;
        if (!among(rules.venues, step.target)) return refused("a swap by {}", to_string(step.target));
        if (step.min_out.is_zero()) return refused("a swap that may bring nothing");
    }
    const auto& loan = plan.loan;
    const bool lent = loan.lender != guard::Lender::None && loan.lender != guard::Lender::MorphoRepay;
    if (lent && !among(rules.lenders, loan.source) && !is_pool(rules, loan.source))
        return refused("a loan of {}", to_string(loan.source));
    return {};
}

}  // namespace plimsoll::bot
