// SPDX-License-Identifier: Apache-2.0
#include "bot/app/guard_desk.hpp"

#include "bot/app/find_chain.hpp"
#include "bot/app/run_task.hpp"
#include "bot/guard/artifact.hpp"
#include "bot/shell/endpoints.hpp"
#include "bot/sync.hpp"
#include "chain/lending/registry.hpp"
#include "config/find.hpp"
#include "strategies/erc20.hpp"

namespace plimsoll::bot {

namespace {

using Clients = std::vector<std::shared_ptr<rpc::EthClient>>;

Task<Result<void>> work_and_stop(Clients clients, const std::function<Task<Result<void>>(rpc::Eth&)>& work) {
    auto out = co_await work(*clients.front());
    for (const auto& client : clients) client->endpoint().stop();
    co_return out;
}

/// The policy and the budget at the contract that keeps them; nothing where no code runs yet.
Task<Result<void>> read_policy(rpc::Eth& eth, GuardSubject subject, GuardStatus& status, rpc::BlockId at) {
    if (status.code.empty() || (subject.wallet.guard == guard::Access::Self && !status.delegated))
        co_return Result<void>();
    std::vector<Call> calls;
    calls.push_back(guard::policy_of(subject.contract(), subject.wallet.address, status.market));
    calls.push_back(guard::spent_of(subject.contract(), subject.wallet.address, status.market));
    calls.push_back(guard::nonce_of(subject.contract(), subject.wallet.address));
    CO_TRY(const auto answers, co_await eth.multicall(std::move(calls), at));
    CO_TRY(status.standing, guard::standing(answers[0], answers[1]));
    CO_TRY(const auto nonce, erc20::amount(answers[2]));
    status.nonce = nonce.value;
    co_return Result<void>();
}

Task<Result<void>> read_needs(rpc::Eth& eth, const lending::Market& market, GuardSubject subject, GuardStatus& status,
                              rpc::BlockId at) {
    const guard::Policy& policy = status.wanted ? *status.wanted : status.standing.policy;
    GrantNeeds needs = grant_needs(policy, subject.position.strategies, status.offered);
    CO_TRY(status.grants, co_await read_grants(eth, market, subject.wallet.address, subject.guard(),
                                               *subject.wallet.guard, std::move(needs), at));
    co_return Result<void>();
}

}  // namespace

Result<GuardSubject> guard_subject(const config::Settings& settings, const config::Position& position,
                                   const Address& guardian) {
    const auto* wallet = config::find_named(settings.wallets, position.wallet);
    const auto* market = config::find_named(settings.markets, position.market);
    const auto* chain = market == nullptr ? nullptr : find_chain(settings, market->chain);
    if (wallet == nullptr || chain == nullptr)
        return fail(Errc::NotFound, "market " + position.market + " has no chain");
    if (!wallet->guard || !chain->guard)
        return fail(Errc::Refused, "[wallet." + wallet->name +
                                       "] has no guard; write guard = \"allowance\", \"self\" or "
                                       "\"module\" there");
    return GuardSubject{settings, *chain, *market, *wallet, position, guardian};
}

Task<Result<GuardStatus>> read_guard_status(rpc::Eth& eth, GuardSubject subject, PolicyTerms terms) {
    GuardStatus out;
    CO_TRY(auto market, lending::make_market(subject.market.protocol, subject.market.entry()));
    market->watch(subject.wallet.address);
    rpc::BlockId at;
    CO_TRY(const auto header, co_await eth.header(at));
    out.head = header.ref;
    at.value = header.ref.hash;
    CO_TRY_VOID(co_await sync(eth, *market, out.head));
    out.market = market->guard_market();
    CO_TRY(out.position, market->position(subject.wallet.address, out.head.timestamp));
    CO_TRY(out.offered, market->offered(subject.wallet.address, out.head.timestamp));
    CO_TRY(out.code, co_await eth.code(subject.guard(), at));
    out.genuine = subject.guard() == guard_artifact().address && is_guard_code(out.code);
    if (subject.wallet.guard == guard::Access::Self) {
        CO_TRY(const Bytes own, co_await eth.code(subject.wallet.address, at));
        out.delegated = delegates_to(own, subject.guard());
    }
    CO_TRY_VOID(co_await read_policy(eth, subject, out, at));
    const PolicyFacts facts{subject.guardian, out.position, out.head.timestamp};
    auto wanted = make_policy(subject.settings, subject.wallet, subject.position, facts, terms);
    if (wanted) {
        out.wanted = *std::move(wanted);
    } else {
        out.not_wanted = wanted.error().message;
        out.not_wanted_code = wanted.error().code;
    }
    CO_TRY_VOID(co_await read_needs(eth, *market, subject, out, at));
    co_return out;
}

Result<void> at_chain(const config::Chain& chain, const std::function<Task<Result<void>>(rpc::Eth&)>& work) {
    boost::asio::io_context io(1);
    TRY(auto clients, connect_endpoints(io.get_executor(), chain));
    return run_task(io, work_and_stop(clients.readable(), work));
}

}  // namespace plimsoll::bot
