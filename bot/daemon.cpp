// SPDX-License-Identifier: Apache-2.0
#include "bot/daemon.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>

#include "bot/alerts.hpp"
#include "bot/engine/recording.hpp"
#include "bot/engine/text.hpp"
#include "bot/http_server.hpp"
#include "bot/journal/writer.hpp"
#include "bot/log.hpp"
#include "bot/notify_systemd.hpp"
#include "bot/shell/aggregators.hpp"
#include "bot/shell/chain_shell.hpp"
#include "bot/shell/make_engine.hpp"
#include "bot/shell/reload.hpp"
#include "bot/shell/signer_watch.hpp"
#include "bot/signals.hpp"
#include "bot/version.hpp"
#include "bot/view/position_view.hpp"

namespace plimsoll::bot {

namespace {

std::int64_t wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

double wall_seconds() {
    return static_cast<double>(wall_ms()) / 1'000;
}

/// Kind of trouble when starting, for scripts.
ExitCode exit_code_of(Errc code) {
    return code == Errc::Range || code == Errc::Decode || code == Errc::Refused || code == Errc::Mismatch
               ? ExitCode::ConfigInvalid
               : ExitCode::Internal;
}

}  // namespace

/// Members stand in the order in which they are made; they end in reverse.
class Daemon {
  public:
    Daemon(config::Settings settings, DaemonOptions options)
        : settings_(std::move(settings)), options_(std::move(options)) {}
    ~Daemon() {
        log::install(nullptr);
        if (metrics_) metrics_->close();
    }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    Result<void> start();
    /// Until stop() has been obeyed and nothing is under way.
    void run() { io_.run(); }
    void stop();
    bool failed() const { return failed_; }

  private:
    Result<void> open_data_dir() const;
    Result<void> open_journal();
    Result<void> open_chain(const config::Chain& chain);
    engine::EngineConfig engine_config(const config::Chain& chain) const;
    Result<std::unique_ptr<Recorder>> open_recorder(const engine::EngineConfig& config) const;
    Result<void> listen();
    Task<void> follow(ChainShell& shell, engine::Started memory);
    Task<void> tell_service_manager();
    void reload();
    std::vector<http::Check> checks() const;
    std::string status_line() const;
    bool live_subject(const std::string& subject) const;

