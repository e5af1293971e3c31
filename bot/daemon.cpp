// SPDX-License-Identifier: Apache-2.0
#include "bot/daemon.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unordered_set>

#include "bot/alerts.hpp"
#include "bot/app/console_desk.hpp"
#include "bot/app/status_line.hpp"
#include "bot/dead_man.hpp"
#include "bot/harden.hpp"
#include "bot/http_server.hpp"
#include "bot/journal/writer.hpp"
#include "bot/log.hpp"
#include "bot/people.hpp"
#include "bot/shell/aggregators.hpp"
#include "bot/shell/chain_shell.hpp"
#include "bot/shell/in_force.hpp"
#include "bot/shell/make_engine.hpp"
#include "bot/shell/memory.hpp"
#include "bot/shell/recording.hpp"
#include "bot/shell/relays.hpp"
#include "bot/shell/reload.hpp"
#include "bot/shell/signer_watch.hpp"
#include "bot/signals.hpp"
#include "bot/version.hpp"
#include "bot/vitals.hpp"

namespace plimsoll::bot {

namespace {

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
        : filed_(std::move(settings)),
          settings_(filed_),
          options_(std::move(options)),
          clock_(options_.clock ? *options_.clock : OwnClock::of_system()) {}
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
    Result<void> open_chain(const config::Chain& chain, const engine::EngineConfig& config, engine::Started memory);
    engine::EngineConfig engine_config(const config::Chain& chain) const;
    Result<void> listen();
    Result<void> open_heartbeat();
    Result<void> open_people();
    Task<void> follow(ChainShell& shell, engine::Started memory);
    std::optional<std::string> trouble() const;
    VitalSigns signs();
    double seconds() const { return static_cast<double>(clock_.now_ms()) / 1'000; }
    void reload();
    std::vector<http::Check> checks(ChainShell::Lines lines = ChainShell::Lines::Each) const;
    void put_in_force();

    config::Settings filed_;                         // as the file says
    config::Settings settings_;                      // in force: with what the operator has switched
    std::unordered_set<std::string> live_subjects_;  // of the settings in force
    Confirmation confirmation_;
    DaemonOptions options_;
    boost::asio::io_context io_{1};
    Signers signers_;
    OwnClock clock_;
    std::unique_ptr<log::Logger> logger_;
    std::unique_ptr<metrics::Metrics> metrics_;
    std::shared_ptr<console::Board> board_ = std::make_shared<console::Board>();
    std::unique_ptr<journal::JournalWriter> journal_;
    std::vector<engine::EngineConfig> configs_;  // of each chain, in the order of the settings
    std::vector<engine::Started> started_;
    PeopleMemory people_memory_;  // as the journal has it at the start
    std::unique_ptr<People> people_;
    std::unique_ptr<AlertDesk> alerts_;
    std::unique_ptr<SignerWatch> signer_watch_;
    std::vector<std::unique_ptr<Recorder>> recorders_;
    std::vector<std::unique_ptr<ChainShell>> chains_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<console::Console> console_;
    std::unique_ptr<Signals> signals_;
    std::unique_ptr<DeadMan> dead_man_;
    std::unique_ptr<Vitals> vitals_;
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

/// The journal is asked for all that it remembers before it goes to its thread.
Result<void> Daemon::open_journal() {
    TRY(auto journal, journal::Journal::open(settings_.daemon.data_dir + "/journal.db", journal::Access::Write));
    for (const auto& chain : settings_.chains) configs_.push_back(engine_config(chain));
    const std::int64_t now = clock_.now_ms();
    TRY_VOID(journal->claim(owners_of(configs_), options_.adopt, now));
    TRY(const auto memory, recall(*journal, now, options_.once));
    if (!options_.once) note_limits(*journal, filed_, now);
    TRY(people_memory_, recall_people(*journal, settings_.daemon.instance(), now));
    settings_ = in_force(filed_, people_memory_.dry);
    live_subjects_ = live_subjects(settings_);
    configs_.clear();
    for (const auto& chain : settings_.chains) configs_.push_back(engine_config(chain));
    for (const auto& config : configs_) {
        TRY(auto first, started(memory, *journal, config, options_.adopt));
        started_.push_back(std::move(first));
    }
    journal::WriterOptions options;
    options.observe = [this](std::chrono::duration<double> took, bool written) {
        metrics_->journal_written(took);
        if (!written) metrics_->journal_failed();
        board_->touch(console::Topic::Transactions);
    };
    options.alerts_noted = [this] { board_->touch(console::Topic::Alerts); };
    journal_ = std::make_unique<journal::JournalWriter>(std::move(journal), io_.get_executor(), std::move(options));
    return {};
}

Result<void> Daemon::start() {
    log::Options log_options;
    TRY(log_options.format, log::parse_format(settings_.daemon.log_format));
    TRY(log_options.level, log::parse_level(settings_.daemon.log_level));
    log_options.live = settings_.mode == config::Mode::Live;
    logger_ = std::make_unique<log::Logger>(log_options);
    log::install(logger_.get());

    metrics_ =
        std::make_unique<metrics::Metrics>(metrics::BuildInfo{std::string(kVersion), std::string(kCommit)}, seconds());
    metrics_->mode(settings_.mode == config::Mode::Live);
    metrics_->config_loaded(true, seconds());
    TRY_VOID(open_data_dir());
    TRY(signers_, open_signers(settings_));
    if (const auto weak = weakness(); weak && !signers_.empty()) log::warn("memory", {{"reason", *weak}});
    TRY_VOID(open_journal());
    AlertDeskOptions alert_options;
    alert_options.standing_max = 65'536;  // several for each of ten thousand positions
    alert_options.now_ms = [this] { return clock_.now_ms(); };
    alert_options.live = [this](const std::string& subject) { return live_subjects_.contains(subject); };
    alert_options.instance = settings_.daemon.instance();
    alert_options.name = settings_.daemon.name.value_or("");
    alerts_ = std::make_unique<AlertDesk>(std::move(alert_options), journal_.get(), metrics_.get());

    TRY_VOID(open_people());

    signer_watch_ = std::make_unique<SignerWatch>(io_.get_executor(), signers_, *alerts_);
    for (std::size_t i = 0; i < configs_.size(); ++i) {
        TRY_VOID(open_chain(settings_.chains[i], configs_[i], std::move(started_[i])));
    }
    TRY_VOID(listen());
    if (!options_.once) {
        TRY(console_, open_console(filed_, board_, {&io_, &chains_, people_.get(), [this] { return checks(); }}));
    }
    TRY_VOID(open_heartbeat());
    if (!options_.once) boost::asio::co_spawn(io_, signer_watch_->run(), boost::asio::detached);
    signals_ = std::make_unique<Signals>(
        io_.get_executor(), [this] { stop(); }, [this] { reload(); });
    log::info("started", {{"version", kVersion},
                          {"chains", settings_.chains.size()},
                          {"wallets", settings_.wallets.size()},
                          {"live_wallets", signers_.size()}});
    return {};
}

engine::EngineConfig Daemon::engine_config(const config::Chain& chain) const {
    return engine::engine_config(settings_, chain, sender_addresses(settings_, signers_));
}

Result<void> Daemon::open_chain(const config::Chain& chain, const engine::EngineConfig& config,
                                engine::Started memory) {
    TRY(auto engine, make_engine(config));
    ShellServices services;
    services.journal = journal_.get();
    services.metrics = metrics_.get();
    services.alerts = alerts_.get();
    if (settings_.console.enabled && !options_.once) services.board = board_.get();
    services.signers = signers_;
    TRY(services.aggregators, open_aggregators(io_.get_executor(), settings_, chain));
    std::vector<Address> used;
    for (const auto& [wallet, address] : sender_addresses(settings_, signers_)) used.push_back(address);
    TRY(services.relays, open_relays(settings_, chain, used));
    services.now_ms = [this] { return clock_.now_ms(); };
    services.heard = [this, age = chain.head_age_max.count()](const std::string& name, const BlockRef& head) {
        clock_.heard(name, head.timestamp, age);
    };
    services.crash_point = options_.crash_point;
    if (settings_.daemon.record) {
        auto recorder = open_recording(settings_.daemon, config, clock_.now_ms());
        if (recorder) {
            services.recorder = recorder->get();
            recorders_.push_back(*std::move(recorder));
        } else {  // no reason not to act
            log::error("nothing is recorded", {{"reason", recorder.error().message}});
        }
    }
    chains_.push_back(
        std::make_unique<ChainShell>(io_.get_executor(), chain, std::move(services), config, std::move(engine)));
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
            return metrics_->text(seconds());
        },
        [this] { return checks(); });
    auto server = http::Server::start(io_.get_executor(), settings_.daemon.listen, std::move(routes));
    if (!server) return fail(std::move(server).error(), "daemon.listen");
    server_ = *std::move(server);
    return {};
}

std::vector<http::Check> Daemon::checks(ChainShell::Lines lines) const {
    std::vector<http::Check> out;
    for (const auto& chain : chains_) {
        auto its = chain->checks(lines);
        out.insert(out.end(), std::make_move_iterator(its.begin()), std::make_move_iterator(its.end()));
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

/// What keeps the daemon from its work; readiness says more.
std::optional<std::string> Daemon::trouble() const {
    for (const auto& chain : chains_) {
        if (!chain->follows()) return "chain " + chain->name() + " is not followed";
    }
    return std::nullopt;
}

VitalSigns Daemon::signs() {
    VitalSigns out;
    out.checks = [this] { return checks(ChainShell::Lines::Together); };
    out.status = [this] { return status_line(chains_, settings_.mode == config::Mode::Live); };
    out.turns = [this] {
        std::vector<std::uint64_t> turns;
        for (const auto& chain : chains_) turns.push_back(chain->turns());
        return turns;
    };
    out.probe_disk = [this] { journal_->probe(clock_.now_ms(), [](const Result<void>&) {}); };
    out.at_second = [this] { people_->at_second(); };
    out.clock = &clock_;
    out.alerts = alerts_.get();
    out.metrics = metrics_.get();
    return out;
}

Result<void> Daemon::open_people() {
    PeopleServices services;
    services.settings = &settings_;
    services.filed = &filed_;
    services.dry_changed = [this] { put_in_force(); };
    services.chains = &chains_;
    services.journal = journal_.get();
    services.metrics = metrics_.get();
    services.alerts = alerts_.get();
    services.board = board_.get();
    services.now_ms = [this] { return clock_.now_ms(); };
    TRY(people_, People::make(io_.get_executor(), std::move(services), std::move(people_memory_), !options_.once));
    return {};
}

Result<void> Daemon::open_heartbeat() {
    if (options_.once) return {};
    DeadManServices services;
    services.trouble = [this] { return trouble(); };
    services.prove_disk = [this](std::function<void(Result<void>)> done) {
        journal_->probe(clock_.now_ms(), std::move(done));
    };
    services.alerts = alerts_.get();
    TRY(dead_man_, DeadMan::make(io_.get_executor(), settings_.heartbeat, std::move(services)));
    if (dead_man_) boost::asio::co_spawn(io_, dead_man_->run(), boost::asio::detached);
    vitals_ = std::make_unique<Vitals>(io_.get_executor(), signs());
    boost::asio::co_spawn(io_, vitals_->run(), boost::asio::detached);
    return {};
}

void Daemon::put_in_force() {
    settings_ = in_force(filed_, people_->operators().dry());
    live_subjects_ = live_subjects(settings_);
    renew_policies(signers_, settings_);
    for (const auto& shell : chains_) {
        for (const auto& chain : settings_.chains) {
            if (chain.name == shell->name()) shell->reload(engine_config(chain));
        }
    }
}

void Daemon::reload() {
    if (!options_.reload) return;
    auto loaded = options_.reload();
    std::string trouble;
    if (!loaded)
        trouble = loaded.error().message;
    else
        trouble = restart_needed(filed_, *loaded);
    if (trouble.empty()) trouble = confirmation_.missing(filed_, *loaded, clock_.now_ms());
    metrics_->config_loaded(trouble.empty(), seconds());
    if (!trouble.empty()) {
        alerts_->raise("", engine::AlertLevel::Warning, "reload-failed", "",
                       "The configuration was not reloaded; the old one goes on.\n" + trouble);
        return;
    }
    for (auto& change : limit_changes(limits_of(filed_), limits_of(*loaded), clock_.now_ms()))
        journal_->note(std::move(change));
    filed_ = *std::move(loaded);
    put_in_force();
    keep_configured(*board_, settings_);
    alerts_->clear("", "reload-failed", "", "The configuration was reloaded.");
    log::info("configuration reloaded");
}

void Daemon::stop() {
    if (stopping_) return;
    stopping_ = true;
    log::info("stopping");
    if (vitals_) vitals_->stop();
    if (journal_ && !options_.once) {
        journal_->end_life(clock_.now_ms(), [](const Result<void>& noted) {
            if (!noted) log::warn("the end cannot be noted", {{"reason", noted.error().message}});
        });
    }
    if (people_) people_->stop();
    if (dead_man_) dead_man_->stop();
    for (const auto& chain : chains_) chain->stop();
    if (signer_watch_) signer_watch_->stop();
    for (const auto& [wallet, signer] : signers_) {
        if (signer.service) signer.service->stop();
    }
    if (server_) server_->stop();
    if (console_) console_->stop();
    if (signals_) signals_->cancel();
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
