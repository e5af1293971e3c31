// SPDX-License-Identifier: Apache-2.0
#include "bot/people.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <set>

#include "bot/alerts.hpp"
#include "bot/app/plan_text.hpp"
#include "bot/console/board.hpp"
#include "bot/control/orders.hpp"
#include "bot/control/socket.hpp"
#include "bot/log.hpp"
#include "bot/shell/chain_shell.hpp"
#include "config/find.hpp"

namespace plimsoll::bot {

namespace asio = boost::asio;

namespace {

/// What was lately said of that which somebody takes care of, whether a channel had a message of it or not.
Result<std::vector<notify::Queue::Heard>> recall_heard(journal::Journal& journal, const std::string& instance,
                                                       const std::vector<journal::AcknowledgedRow>& seen,
                                                       std::int64_t since_ms) {
    constexpr std::size_t kMost = 20'000;
    std::vector<notify::Queue::Heard> out;
    if (seen.empty()) return out;
    std::set<std::string> keys;
    for (const auto& row : seen) keys.insert(row.key);
    TRY(auto rows, journal.alerts(since_ms, kMost));
    for (auto& row : rows) {
        auto key = alert_key(instance, row.alert.position, row.alert.kind);
        if (keys.contains(key)) out.push_back({std::move(key), std::move(row.alert), row.time_ms});
    }
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace

Result<PeopleMemory> recall_people(journal::Journal& journal, const std::string& instance, std::int64_t now_ms) {
    PeopleMemory out;
    TRY(out.pauses, journal.wallet_pauses());
    TRY(out.dry, journal.dry_wallets());
    TRY(out.messages.channels, journal.channels());
    TRY(out.messages.rows, journal.deliveries(now_ms - notify::Queue::kMemoryMs));
    TRY(out.messages.acknowledged, journal.acknowledged());
    TRY(out.messages.heard,
        recall_heard(journal, instance, out.messages.acknowledged, now_ms - notify::Queue::kMemoryMs));
    TRY(out.messages.last_id, journal.last_delivery());
    return out;
}

People::People(asio::any_io_executor executor, PeopleServices services)
    : executor_(std::move(executor)), services_(std::move(services)) {}

/// A plan that is being made is waited for: it has deadlines of its own.
People::~People() {
    planner_.join();
}

Result<std::unique_ptr<People>> People::make(const asio::any_io_executor& executor, PeopleServices services,
                                             PeopleMemory memory, bool talks) {
    std::unique_ptr<People> out(new People(executor, std::move(services)));
    TRY_VOID(out->open(std::move(memory), talks));
    return out;
}

Result<void> People::open(PeopleMemory memory, bool talks) {
    OperatorServices orders;
    orders.knows = [this](const std::string& name) {
        return config::find_named(services_.settings->wallets, name) != nullptr;
    };
    orders.tell_engines = [this](const engine::SetWalletPaused& event) {
        for (const auto& chain : *services_.chains) chain->deliver(event);
    };
    orders.live = [this](const std::string& name) {
        const auto& wallets = services_.filed->wallets;
        return std::any_of(wallets.begin(), wallets.end(), [&](const config::Wallet& wallet) {
            return wallet.name == name && services_.filed->live(wallet);
        });
    };
    orders.dry_changed = services_.dry_changed;
    orders.now_ms = services_.now_ms;
    orders.journal = services_.journal;
    orders.alerts = services_.alerts;
    operator_ = std::make_unique<Operator>(std::move(orders), std::move(memory.pauses), std::move(memory.dry));
    const auto& channels = services_.settings->alerts;
    if (!talks) return {};
    notify::DispatcherServices sending;
    sending.instance = services_.settings->daemon.instance();
    sending.name = services_.settings->daemon.name.value_or("");
    sending.positions = [this] {
        std::size_t out = 0;
        for (const auto& wallet : services_.settings->wallets) out += wallet.positions.size();
        return out;
    };
    sending.journal = services_.journal;
    sending.metrics = services_.metrics;
    sending.alerts = services_.alerts;
    sending.now_ms = services_.now_ms;
    TRY(dispatcher_, notify::Dispatcher::make(executor_, channels, std::move(memory.messages), std::move(sending)));
    services_.alerts->add_sink(dispatcher_->sink());
    asio::co_spawn(executor_, dispatcher_->run(), asio::detached);
    for (const auto& channel : channels) {
        if (channel.kind != "telegram" || channel.commands == "off") continue;
        TRY(auto chat, notify::TelegramPoll::make(executor_, channel, chat_services()));
        asio::co_spawn(executor_, chat->run(), asio::detached);
        chats_.push_back(std::move(chat));
    }
    open_control();
    return {};
}

/// Without it nobody is protected less.
void People::open_control() {
    control::OrderServices orders;
    orders.pause = [this](const std::string& wallet, std::optional<std::chrono::milliseconds> span,
                          const std::string& by,
                          const Operator::Done& done) { operator_->pause(wallet, span, by, showing(done)); };
    orders.resume = [this](const std::string& wallet, const std::string& by, const Operator::Done& done) {
        operator_->resume(wallet, by, showing(done));
    };
    orders.dry_run = [this](const std::string& wallet, bool dry, const std::string& by, const Operator::Done& done) {
        if (dry)
            operator_->dry_run(wallet, by, showing(done));
        else
            operator_->live(wallet, by, showing(done));
    };
    orders.acknowledge = [this](const std::string& which, const std::string& by) { return acknowledge(which, by); };
    orders.alerts = [this] { return alerts(); };
    orders.now_ms = services_.now_ms;
    auto socket = control::ControlSocket::open(
        executor_, control::socket_path(services_.settings->daemon.data_dir),
        [orders = std::move(orders)](const std::string& line, const control::ControlSocket::Answer& answer) {
            control::obey(line, orders, answer);
        });
    if (socket)
        control_ = *std::move(socket);
    else
        log::error("commands cannot reach this daemon", {{"reason", socket.error().message}});
}

Operator::Done People::showing(Operator::Done done) {
    return [this, done = std::move(done)](Result<void> result) {
        show();
        done(std::move(result));
    };
}

void People::show() {
    if (services_.board == nullptr) return;
    services_.board->put(operator_->pauses());
    services_.board->put(operator_->dry());
    if (!dispatcher_ || dispatcher_->revision() == shown_revision_) return;
    shown_revision_ = dispatcher_->revision();
    services_.board->put(dispatcher_->overview());
}

void People::at_second() {
    operator_->at_second();
    show();
}

notify::ChatServices People::chat_services() {
    notify::ChatServices out;
    out.status = [this] { return status_text(*services_.settings, *services_.chains, *operator_, services_.now_ms()); };
    out.plan = [this](const std::string& name, notify::ChatServices::Said said) { plan(name, std::move(said)); };
    out.wallets = [this] {
        std::vector<std::string> names;
        for (const auto& wallet : services_.settings->wallets) names.push_back(wallet.name);
        return names;
    };
    out.pause = [this](const std::string& wallet, std::optional<std::chrono::milliseconds> span, const std::string& by,
                       const Operator::Done& done) { operator_->pause(wallet, span, by, done); };
    out.resume = [this](const std::string& wallet, const std::string& by, const Operator::Done& done) {
        operator_->resume(wallet, by, done);
    };
    out.acknowledge = [this](const std::string& which, const std::string& by) { return acknowledge(which, by); };
    out.alerts = [this] { return alerts(); };
    out.now_ms = services_.now_ms;
    out.name = services_.settings->daemon.name.value_or("");
    return out;
}

void People::plan(const std::string& name, notify::ChatServices::Said said) {
    if (planning_) return said("A plan is being made already: ask again in a moment.");
    planning_ = true;
    asio::any_io_executor tracked = asio::prefer(executor_, asio::execution::outstanding_work.tracked);
    auto made = [this, settings = *services_.settings, name, said = std::move(said), tracked] {
        const auto text = plan_text(settings, name);
        asio::post(tracked, [this, said, answer = text ? *text : "No plan: " + text.error().message] {
            planning_ = false;
            said(answer);
        });
    };
    asio::post(planner_, std::move(made));
}

notify::AlertsNow People::alerts() const {
    return dispatcher_ ? dispatcher_->overview() : notify::AlertsNow{};
}

Result<std::size_t> People::acknowledge(const std::string& which, const std::string& by) {
    if (!dispatcher_) return fail(Errc::NotFound, "this daemon tells nobody");
    const bool found = which.empty() || dispatcher_->acknowledge(which, by);
    const std::size_t count = which.empty() ? dispatcher_->acknowledge(by) : 1;
    show();
    if (found) return count;
    return fail(Errc::NotFound, "no open alert is called " + notify::words_of(which) +
                                    ": it is over, or `plimsoll alert list` has another id for it");
}

void People::stop() {
    if (control_) control_->stop();
    for (const auto& chat : chats_) chat->stop();
    if (dispatcher_) dispatcher_->stop();
}

}  // namespace plimsoll::bot