    config::Settings settings_;
    DaemonOptions options_;
    boost::asio::io_context io_{1};
    Signers signers_;
    std::unique_ptr<log::Logger> logger_;
    std::unique_ptr<metrics::Metrics> metrics_;
    std::unique_ptr<journal::JournalWriter> journal_;
    std::vector<engine::JournalRecord> unsettled_;
    std::vector<engine::JournalRecord> ended_;  // a short while ago
    std::vector<engine::Spending> spendings_;
    std::vector<std::string> paused_;
    std::unique_ptr<AlertDesk> alerts_;
    std::unique_ptr<SignerWatch> signer_watch_;
    std::vector<std::unique_ptr<Recorder>> recorders_;
    std::vector<std::unique_ptr<ChainShell>> chains_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<Signals> signals_;
    boost::asio::steady_timer heartbeat_{io_};
    SystemdNotifier service_manager_ = SystemdNotifier::from_environment();
    std::size_t running_ = 0;
    bool stopping_ = false;
    bool failed_ = false;
};

Result<void> Daemon::open_data_dir() const {
    std::error_code error;
    std::filesystem::create_directories(settings_.daemon.data_dir, error);
    if (error || ::chmod(settings_.daemon.data_dir.c_str(), 0700) != 0)
        return fail(Errc::Io, fmt::format("data_dir {}: {}", settings_.daemon.data_dir,
                                          error ? error.message() : std::strerror(errno)));
    return {};
}

Result<void> Daemon::open_journal() {
    TRY(auto journal, journal::Journal::open(settings_.daemon.data_dir + "/journal.db", journal::Access::Write));
    constexpr std::int64_t kDayMs = 86'400'000;
    constexpr std::int64_t kHourMs = 3'600'000;
    TRY(unsettled_, journal->unsettled());
    TRY(ended_, journal->ended_since(wall_ms() - kHourMs));
    TRY(spendings_, journal->spent_since(wall_ms() - kDayMs));
    TRY(paused_, journal->paused());
    journal::WriterOptions options;
    options.observe = [this](std::chrono::duration<double> took, bool written) {
        metrics_->journal_written(took);
        if (!written) metrics_->journal_failed();
    };
    journal_ = std::make_unique<journal::JournalWriter>(std::move(journal), io_.get_executor(), std::move(options));
    return {};
}

bool Daemon::live_subject(const std::string& subject) const {
    for (const auto& wallet : settings_.wallets) {
        if (!settings_.live(wallet)) continue;
        if (wallet.name == subject) return true;
        for (const auto& position : wallet.positions) {
            if (position.name == subject) return true;
        }
    }
    return false;
}

Result<void> Daemon::start() {
    log::Options log_options;
    TRY(log_options.format, log::parse_format(settings_.daemon.log_format));
    TRY(log_options.level, log::parse_level(settings_.daemon.log_level));
    log_options.live = settings_.mode == config::Mode::Live;
    logger_ = std::make_unique<log::Logger>(log_options);
    log::install(logger_.get());

    metrics_ = std::make_unique<metrics::Metrics>(metrics::BuildInfo{std::string(kVersion), std::string(kCommit)},
                                                  wall_seconds());
    metrics_->mode(settings_.mode == config::Mode::Live);
    metrics_->config_loaded(true, wall_seconds());
    TRY_VOID(open_data_dir());
    TRY_VOID(open_journal());
    AlertDeskOptions alert_options;
    alert_options.now_ms = wall_ms;
    alert_options.live = [this](const std::string& subject) { return live_subject(subject); };
    alerts_ = std::make_unique<AlertDesk>(std::move(alert_options), journal_.get(), metrics_.get());

    TRY(signers_, open_signers(settings_));
    signer_watch_ = std::make_unique<SignerWatch>(io_.get_executor(), signers_, *alerts_);
    for (const auto& chain : settings_.chains) {
        TRY_VOID(open_chain(chain));
    }
    TRY_VOID(listen());
    if (!options_.once) boost::asio::co_spawn(io_, signer_watch_->run(), boost::asio::detached);
    signals_ = std::make_unique<Signals>(
        io_.get_executor(), [this] { stop(); }, [this] { reload(); });
    boost::asio::co_spawn(io_, tell_service_manager(), boost::asio::detached);
    log::info("started", {{"version", kVersion},
                          {"chains", settings_.chains.size()},
                          {"wallets", settings_.wallets.size()},
                          {"live_wallets", signers_.size()},
                          {"unsettled_records", unsettled_.size()}});
    return {};
}

Result<std::unique_ptr<Recorder>> Daemon::open_recorder(const engine::EngineConfig& config) const {
    const auto folder = std::filesystem::path(settings_.daemon.data_dir) / "recordings";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return fail(Errc::Io, fmt::format("{}: {}", folder.string(), error.message()));
    const auto path = folder / fmt::format("{}-{}.jsonl", config.chain, wall_ms());
    TRY(auto recorder, Recorder::create(path, settings_.daemon.recording_bytes_max));
    recorder->append(engine::encode(config));
    return recorder;
}

engine::EngineConfig Daemon::engine_config(const config::Chain& chain) const {
    return engine::engine_config(settings_, chain, sender_addresses(settings_, signers_));
}

Result<void> Daemon::open_chain(const config::Chain& chain) {
    const auto config = engine_config(chain);
    TRY(auto engine, make_engine(config));
    ShellServices services;
    services.journal = journal_.get();
    services.metrics = metrics_.get();
    services.alerts = alerts_.get();
    services.signers = signers_;
    TRY(services.aggregators, open_aggregators(io_.get_executor(), settings_, chain));
    services.now_ms = wall_ms;
    services.crash_point = options_.crash_point;
    if (settings_.daemon.record) {
        TRY(auto recorder, open_recorder(config));
        services.recorder = recorder.get();
        recorders_.push_back(std::move(recorder));
    }
    chains_.push_back(
        std::make_unique<ChainShell>(io_.get_executor(), chain, std::move(services), config, std::move(engine)));
    engine::Started memory;
    for (const auto* records : {&unsettled_, &ended_}) {
        for (const auto& record : *records) {
            if (record.chain_id == chain.id) memory.records.push_back(record);
        }
    }
    memory.spendings = spendings_;
    memory.paused = paused_;
    ++running_;
    boost::asio::co_spawn(io_, follow(*chains_.back(), std::move(memory)), boost::asio::detached);
    return {};
}

Task<void> Daemon::follow(ChainShell& shell, engine::Started memory) {
    const auto ended = options_.once ? co_await shell.look(std::move(memory)) : co_await shell.run(std::move(memory));
    if (!ended) {
        log::error("chain ended", {{"chain", shell.name()}, {"error", ended.error().message}});
        failed_ = true;
    }
    if (--running_ == 0 || !ended) stop();
}

Result<void> Daemon::listen() {
    if (options_.once || settings_.daemon.listen.empty()) return {};
    auto routes = http::standard_routes(
        [this] {
            metrics_->log_lines_dropped(logger_->dropped());
            return metrics_->text(wall_seconds());
        },
        [this] { return checks(); });
    auto server = http::Server::start(io_.get_executor(), settings_.daemon.listen, std::move(routes));
    if (!server) return fail(std::move(server).error(), "listen");
    server_ = *std::move(server);
    return {};
}

std::vector<http::Check> Daemon::checks() const {
    std::vector<http::Check> out;
    for (const auto& chain : chains_) {
        auto lines = chain->checks();
        out.insert(out.end(), std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
    }
    http::Check journal;
    journal.name = "journal";
    const auto trouble = journal_->failing();
    journal.ok = !trouble;
    journal.detail = trouble.value_or("writable");
    out.push_back(std::move(journal));
    auto signers = signer_watch_->checks();
    out.insert(out.end(), std::make_move_iterator(signers.begin()), std::make_move_iterator(signers.end()));
    return out;
}

std::string Daemon::status_line() const {
    std::string lowest;
    Wad health{kU256Max};
    for (const auto& chain : chains_) {
        for (const auto& position : chain->engine().status().positions) {
            if (position.in_sync && position.health < health) {
                health = position.health;
                lowest = position.name;
            }
        }
    }
    std::string text = settings_.mode == config::Mode::Live ? "live" : "dry run";
    if (!lowest.empty()) text += fmt::format(", lowest health factor {} ({})", engine::health_text(health), lowest);
    return text;
}

/// READY once every check holds; WATCHDOG from the loop itself, so that a stuck loop is restarted.
Task<void> Daemon::tell_service_manager() {
    bool told_ready = false;
    while (!stopping_) {
        bool ready = true;
        for (const auto& check : checks()) ready = ready && check.ok;
        metrics_->ready(ready);
        std::string text = "WATCHDOG=1\nSTATUS=" + status_line();
        if (ready && !told_ready) {
            text += "\nREADY=1";
            told_ready = true;
            log::info("ready", {{"status", status_line()}});
        }
        if (const auto sent = service_manager_.send(text); !sent)
            log::warn("service manager", {{"error", sent.error().message}});
        heartbeat_.expires_after(std::chrono::seconds(1));
        co_await heartbeat_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
}

void Daemon::reload() {
    if (!options_.reload) return;
    auto loaded = options_.reload();
    std::string trouble;
    if (!loaded)
        trouble = loaded.error().message;
    else
        trouble = restart_needed(settings_, *loaded);
    metrics_->config_loaded(trouble.empty(), wall_seconds());
    if (!trouble.empty()) {
        alerts_->raise("", engine::AlertLevel::Warning, "reload-failed", "",
                       "The configuration was not reloaded; the old one goes on.\n" + trouble);
        return;
    }
    settings_ = *std::move(loaded);
    for (const auto& shell : chains_) {
        for (const auto& chain : settings_.chains) {
            if (chain.name == shell->name()) shell->reload(engine_config(chain));
        }
    }
    alerts_->clear("", "reload-failed", "", "The configuration was reloaded.");
    log::info("configuration reloaded");
}

void Daemon::stop() {
    if (stopping_) return;
    stopping_ = true;
    log::info("stopping");
    if (const auto sent = service_manager_.send("STOPPING=1"); !sent)
        log::warn("service manager", {{"error", sent.error().message}});
    for (const auto& chain : chains_) chain->stop();
    if (signer_watch_) signer_watch_->stop();
    for (const auto& [wallet, signer] : signers_) {
        if (signer.service) signer.service->stop();
    }
    if (server_) server_->stop();
    if (signals_) signals_->cancel();
    heartbeat_.cancel();
}

ExitCode run_daemon(config::Settings settings, DaemonOptions options) {
    Daemon daemon(std::move(settings), std::move(options));
    if (const auto started = daemon.start(); !started) {
        daemon.stop();
        daemon.run();  // lets what was begun end in order
        fmt::print(stderr, "error: {}\n", started.error().message);
        return exit_code_of(started.error().code);
    }
    daemon.run();
    return daemon.failed() ? ExitCode::Internal : ExitCode::Done;
}

}  // namespace plimsoll::bot
