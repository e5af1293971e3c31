// SPDX-License-Identifier: Apache-2.0
#include "bot/app/online_checks.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "bot/app/guard_findings.hpp"
#include "bot/app/relay_checks.hpp"
#include "bot/app/run_task.hpp"
#include "bot/app/signer_checks.hpp"
#include "bot/app/venue_checks.hpp"
#include "bot/engine/text.hpp"
#include "bot/shell/endpoints.hpp"
#include "bot/shell/signers.hpp"
#include "bot/sync.hpp"
#include "bot/view/position_view.hpp"
#include "chain/lending/registry.hpp"
#include "chain/rpc/multicall.hpp"
#include "chain/types/unix_time.hpp"
#include "strategies/erc20.hpp"

namespace plimsoll::bot {

namespace {

class ChainChecks {
  public:
    ChainChecks(const config::Settings& settings, const config::Chain& chain, std::vector<CheckLine>& lines)
        : settings_(settings), chain_(chain), lines_(lines) {}

    Task<Result<void>> run(std::vector<std::shared_ptr<rpc::EthClient>> clients) {
        clients_ = std::move(clients);
        bool any = false;
        for (const auto& client : clients_) any = co_await endpoint(*client) || any;
        if (any) co_await markets(*clients_.front());
        for (const auto& client : clients_) client->endpoint().stop();
        co_return Result<void>();
    }

  private:
    void ok(std::string name, std::string detail) {
        lines_.push_back(CheckLine{std::move(name), true, std::move(detail), {}});
    }
    void problem(std::string name, std::string detail, std::string mend) {
        lines_.push_back(CheckLine{std::move(name), false, std::move(detail), std::move(mend)});
    }

