// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "chain/codec/abi_words.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/rpc/decode.hpp"
#include "chain/rpc/encode.hpp"
#include "chain/rpc/eth_client.hpp"
#include "chain/rpc/multicall.hpp"

// EthClient::multicall: many reads of one block in as few requests as the chain and the node allow.
namespace plimsoll::rpc {

namespace {

constexpr std::uint32_t kLookAgainAfter = 64;

/// With failures allowed, aggregate3 as a whole fails only where gas, time or size ran out: fewer calls may do.
bool is_too_much(const Error& error) {
    if (error.code == Errc::Reverted) return true;
    if (error.code != Errc::Rpc) return false;
    for (const std::string_view word : {"gas", "Gas", "timeout", "timed out", "too large", "size"}) {
        if (error.message.find(word) != std::string::npos) return true;
    }
    return false;
}

Request call_request(const Address& to, Bytes data, const BlockId& block) {
    CallRequest call;
    call.to = to;
    call.data = std::move(data);
    Request out;
    out.method = "eth_call";
    out.params = encode_call_params(call, block);
    return out;
}

std::vector<Call> part(const std::vector<Call>& calls, std::size_t from, std::size_t count) {
    const auto begin = calls.begin() + static_cast<std::ptrdiff_t>(from);
    return {begin, begin + static_cast<std::ptrdiff_t>(std::min(count, calls.size() - from))};
}

}  // namespace

Task<Result<std::vector<CallResult>>> EthClient::multicall(std::vector<Call> calls, BlockId block) {
    if (calls.empty()) co_return std::vector<CallResult>{};
    auto asking =
        without_multicall_ > 0 ? one_by_one(std::move(calls), named(block)) : aggregate(std::move(calls), named(block));
    if (without_multicall_ > 0) --without_multicall_;
    auto results = co_await std::move(asking);
    if (results) CO_TRY_VOID(co_await still_there(block));
    co_return results;
}

Task<Result<std::vector<CallResult>>> EthClient::state_of(std::vector<Call> calls, BlockRef block) {
    constexpr Selector kGetLastBlockHash = selector("getLastBlockHash()");
    constexpr int kTries = 3;
    constexpr auto kPause = std::chrono::milliseconds(30);
    calls.push_back({kMulticall3, abi::call_data(kGetLastBlockHash)});
    BlockId at;
    at.value = block.hash;
    at.number = block.number;
    for (int i = 0; i < kTries; ++i) {
        if (i > 0) {
            boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, kPause);
            co_await pause.async_wait(boost::asio::use_awaitable);
        }
        CO_TRY(auto results, co_await multicall(calls, at));
        const Bytes seen = std::move(results.back().data);
        const bool told = results.back().success && seen.size() == Hash32::kSize;
        results.pop_back();
        if (!told || std::equal(seen.begin(), seen.end(), block.parent.bytes.begin())) co_return results;
    }
    co_return fail(Errc::Mismatch, "the node answers with the state of another block than asked");
}

Task<Result<std::vector<CallResult>>> EthClient::aggregate(std::vector<Call> calls, BlockId block) {
    std::vector<Request> requests;
    std::vector<std::vector<Call>> parts;
    for (std::size_t at = 0; at < calls.size(); at += options_.multicall_max) {
        parts.push_back(part(calls, at, options_.multicall_max));
        requests.push_back(call_request(kMulticall3, encode_aggregate3(parts.back()), block));
    }
    const auto outcomes = co_await endpoint_->all(std::move(requests));
    std::vector<CallResult> out;
    out.reserve(calls.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Result<std::vector<CallResult>> results;
        if (outcomes[i]) {
            CO_TRY(const auto data, decode_bytes(outcomes[i]->value()));
            if (data.empty()) {
                // An account without code answers with nothing.
                without_multicall_ = kLookAgainAfter;
                co_return co_await one_by_one(std::move(calls), block);
            }
            results = decode_aggregate3(data, parts[i].size());
        } else if (!is_too_much(outcomes[i].error().error)) {
            results = tl::unexpected(outcomes[i].error().error);
        } else if (parts[i].size() == 1) {
            results = co_await one_by_one(parts[i], block);
        } else {
            const std::size_t half = parts[i].size() / 2;
            CO_TRY(results, co_await aggregate(part(parts[i], 0, half), block));
            CO_TRY(auto rest, co_await aggregate(part(parts[i], half, parts[i].size()), block));
            std::move(rest.begin(), rest.end(), std::back_inserter(*results));
        }
        if (!results) co_return results;
        std::move(results->begin(), results->end(), std::back_inserter(out));
    }
    co_return out;
}

Task<Result<std::vector<CallResult>>> EthClient::one_by_one(std::vector<Call> calls, BlockId block) {
    std::vector<CallResult> out;
    out.reserve(calls.size());
    for (std::size_t at = 0; at < calls.size(); at += options_.batch_max) {
        std::vector<Request> requests;
        for (auto& call : part(calls, at, options_.batch_max))
            requests.push_back(call_request(call.to, std::move(call.data), block));
        const auto outcomes = co_await endpoint_->batch(std::move(requests));
        for (const auto& outcome : outcomes) {
            CallResult result;
            if (outcome) {
                result.success = true;
                CO_TRY(result.data, decode_bytes(outcome->value()));
            } else if (outcome.error().error.code == Errc::Reverted) {
                result.data = outcome.error().revert_data;
            } else {
                co_return tl::unexpected(outcome.error().error);
            }
            out.push_back(std::move(result));
        }
    }
    co_return out;
}

}  // namespace plimsoll::rpc
