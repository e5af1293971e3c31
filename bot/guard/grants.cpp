// SPDX-License-Identifier: Apache-2.0
#include "bot/guard/grants.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "strategies/erc20.hpp"

namespace plimsoll::bot {

namespace {

constexpr Address kModulesStart = Address::literal("0x0000000000000000000000000000000000000001");
constexpr Selector kSetAuthorization = selector("setAuthorization(address,bool)");
constexpr Selector kIsModuleEnabled = selector("isModuleEnabled(address)");
constexpr Selector kEnableModule = selector("enableModule(address)");
constexpr Selector kDisableModule = selector("disableModule(address,address)");

// Whoever gives without a limit has much more than this after years of use.
constexpr U256 kPlenty = U256::literal("340282366920938463463374607431768211455");

bool allows(const std::vector<std::string>& strategies, std::string_view name) {
    return std::find(strategies.begin(), strategies.end(), name) != strategies.end();
}

std::string symbol_of(const std::vector<lending::AssetPosition>& offered, const Address& asset) {
    for (const auto& entry : offered) {
        if (entry.asset == asset) return entry.symbol;
    }
    return to_checksum(asset);
}

/// A grant and the question whether it is given: a word that must be at least `least`.
struct Question {
    Grant grant;
    Call call;
};

std::vector<Question> questions_of(const lending::Market& market, const Address& account, const Address& guard,
                                   guard::Access access, const GrantNeeds& needs) {
    std::vector<Question> out;
    const auto shared = market.guard_market();
    switch (access) {
        case guard::Access::Allowance:
            if (auto call = guard::authorised(shared, account, guard))
                out.push_back(
                    {{Grant::Kind::Authorisation, "Morpho's authorisation", shared.entry, false}, *std::move(call)});
            for (const auto& [asset, symbol] : needs.supplies) {
                const Address token = market.receipt_token(asset);
                if (!token.is_zero())
                    out.push_back({{Grant::Kind::Supply, "supplied " + symbol, token, false},
                                   erc20::allowance(token, account, guard)});
            }
            for (const auto& [asset, symbol] : needs.wallet)
                out.push_back({{Grant::Kind::Wallet, symbol + " in the wallet", asset, false},
                               erc20::allowance(asset, account, guard)});
            break;
        case guard::Access::Module:
            out.push_back({{Grant::Kind::Module, "the Safe's modules", account, false},
                           {account, abi::Encoder(kIsModuleEnabled, 1).address(guard).finish()}});
            break;
        case guard::Access::Self:
            break;
    }
    return out;
}

}  // namespace

std::string_view to_string(Grant::Kind kind) {
    switch (kind) {
        case Grant::Kind::Supply:
            return "supply";
        case Grant::Kind::Wallet:
            return "wallet";
        case Grant::Kind::Authorisation:
            return "authorisation";
        case Grant::Kind::Module:
            return "module";
        case Grant::Kind::Delegation:
            return "delegation";
    }
    return "";
}

GrantNeeds grant_needs(const guard::Policy& policy, const std::vector<std::string>& strategies,
                       const std::vector<lending::AssetPosition>& offered) {
    GrantNeeds out;
    const auto add = [&](auto& list, const std::vector<Address>& assets) {
        for (const auto& asset : assets) {
            std::pair entry(asset, symbol_of(offered, asset));
            if (std::find(list.begin(), list.end(), entry) == list.end()) list.push_back(std::move(entry));
        }
    };
    add(out.supplies, policy.collaterals);
    if (allows(strategies, "repay-from-wallet")) add(out.wallet, policy.debts);
    if (allows(strategies, "top-up-from-wallet")) add(out.wallet, policy.collaterals);
    return out;
}

Task<Result<std::vector<Grant>>> read_grants(rpc::Eth& eth, const lending::Market& market, Address account,
                                             Address guard, guard::Access access, GrantNeeds needs, rpc::BlockId at) {
    std::vector<Grant> out;
    if (access == guard::Access::Self) {
        CO_TRY(const Bytes code, co_await eth.code(account, at));
        out.push_back({Grant::Kind::Delegation, "the account's code", account, delegates_to(code, guard)});
        co_return out;
    }
    std::vector<Question> questions = questions_of(market, account, guard, access, needs);
    std::vector<Call> calls;
    calls.reserve(questions.size());
    for (const auto& question : questions) calls.push_back(question.call);
    if (calls.empty()) co_return out;
    CO_TRY(const auto answers, co_await eth.multicall(std::move(calls), at));
    for (std::size_t i = 0; i < questions.size(); ++i) {
        Grant grant = std::move(questions[i].grant);
        auto word = erc20::amount(answers[i]);
        if (!word) co_return fail(std::move(word).error(), grant.what);
        const bool flag = grant.kind == Grant::Kind::Module || grant.kind == Grant::Kind::Authorisation;
        grant.given = flag ? !word->is_zero() : word->value >= kPlenty;
        out.push_back(std::move(grant));
    }
    co_return out;
}

ContractCall give(const Grant& grant, const Address& guard) {
    const TokenAmount all{U256::max()};
    switch (grant.kind) {
        case Grant::Kind::Supply:
        case Grant::Kind::Wallet:
            return erc20::approve(grant.contract, guard, all);
        case Grant::Kind::Authorisation:
            return {grant.contract, abi::Encoder(kSetAuthorization, 2).address(guard).boolean(true).finish()};
        case Grant::Kind::Module:
            return {grant.contract, abi::Encoder(kEnableModule, 1).address(guard).finish()};
        case Grant::Kind::Delegation:
            break;
    }
    return {grant.contract, {}};
}

ContractCall take_back(const Grant& grant, const Address& guard) {
    switch (grant.kind) {
        case Grant::Kind::Supply:
        case Grant::Kind::Wallet:
            return erc20::approve(grant.contract, guard, {});
        case Grant::Kind::Authorisation:
            return {grant.contract, abi::Encoder(kSetAuthorization, 2).address(guard).boolean(false).finish()};
        case Grant::Kind::Module:  // right only for the module enabled last: a Safe keeps them in a list
            return {grant.contract, abi::Encoder(kDisableModule, 2).address(kModulesStart).address(guard).finish()};
        case Grant::Kind::Delegation:
            break;
    }
    return {grant.contract, {}};
}

bool delegates_to(ByteView code, const Address& target) {
    constexpr std::size_t kPrefix = 3;
    if (code.size() != kPrefix + Address::kSize || code[0] != 0xef || code[1] != 0x01 || code[2] != 0x00) return false;
    return std::equal(target.bytes.begin(), target.bytes.end(), code.begin() + kPrefix);
}

}  // namespace plimsoll::bot