    /// Connecting verifies the chain id; the head tells whether the node is alive and in sync.
    Task<bool> endpoint(rpc::EthClient& client) {
        const std::string name = "chain " + chain_.name + ": " + client.endpoint().stats().url;
        const auto id = co_await client.chain_id();
        if (!id) {
            const auto why = client.endpoint().stats().last_error;
            problem(name, why.empty() ? id.error().message : why,
                    "see that the node runs, that the URL is right and that the node is of this chain");
            co_return false;
        }
        if (*id != chain_.id) {
            problem(name, fmt::format("the node is of chain {}, not {}", *id, chain_.id),
                    "correct `id` or the URL in [chain." + chain_.name + "]");
            co_return false;
        }
        const auto head = co_await client.header(rpc::BlockId());
        if (!head) {
            problem(name, head.error().message, "see that the node answers eth_getBlockByNumber");
            co_return false;
        }
        const std::chrono::milliseconds age(unix_ms() - static_cast<std::int64_t>(head->ref.timestamp) * 1'000);
        const std::string text =
            fmt::format("chain {}, block {}, {} s old", *id, head->ref.number, age.count() / 1'000);
        if (age > chain_.head_age_max) {
            problem(name, text,
                    fmt::format("the head may be {} s old: let the node sync, or raise max_head_age",
                                chain_.head_age_max.count() / 1'000));
            co_return true;
        }
        ok(name, text);
        co_return true;
    }

    Task<void> markets(rpc::EthClient& eth) {
        const auto head = co_await eth.header(rpc::BlockId());
        if (!head) co_return;
        rpc::BlockId at;
        at.value = head->ref.hash;
        const auto code = co_await eth.code(rpc::kMulticall3, at);
        if (code && !code->empty())
            ok("chain " + chain_.name + ": Multicall3", to_string(rpc::kMulticall3));
        else
            problem("chain " + chain_.name + ": Multicall3", "no code at " + to_string(rpc::kMulticall3),
                    "without it nothing can be simulated, so nothing is sent on this chain: deploy it");
        auto venues = co_await venue_checks(eth, settings_, chain_, at);
        std::move(venues.begin(), venues.end(), std::back_inserter(lines_));
        for (const auto& entry : settings_.markets) {
            if (entry.chain == chain_.name) co_await market(eth, entry, head->ref);
        }
    }

    Task<void> market(rpc::EthClient& eth, const config::Market& entry, BlockRef head) {
        const std::string name = "market " + entry.name;
        auto adapter = lending::make_market(entry.protocol, entry.entry());
        if (!adapter) {
            problem(name, adapter.error().message, "correct `protocol`");
            co_return;
        }
        bool used = false;
        for (const auto& wallet : settings_.wallets) {
            for (const auto& position : wallet.positions) {
                if (position.market != entry.name) continue;
                (*adapter)->watch(wallet.address);
                used = true;
            }
        }
        if (!used) co_return;
        const auto synced = co_await sync(eth, **adapter, head);
        if (!synced) {
            problem(name, synced.error().message, "see that addresses_provider is right for this chain");
            co_return;
        }
        if (!(*adapter)->unsupported().empty()) {
            problem(name, (*adapter)->unsupported(), "this deployment can be watched, but plimsoll will not act on it");
            co_return;
        }
        ok(name, fmt::format("{} contracts, read at block {}", (*adapter)->contracts().size(), head.number));
        for (const auto& wallet : settings_.wallets) {
            for (const auto& position : wallet.positions) {
                if (position.market == entry.name) co_await this->position(eth, **adapter, wallet, position, head);
            }
        }
    }

    Task<void> position(rpc::EthClient& eth, const lending::Market& market, const config::Wallet& wallet,
                        const config::Position& position, BlockRef head) {
        const std::string name = "position " + position.name;
        std::vector<Call> calls(1, market.audit_call(wallet.address));
        const auto state = market.position(wallet.address, head.timestamp);
        if (!state) {
            problem(name, state.error().message, "report this with the block number");
            co_return;
        }
        for (const auto& asset : state->assets) {
            calls.push_back(erc20::balance_of(asset.asset, wallet.address));
            calls.push_back(erc20::allowance(asset.asset, wallet.address, market.spender()));
        }
        rpc::BlockId at;
        at.value = head.hash;
        const auto answers = co_await eth.multicall(std::move(calls), at);
        const auto native = co_await eth.balance(wallet.address, at);
        if (!answers || !native) {
            problem(name, answers ? native.error().message : answers.error().message,
                    "see that the node serves eth_call");
            co_return;
        }
        const auto audit = market.audit(wallet.address, head, answers->front());
        if (!audit || !audit->agrees)
            problem(name + ": audit", audit ? "our numbers differ from the contract's" : audit.error().message,
                    "plimsoll will not act until both agree; report this with the block number");
        else
            ok(name + ": audit", "equals the contract at block " + std::to_string(head.number));
        levels(name, position, *state);
        if (wallet.guard)
            co_await guarded(eth, position);
        else
            funds(name, wallet, *state, *answers, *native, position);
    }

    /// Under a guard nothing needs to lie in the wallet; the guardian pays the gas.
    Task<void> guarded(rpc::EthClient& eth, const config::Position& position) {
        const std::string name = "position " + position.name;
        const auto senders = sender_addresses(settings_, {});
        const auto guardian = senders.find(position.wallet);
        const Address who = guardian == senders.end() ? Address{} : guardian->second;
        const auto subject = guard_subject(settings_, position, who);
        if (!subject) {
            problem(name + ": guard", subject.error().message, "see the line");
            co_return;
        }
        const PolicyTerms terms;
        const auto status = co_await read_guard_status(eth, *subject, terms);
        if (!status) {
            problem(name + ": guard", status.error().message, "see that the node serves eth_call");
            co_return;
        }
        for (auto& line : guard_findings(*subject, *status)) {
            line.name = "position " + line.name;
            lines_.push_back(std::move(line));
        }
        if (who.is_zero()) co_return;
        rpc::BlockId latest;
        const auto native = co_await eth.balance(who, latest);
        if (native) gas(name, who, *native, position);
    }

    void levels(const std::string& name, const config::Position& position, const lending::Position& state) {
        const auto health = state.summary.health_factor;
        const std::string text =
            fmt::format("{}, trigger {}", engine::health_text(health), engine::health_text(position.trigger));
        if (health < position.trigger)
            problem(name + ": health factor", text,
                    "it is below the trigger now: plimsoll acts as soon as it runs live");
        else
            ok(name + ": health factor", text);
    }

    void funds(const std::string& name, const config::Wallet& wallet, const lending::Position& state,
               const std::vector<CallResult>& answers, Wei native, const config::Position& position) {
        for (std::size_t i = 0; i < state.assets.size(); ++i) {
            const auto& asset = state.assets[i];
            if (asset.debt.is_zero()) continue;
            const auto balance = erc20::amount(answers[1 + 2 * i]);
            const auto allowance = erc20::amount(answers[2 + 2 * i]);
            if (!balance || !allowance) {
                problem(name + ": " + asset.symbol, "balance or allowance cannot be read",
                        "see that it is an ERC-20 token");
                continue;
            }
            const auto text = [&](const TokenAmount& amount) {
                return fixed(amount.value, asset.decimals, 4) + " " + asset.symbol;
            };
            if (balance->is_zero())
                problem(name + ": funds", fmt::format("no {} in the wallet, debt {}", asset.symbol, text(asset.debt)),
                        fmt::format("send {} to {}: repaying needs it", asset.symbol, to_string(wallet.address)));
            else
                ok(name + ": funds", fmt::format("{} for a debt of {}", text(*balance), text(asset.debt)));
            if (*allowance < std::min(*balance, asset.debt) && !settings_.live(wallet))
                problem(name + ": allowance", fmt::format("the pool may take {}", text(*allowance)),
                        "approve the pool, or go live: plimsoll then approves what it needs");
            else
                ok(name + ": allowance", *allowance < asset.debt ? "approved by plimsoll when needed" : "enough");
        }
        gas(name, wallet.address, native, position);
    }

    void gas(const std::string& name, const Address& payer, Wei native, const config::Position& position) {
        const bool sells = position.strategies != std::vector<std::string>{"repay-from-wallet"};
        const std::uint64_t kRescueGas = sells ? 1'500'000 : 400'000;
        const auto need = checked_mul(position.limits.max_fee_per_gas.value, U256{kRescueGas});
        const auto coin = [](const U256& wei) { return fixed(wei, 18, 4); };
        if (need && native.value < *need)
            problem(
                name + ": gas",
                fmt::format("{} of the coin, a rescue at the fee ceiling takes {}", coin(native.value), coin(*need)),
                "send native coin to " + to_string(payer));
        else
            ok(name + ": gas", coin(native.value) + " of the coin");
    }

    const config::Settings& settings_;
    const config::Chain& chain_;
    std::vector<CheckLine>& lines_;
    std::vector<std::shared_ptr<rpc::EthClient>> clients_;
};

}  // namespace

std::vector<CheckLine> online_checks(const config::Settings& settings) {
    std::vector<CheckLine> lines = signer_checks(settings);
    for (auto& line : relay_checks(settings)) lines.push_back(std::move(line));
    for (const auto& chain : settings.chains) {
        boost::asio::io_context io(1);
        auto clients = connect_endpoints(io.get_executor(), chain);
        if (!clients) {
            lines.push_back(
                CheckLine{"chain " + chain.name, false, clients.error().message, "see [chain." + chain.name + "]"});
            continue;
        }
        ChainChecks checks(settings, chain, lines);
        const auto ended = run_task(io, checks.run(clients->readable()));
        if (!ended) lines.push_back(CheckLine{"chain " + chain.name, false, ended.error().message, "report this"});
    }
    return lines;
}

}  // namespace plimsoll::bot
