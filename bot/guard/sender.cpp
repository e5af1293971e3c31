// SPDX-License-Identifier: Apache-2.0
#include "bot/guard/sender.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "chain/tx/fees.hpp"

namespace plimsoll::bot {

namespace {

constexpr Gas kAuthorizationGas = 25'000;  // EIP-7702, PER_EMPTY_ACCOUNT_COST

rpc::CallRequest request_of(const SetupStep& step, const Address& from, const Address& account,
                            const Bytes& guard_code) {
    rpc::CallRequest out;
    out.from = from;
    out.to = step.call.to;
    out.data = step.call.data;
    if (step.delegation) out.code_override.emplace(account, guard_code);
    return out;
}

Task<Result<tx::Bid>> bid_now(rpc::Eth& eth, Wei ceiling) {
    const std::vector<double> middle(1, 50.0);
    CO_TRY(const auto history, co_await eth.fee_history(10, middle));
    if (history.base_fees.empty()) co_return fail(Errc::Decode, "eth_feeHistory without a base fee");
    std::vector<Wei> tips;
    for (const auto& block : history.rewards) {
        if (!block.empty()) tips.push_back(block.front());
    }
    const tx::FeeHistory now{history.base_fees.back(), tips};
    const tx::Bid bid = tx::bid(now, tx::Urgency::Normal, ceiling);
    if (bid.max_fee < history.base_fees.back())
        co_return fail(Errc::Refused, "the base fee is above max_fee_per_gas of the position; wait, or raise it");
    co_return bid;
}

Task<Result<SentStep>> wait_for(rpc::Eth& eth, const SetupStep& step, Hash32 hash, const SendOptions& options) {
    const auto until = std::chrono::steady_clock::now() + options.patience;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (std::chrono::steady_clock::now() < until) {
        CO_TRY(const auto receipt, co_await eth.receipt(hash));
        if (receipt) {
            if (!receipt->succeeded)
                co_return fail(Errc::Reverted, fmt::format("{} reverted in block {} ({})", step.text,
                                                           receipt->block_number, to_string(hash)));
            co_return SentStep{step.text, hash, receipt->block_number, receipt->gas_used};
        }
        timer.expires_after(options.poll);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return fail(Errc::Timeout, fmt::format("{} is not included after {} s ({}); see what became of it before you "
                                              "try again",
                                              step.text, options.patience.count(), to_string(hash)));
}

Result<tx::Transaction> build(const SetupStep& step, const SendOptions& options, Nonce nonce, Gas gas,
                              const tx::Bid& bid, const Address& sender, keys::Signer* account) {
    tx::Message message;
    message.nonce = nonce;
    message.gas_limit = gas;
    message.to = step.call.to;
    message.data = step.call.data;
    if (!step.delegation)
        return tx::Transaction(tx::Eip1559{options.chain, std::move(message), bid.max_priority_fee, bid.max_fee, {}});
    if (account == nullptr) return fail(Errc::Internal, "a delegation without the account's key");
    tx::Authorization authorization = *step.delegation;
    // The sender's nonce is raised before authorisations are looked at (EIP-7702).
    if (account->address() == sender) authorization.nonce = nonce + 1;
    TRY(auto signed_one, tx::sign(authorization, *account));
    return tx::Transaction(
        tx::Eip7702{options.chain, std::move(message), bid.max_priority_fee, bid.max_fee, {}, {signed_one}});
}

Task<Result<SentStep>> send_one(rpc::Eth& eth, const SetupStep& step, const WalletSigner& sender, keys::Signer* account,
                                const Bytes& guard_code, const SendOptions& options) {
    const Address whose = account == nullptr ? sender.address() : account->address();
    rpc::CallRequest request = request_of(step, sender.address(), whose, guard_code);
    auto estimate = co_await eth.estimate_gas(std::move(request));
    if (!estimate) co_return fail(std::move(estimate).error(), step.text + " fails in simulation");
    Gas gas = *estimate + *estimate / 5;
    if (step.delegation) gas += kAuthorizationGas;
    CO_TRY(const auto bid, co_await bid_now(eth, options.max_fee));
    rpc::BlockId latest;
    CO_TRY(const auto info, co_await eth.account(sender.address(), latest));
    CO_TRY(auto transaction, build(step, options, info.pending_nonce, gas, bid, sender.address(), account));
    CO_TRY_VOID(tx::check_sendable(transaction));
    CO_TRY(const auto signed_one, co_await sign(sender, std::move(transaction)));
    CO_TRY_VOID(co_await eth.send_raw_transaction(signed_one.raw));
    if (options.say) options.say(fmt::format("sent: {} ({})", step.text, to_string(signed_one.hash)));
    co_return co_await wait_for(eth, step, signed_one.hash, options);
}

}  // namespace

Task<Result<std::vector<SentStep>>> send_steps(rpc::Eth& eth, std::vector<SetupStep> steps, WalletSigner sender,
                                               keys::Signer* account, Bytes guard_code, SendOptions options) {
    std::vector<SentStep> out;
    for (const auto& step : steps) {
        CO_TRY(auto done, co_await send_one(eth, step, sender, account, guard_code, options));
        out.push_back(std::move(done));
    }
    co_return out;
}

Task<Result<void>> simulate_step(rpc::Eth& eth, SetupStep step, Address from, Address account, Bytes guard_code) {
    rpc::CallRequest request = request_of(step, from, account, guard_code);
    rpc::BlockId latest;
    auto answer = co_await eth.call(std::move(request), latest);
    if (!answer) co_return fail(std::move(answer).error(), step.text + " fails in simulation");
    co_return Result<void>();
}

}  // namespace plimsoll::bot
