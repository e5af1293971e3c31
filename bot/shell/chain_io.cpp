// SPDX-License-Identifier: Apache-2.0
// The commands that ask a node. Each is answered exactly once, whatever happens on the way.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "bot/shell/chain_shell.hpp"
#include "bot/shell/wallet_batch.hpp"
#include "chain/rpc/multicall.hpp"

namespace plimsoll::bot {

namespace {

rpc::BlockId by_hash(const BlockRef& block) {
    rpc::BlockId id;
    id.value = block.hash;
    id.number = block.number;
    return id;
}

Task<Result<engine::ReadDone>> read(rpc::Eth& eth, engine::Read command) {
    engine::ReadDone done;
    CO_TRY(done.results, co_await eth.state_of(std::move(command.calls), command.at));
    co_return done;
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

Task<Result<engine::SimulationDone>> simulate(rpc::EthPool& eth, rpc::Quorum quorum, Bytes& multicall_code,
                                              engine::Simulate command) {
    if (multicall_code.empty()) {
        CO_TRY(multicall_code, co_await eth.code(rpc::kMulticall3, by_hash(command.at)));
        if (multicall_code.empty())
            co_return fail(Errc::Unsupported,
                           "simulation needs Multicall3 on this chain: no code at " + to_string(rpc::kMulticall3));
    }
    auto request = batch_request(command, multicall_code);
    request.spare = command.spare;
    auto asked = quorum.nodes > 1 ? eth.agreed_call(std::move(request), by_hash(command.at), quorum)
                                  : eth.call(std::move(request), by_hash(command.at));
    CO_TRY(const auto answer, co_await std::move(asked));
    co_return batch_answer(command, answer);
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
    rpc::Quorum quorum;
    quorum.nodes = command.spare ? 1 : chain_.quorum;
    quorum.wait = chain_.quorum_wait;
    quorum.go_on = chain_.without_quorum == "go-on";
    spawn(answer(id, "simulate", simulate(*eth_, quorum, multicall_code_, std::move(command))));
}

void ChainShell::on(engine::EstimateGas command) {
    const auto id = command.id;
    ++outstanding_;
    spawn(answer(id, "estimate-gas", estimate_gas(*eth_, std::move(command))));
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
        info.data_fee = receipt->l1_fee;
        done.receipt = info;
    }
    answered(std::move(done));
}

Task<void> ChainShell::ask_each(engine::AskEach command) {
    auto told = co_await eth_->told_by_each(std::move(command.calls), command.at);
    engine::EachTold done;
    done.id = command.id;
    for (auto& one : told) {
        auto& account = done.told.emplace_back();
        account.node = std::move(one.node);
        if (one.results)
            account.results = *std::move(one.results);
        else
            account.error = std::move(one.results).error().message;
    }
    answered(std::move(done));
}

void ChainShell::on(engine::AskEach command) {
    ++outstanding_;
    spawn(ask_each(std::move(command)));
}

void ChainShell::on(engine::FetchReceipt command) {
    ++outstanding_;
    spawn(fetch_receipt(command));
}

}  // namespace plimsoll::bot
