// SPDX-License-Identifier: Apache-2.0
// The commands that ask a node. Each is answered exactly once, whatever happens on the way.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bot/shell/chain_shell.hpp"
#include "bot/shell/wallet_batch.hpp"
#include "chain/codec/abi_words.hpp"
#include "chain/rpc/multicall.hpp"
#include "chain/tx/send_error.hpp"

namespace plimsoll::bot {

namespace {

rpc::BlockId by_hash(const BlockRef& block) {
    rpc::BlockId id;
    id.value = block.hash;
    return id;
}

/// A node may say that it has a block and still answer with the state of another one. Multicall3 tells in the same call
/// which block's parent it sees; where it is not deployed nothing is told, and the audit alone finds it out.
bool of_block(const CallResult& parent, const BlockRef& block) {
    if (!parent.success || parent.data.size() != Hash32::kSize) return true;
    return std::equal(parent.data.begin(), parent.data.end(), block.parent.bytes.begin());
}

Task<Result<engine::ReadDone>> read(rpc::Eth& eth, engine::Read command) {
    constexpr Selector kGetLastBlockHash = selector("getLastBlockHash()");
    constexpr int kTries = 3;
    constexpr auto kPause = std::chrono::milliseconds(30);
    command.calls.push_back({rpc::kMulticall3, abi::Encoder(kGetLastBlockHash, 0).finish()});
    engine::ReadDone done;
    for (int i = 0; i < kTries; ++i) {
        CO_TRY(done.results, co_await eth.multicall(command.calls, by_hash(command.at)));
        const bool right = !done.results.empty() && of_block(done.results.back(), command.at);
        if (!done.results.empty()) done.results.pop_back();
        if (right) co_return done;
        boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, kPause);
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
    co_return fail(Errc::Mismatch, "the node answers with the state of another block than asked");
}

Task<Result<engine::FeesDone>> fetch_fees(rpc::Eth& eth, engine::FetchFees command) {
    std::vector<double> percentiles(1, static_cast<double>(command.percentile));
    CO_TRY(const auto history, co_await eth.fee_history(command.blocks, std::move(percentiles)));
    if (history.base_fees.size() < 2) co_return fail(Errc::Decode, "eth_feeHistory: no next base fee");
    engine::FeesDone done;
    done.newest_block = history.oldest_block + history.base_fees.size() - 2;
    done.next_base_fee = history.base_fees.back();
    for (const auto& block : history.rewards) {
        if (!block.empty()) done.priorities.push_back(block.front());
    }
    co_return done;
}

Task<Result<engine::AccountDone>> fetch_account(rpc::Eth& eth, engine::FetchAccount command) {
    engine::AccountDone done;
    CO_TRY(const auto account, co_await eth.account(command.address, by_hash(command.at)));
    done.native = account.balance;
    done.nonce_latest = account.nonce;
    done.nonce_pending = account.pending_nonce;
    done.has_code = account.has_code;
    co_return done;
}

Task<Result<engine::GasDone>> estimate_gas(rpc::Eth& eth, engine::EstimateGas command) {
    rpc::CallRequest request;
    request.from = command.from;
    request.to = command.call.to;
    request.data = std::move(command.call.data);
    engine::GasDone done;
    CO_TRY(done.gas, co_await eth.estimate_gas(std::move(request)));
    co_return done;
}

Task<Result<engine::SimulationDone>> simulate(rpc::Eth& eth, Bytes& multicall_code, engine::Simulate command) {
    if (multicall_code.empty()) {
        CO_TRY(multicall_code, co_await eth.code(rpc::kMulticall3, by_hash(command.at)));
        if (multicall_code.empty())
            co_return fail(Errc::Unsupported,
                           "simulation needs Multicall3 on this chain: no code at " + to_string(rpc::kMulticall3));
    }
    auto request = batch_request(command, multicall_code);
    CO_TRY(const auto answer, co_await eth.call(std::move(request), by_hash(command.at)));
    co_return batch_answer(command, answer);
}

engine::SendOutcome outcome_of(tx::SendError error) {
    switch (error) {
        case tx::SendError::AlreadyKnown:
            return engine::SendOutcome::AlreadyKnown;
        case tx::SendError::ReplacementUnderpriced:
            return engine::SendOutcome::ReplacementUnderpriced;
        case tx::SendError::Underpriced:
            return engine::SendOutcome::Underpriced;
        case tx::SendError::NonceTooLow:
            return engine::SendOutcome::NonceTooLow;
        case tx::SendError::NonceTooHigh:
            return engine::SendOutcome::NonceTooHigh;
        case tx::SendError::InsufficientFunds:
            return engine::SendOutcome::InsufficientFunds;
        case tx::SendError::FeeCapExceeded:
            return engine::SendOutcome::FeeCapExceeded;
        case tx::SendError::DelegatedAccount:
        case tx::SendError::AccountLimit:
            return engine::SendOutcome::AccountLimit;
        case tx::SendError::AddressReserved:
        case tx::SendError::Invalid:
            return engine::SendOutcome::Invalid;
        case tx::SendError::Unknown:
            return engine::SendOutcome::Unknown;
    }
    return engine::SendOutcome::Unknown;
}

}  // namespace

void ChainShell::spawn(Task<void> task) {
    boost::asio::co_spawn(executor_, std::move(task), boost::asio::detached);
}

template <class Done>
Task<void> ChainShell::answer(engine::RequestId id, std::string_view method, Task<Result<Done>> work) {
    const auto began = std::chrono::steady_clock::now();
    auto result = co_await std::move(work);
    if (services_.metrics != nullptr) {
        services_.metrics->rpc_done(endpoint_name(), method, std::chrono::steady_clock::now() - began);
        if (!result) services_.metrics->rpc_failed(endpoint_name(), to_string(result.error().code));
    }
    Done done;
    if (result)
        done = *std::move(result);
    else
        done.error = result.error().message;
    done.id = id;
    answered(std::move(done));
}

void ChainShell::on(engine::Read command) {
    const auto id = command.id;
    ++outstanding_;
    spawn(answer(id, "multicall", read(*eth_, std::move(command))));
}

void ChainShell::on(engine::FetchFees command) {
    const auto id = command.id;
    ++outstanding_;
    spawn(answer(id, "fee-history", fetch_fees(*eth_, command)));
}

void ChainShell::on(engine::FetchAccount command) {
    const auto id = command.id;
    ++outstanding_;
    spawn(answer(id, "account", fetch_account(*eth_, command)));
}

void ChainShell::on(engine::Simulate command) {
    const auto id = command.id;
    ++outstanding_;
    spawn(answer(id, "simulate", simulate(*eth_, multicall_code_, std::move(command))));
}

void ChainShell::on(engine::EstimateGas command) {
    const auto id = command.id;
    ++outstanding_;
    spawn(answer(id, "estimate-gas", estimate_gas(*eth_, std::move(command))));
}

void ChainShell::on(engine::Broadcast command) {
    crash_point("before broadcast");
    for (const auto& endpoint : eth_->clients()) {
        ++outstanding_;
        spawn(send_to(endpoint, command));
    }
}

Task<void> ChainShell::send_to(std::shared_ptr<rpc::EthClient> endpoint, engine::Broadcast command) {
    auto answer = co_await endpoint->send_raw_transaction(std::move(command.raw));
    engine::Sent sent;
    sent.hash = command.hash;
    sent.endpoint = endpoint->endpoint().stats().url;
    if (answer) {
        sent.outcome = engine::SendOutcome::Accepted;
    } else {
        // A node that did answer has refused; anything else leaves open whether the bytes arrived.
        sent.outcome = answer.error().code == Errc::Rpc ? outcome_of(tx::classify_send_error(answer.error().message))
                                                        : engine::SendOutcome::Unknown;
        sent.text = answer.error().message;
    }
    crash_point("after broadcast");
    answered(std::move(sent));
}

Task<void> ChainShell::fetch_receipt(engine::FetchReceipt command) {
    auto answer = co_await eth_->receipt(command.hash);
    engine::ReceiptDone done;
    done.hash = command.hash;
    if (!answer) {
        done.error = answer.error().message;
    } else if (const auto& receipt = *answer) {
        engine::ReceiptInfo info;
        info.block_number = receipt->block_number;
        info.block_hash = receipt->block_hash;
        info.succeeded = receipt->succeeded;
        info.gas_used = receipt->gas_used;
        info.effective_gas_price = receipt->effective_gas_price;
        done.receipt = info;
    }
    answered(std::move(done));
}

void ChainShell::on(engine::FetchReceipt command) {
    ++outstanding_;
    spawn(fetch_receipt(command));
}

}  // namespace plimsoll::bot
