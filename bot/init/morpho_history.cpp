// SPDX-License-Identifier: Apache-2.0
#include "bot/init/morpho_history.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "chain/lending/morpho_blue/contracts.hpp"
#include "chain/rpc/decode.hpp"
#include "chain/types/bytes.hpp"

namespace plimsoll::bot::init {

namespace {

std::string topic_of(const Address& account) {
    constexpr std::size_t kZeros = 24;
    return "0x" + std::string(kZeros, '0') + to_hex(account.view()).substr(2);
}

std::string params(const HistoryWanted& wanted, BlockNumber from, BlockNumber to) {
    std::string accounts;
    for (const auto& account : wanted.accounts)
        accounts += fmt::format("{}\"{}\"", accounts.empty() ? "" : ",", topic_of(account));
    return fmt::format(R"([{{"address":"{}","fromBlock":"{:#x}","toBlock":"{:#x}","topics":["{}",null,[{}]]}}])",
                       to_hex(wanted.morpho.view()), from, to, to_hex(lending::morpho_blue::event::kBorrow.view()),
                       accounts);
}

}  // namespace

std::optional<BlockNumber> first_block_of_morpho(ChainId chain) {
    constexpr ChainId kEthereum = 1;
    constexpr ChainId kBase = 8453;
    constexpr BlockNumber kOnEthereum = 18'883'124;
    constexpr BlockNumber kOnBase = 13'977'148;
    if (chain == kEthereum) return kOnEthereum;
    if (chain == kBase) return kOnBase;
    return std::nullopt;
}

Task<History> markets_borrowed_from(rpc::EthClient& eth, HistoryWanted wanted) {
    constexpr BlockNumber kLeast = 500;  // blocks of a request; a node that refuses these serves no history
    History out;
    out.wanted_from = std::min(wanted.from, wanted.to);
    out.reached = wanted.to + 1;
    BlockNumber span = wanted.to - out.wanted_from + 1;
    for (std::size_t made = 0; made < wanted.requests && out.reached > out.wanted_from; ++made) {
        const BlockNumber from = out.reached - std::min(span, out.reached - out.wanted_from);
        rpc::Request request;
        request.method = "eth_getLogs";
        request.params = params(wanted, from, out.reached - 1);
        const auto outcome = co_await eth.endpoint().request(std::move(request));
        Result<std::vector<Log>> logs = fail(Errc::Rpc, "no answer");
        if (outcome)
            logs = rpc::decode_logs(outcome->value());
        else
            logs = tl::unexpected<Error>(outcome.error().error);
        if (!logs) {
            out.error = logs.error().message;
            if (span <= kLeast) break;
            span = std::max(std::min(span, out.reached - from) / 2, kLeast);
            continue;
        }
        for (const auto& log : *logs) {
            if (log.topics.size() < 2 || log.address != wanted.morpho) continue;
            const Hash32& id = log.topics[1];
            if (std::find(out.ids.begin(), out.ids.end(), id) == out.ids.end()) out.ids.push_back(id);
        }
        out.reached = from;
        if (wanted.told) wanted.told(from);
    }
    if (out.reached == out.wanted_from) out.error.clear();
    if (out.reached > out.wanted_from && out.error.empty()) out.error = fmt::format("{} requests", wanted.requests);
    co_return out;
}

}  // namespace plimsoll::bot::init
