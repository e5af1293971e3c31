// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/chain_shell.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bot/console/board.hpp"
#include "bot/engine/recording.hpp"
#include "bot/engine/text.hpp"
#include "bot/journal/journal.hpp"
#include "bot/journal/row.hpp"
#include "bot/log.hpp"
#include "bot/shell/endpoints.hpp"
#include "bot/shell/sign.hpp"
#include "bot/view/position_view.hpp"
#include "chain/feed/head_tracker.hpp"

namespace plimsoll::bot {

namespace {

template <class... Cases>
struct Overload : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overload(Cases...) -> Overload<Cases...>;  // clang 14 deduces no aggregate

}  // namespace

ChainShell::ChainShell(boost::asio::any_io_executor executor, config::Chain chain, ShellServices services,
                       const engine::EngineConfig& config, std::unique_ptr<engine::Engine> engine)
    : executor_(std::move(executor)),
      chain_(std::move(chain)),
      services_(std::move(services)),
      engine_(std::move(engine)),
      ticker_(executor_),
      publisher_(executor_) {
    take_levels(config);
}

void ChainShell::take_levels(const engine::EngineConfig& config) {
    levels_.clear();
    for (const auto& wallet : config.wallets) {
        for (const auto& position : wallet.positions) levels_.emplace(position.name, position);
    }
    std::erase_if(series_, [this](const auto& entry) { return !levels_.contains(entry.first); });
}

void ChainShell::reload(engine::EngineConfig config) {
    take_levels(config);
    deliver(engine::SettingsReloaded{std::move(config)});
}

ChainShell::~ChainShell() = default;

Result<void> ChainShell::connect() {
    TRY(auto endpoints, connect_endpoints(executor_, chain_));
    auto clients = std::move(endpoints.clients);
    rpc::EthPoolOptions options;
    options.roles = endpoints.roles;
    options.rules.silence = chain_.block_time * 5 / 4 + std::chrono::milliseconds(1'000);
    options.rules.behind =
        std::max(options.rules.behind, std::chrono::ceil<std::chrono::seconds>(3 * chain_.block_time));
    options.poll = std::clamp(chain_.block_time / 2, std::chrono::milliseconds(250), std::chrono::milliseconds(1'000));
    options.hedge = chain_.call_deadline / 4;
    options.finality = std::chrono::seconds(12);
    options.probes = true;
    const std::string preferred = clients.front()->endpoint().stats().url;
    options.changed = [this, preferred](const std::string& from, const std::string& to, const std::string& why) {
        if (services_.metrics != nullptr) services_.metrics->endpoint_changed(chain_.name);
        if (services_.alerts == nullptr) return;
        if (to == preferred)
            services_.alerts->clear(chain_.name, "endpoint", "", "following " + to + " again");
        else
            services_.alerts->raise(chain_.name, engine::AlertLevel::Warning, "endpoint", "",
                                    from + ": " + why + "; following " + to);
    };
    options.finality_told = [this](const rpc::Finality& finality) { tell_finality(finality); };
    options.news = [this](const std::string& url, const rpc::NodeNews& news) { tell(url, news); };
    eth_ = std::make_shared<rpc::EthPool>(executor_, std::move(clients), std::move(options));
    watch_pending(endpoints.roles);
    return {};
}

Task<Result<void>> ChainShell::look(engine::Started memory) {
    CO_TRY_VOID(connect());
    pending_.reset();  // one look needs none
    CO_TRY(const auto header, co_await eth_->header(rpc::BlockId()));
    [[maybe_unused]] const auto reads =
        co_await eth_->current().reads_by_hash();  // it is asked by the number where it cannot
    deliver(std::move(memory));
    deliver(engine::FeedLive());
    deliver(engine::Restarted{header.ref});
    boost::asio::steady_timer pause(executor_);
    while (outstanding_ > 0 && !stopped_) {
        pause.expires_after(std::chrono::milliseconds(2));
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
    stop();
    co_return Result<void>();
}

Task<Result<void>> ChainShell::run(engine::Started memory) {
    CO_TRY_VOID(connect());
    eth_->start();
    feed::FeedOptions options;
    options.head_age_max = chain_.head_age_max;
    const auto limits = feed::limits_for(chain_.block_time);
    options.history = limits.history;
    options.gap = limits.gap;
    options.strange = [this](const std::string& what) {
        if (services_.alerts != nullptr)
            services_.alerts->raise(chain_.name, engine::AlertLevel::Warning, "strange-block", "", what);
    };
    options.wall_ms = services_.now_ms;
    feed_ = std::make_unique<feed::Feed>(
        executor_, *eth_, [eth = eth_] { return eth->subscribe_heads(); }, options);
    deliver(std::move(memory));
    spawn(tick());
    spawn(publish());
    while (!stopped_) {
        auto event = co_await feed_->next();
        if (!event) break;  // stopped
        take(*std::move(event));
    }
    co_return Result<void>();
}

void ChainShell::take(feed::FeedEvent event) {
    std::visit(Overload{[this](feed::BlockAdded& added) {
                            const BlockRef block = added.block;
                            if (services_.heard) services_.heard(chain_.name, block);
                            arrived(block.number);
                            deliver(engine::BlockAdded{block, std::move(added.logs), added.filter});
                            if (services_.alerts != nullptr) services_.alerts->at_block(chain_.name, block);
                        },
                        [this](feed::Reorg& reorg) {
                            if (services_.metrics != nullptr)
                                services_.metrics->reorganised(chain_.name, reorg.removed.size());
                            const bool deep = reorg.ancestor.number < final_number_;
                            deliver(engine::Reorg{reorg.ancestor, std::move(reorg.removed)});
                            if (deep) eth_->check_finality();
                        },
                        [this](feed::Restarted& restarted) { deliver(engine::Restarted{restarted.block}); },
                        [this](feed::Stale& stale) { deliver(engine::FeedStale{std::move(stale.reason)}); },
                        [this](feed::Live&) { deliver(engine::FeedLive()); }},
               event);
}

void ChainShell::stop() {
    if (stopped_) return;
    stopped_ = true;
    ticker_.cancel();
    publisher_.cancel();
    if (pending_) pending_->stop();
    if (feed_) feed_->stop();
    if (eth_) eth_->stop();
    for (const auto& aggregator : services_.aggregators) aggregator->stop();
    for (const auto& relay : services_.relays) relay->stop();
}

Task<void> ChainShell::tick() {
    constexpr auto kPeriod = std::chrono::milliseconds(500);
    while (!stopped_) {
        ticker_.expires_after(kPeriod);
        const auto [error] = co_await ticker_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (error || stopped_) co_return;
        mind_nodes();
        mind_decisions();
        deliver(engine::Tick());
    }
}

namespace {

bool only_tells(const engine::Command& command) {
    return std::holds_alternative<engine::Alert>(command) || std::holds_alternative<engine::Decide>(command);
}

}  // namespace

void ChainShell::deliver(engine::EventBody body) {
    if (stopped_) return;
    inbox_.push_back(engine::Event{services_.now_ms(), std::move(body)});
    if (stepping_) return;  // an answer that came at once: taken in after the commands before it
    stepping_ = true;
    while (!inbox_.empty()) {
        const engine::Event event = std::move(inbox_.front());
        inbox_.pop_front();
        const auto began = std::chrono::steady_clock::now();
        auto commands = engine_->step(event);
        step_took_ = std::chrono::steady_clock::now() - began;
        ++turns_;
        mind_decisions();
        const auto recorded = services_.recorder != nullptr ? commands : std::vector<engine::Command>();
        // What a rescue waits for goes first, then what is told of it, then the recording.
        for (auto& command : commands) {
            if (!only_tells(command)) carry_out(std::move(command));
        }
        for (auto& command : commands) {
            if (only_tells(command)) carry_out(std::move(command));
        }
        if (services_.recorder == nullptr) continue;
        services_.recorder->append(engine::encode(event));
        for (const auto& command : recorded) services_.recorder->append(engine::encode(command));
    }
    stepping_ = false;
}

void ChainShell::answered(engine::EventBody body) {
    --outstanding_;
    deliver(std::move(body));
}

void ChainShell::carry_out(engine::Command command) {
    if (services_.observe) services_.observe(command);
    std::visit([this](auto& it) { on(std::move(it)); }, command);
}

void ChainShell::crash_point(std::string_view where) const {
    if (services_.crash_point) services_.crash_point(where);
}

void ChainShell::on(engine::Persist command) {
    std::string stage = "nothing";
    if (!command.records.empty()) stage = journal::to_string(command.records.back().stage);
    crash_point("before persist " + stage);
    ++outstanding_;
    if (services_.journal == nullptr) return answered(engine::Persisted{command.id, "no journal is open"});
    count(command.records);
    services_.journal->append(std::move(command.records), [this, id = command.id, stage](Result<void> written) {
        crash_point("after persist " + stage);
        answered(engine::Persisted{id, written ? std::string() : std::move(written).error().message});
    });
}

namespace {

engine::Signed signed_event(engine::RequestId id, Result<tx::SignedTransaction> sealed) {
    engine::Signed done;
    done.id = id;
    if (sealed) {
        done.raw = std::move(sealed->raw);
        done.hash = sealed->hash;
    } else {
        done.error = sealed.error().message;
    }
    return done;
}

}  // namespace

/// A key of this process signs in place, a service while the engine goes on.
void ChainShell::on(engine::Sign command) {
    const auto signer = services_.signers.find(command.wallet);
    if (signer == services_.signers.end())
        return deliver(signed_event(command.id, fail(Errc::NotFound, "no signer for wallet " + command.wallet)));
    auto transaction = transaction_of(command.tx);
    if (!transaction) return deliver(signed_event(command.id, tl::unexpected(std::move(transaction).error())));
    if (auto allowed = permitted(signer->second, *transaction); !allowed) {
        if (services_.alerts != nullptr)
            services_.alerts->raise(chain_.name, engine::AlertLevel::Critical, "signing-refused", command.wallet,
                                    allowed.error().message + ". Does a node lie, or is something broken?");
        return deliver(signed_event(command.id, tl::unexpected(std::move(allowed).error())));
    }
    if (signer->second.service) {
        ++outstanding_;
        spawn(sign_elsewhere(command.id, signer->second, *std::move(transaction)));
        return;
    }
    auto done = signed_event(command.id, sign_here(signer->second, *std::move(transaction)));
    crash_point("after sign");
    deliver(std::move(done));
}

Task<void> ChainShell::sign_elsewhere(engine::RequestId id, WalletSigner signer, tx::Transaction unsigned_one) {
    auto sealed = co_await sign(std::move(signer), std::move(unsigned_one));
    crash_point("after sign");
    answered(signed_event(id, std::move(sealed)));
}

void ChainShell::on(engine::Alert command) {
    if (services_.alerts != nullptr) services_.alerts->take(chain_.name, std::move(command));
}

void ChainShell::on(engine::SetLogFilter command) {
    if (feed_) feed_->set_filter(std::move(command.filter), command.revision);
}

void ChainShell::on(engine::Decide command) {
    const auto& decision = command.decision;
    const std::string outcome(journal::to_string(decision.outcome));
    if (services_.metrics != nullptr) {
        services_.metrics->decided(decision.position, outcome, step_took_);
        if (decision.outcome == engine::Outcome::Refused) services_.metrics->refused(decision.reason);
    }
    if (services_.board != nullptr)
        services_.board->put(
            {services_.now_ms(), chain_.name, std::make_shared<const engine::Decision>(command.decision)});
    if (services_.journal == nullptr) return;
    log::info("decision", {{"position", decision.position},
                           {"outcome", outcome},
                           {"reason", decision.reason},
                           {"health_factor", engine::health_text(decision.health_next)},
                           {"trigger", engine::health_text(decision.trigger)},
                           {"plan", decision.plan},
                           {"block", decision.block.number}});
    services_.journal->note(journal::DecisionRow{services_.now_ms(), std::move(command.decision)});
}

}  // namespace plimsoll::bot
